"""sayso requests: what people ask about their data, from the command line (R-79, R-81)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.cli.conftest import Sayso

ZOE = "zoe.new@example.com"
WHY = ("--legal-basis", "consent", "--explanation", "Asked Zoe in Wombatia.")


def test_what_people_ask_is_noted_copied_erased_and_logged(sayso: Sayso, tmp_path: Path) -> None:
    """Each with its dates, until it has ended, which it does once."""
    file = tmp_path / "list.csv"
    file.write_text(f"email,name,offers\n{ZOE},Zoe Zanzibar,yes\n")
    assert sayso("import", "contacts", str(file), *WHY, "--yes").status == 0
    erasure, access = (
        sayso("requests", "note", ZOE, right).out.strip() for right in ("erasure", "access")
    )
    listed = sayso("requests", "list").out.splitlines()
    assert [line.split()[:4] for line in listed] == [
        [erasure, "erasure", "open", "asked"],
        [access, "access", "open", "asked"],
    ]
    copied = json.loads(sayso("requests", "copy", access).out)
    assert (copied["address"], copied["contact"]["name"]) == (ZOE, "Zoe Zanzibar")
    sheet = sayso("requests", "copy", access, "--format", "csv").out
    assert {"contact", "receipt", "history"} <= {
        row["part"] for row in csv.DictReader(sheet.splitlines())
    }
    assert sayso("requests", "end", access).status == 0
    again = sayso("requests", "end", access)
    assert (again.status, again.err) == (1, "Error: It has ended already.\n")
    assert sayso("requests", "erase", access, "--yes").status == 2, "they asked for something else"
    assert sayso("requests", "erase", erasure, "--yes").status == 0
    log = sayso("requests", "list", "--all").out
    assert [line.split()[:3] for line in log.splitlines()] == [
        [access, "access", "done"],
        [erasure, "erasure", "done"],
    ]
    assert "ended" in log
    assert ZOE not in log
    history = sayso("history", ZOE).out
    assert "via ERASURE" in history
    assert "Wombatia" not in history
    assert sayso("verify").status == 0


def test_what_is_asked_wrongly_is_said(sayso: Sayso) -> None:
    assert sayso("requests", "note", "no address", "access").status == 2
    assert sayso("requests", "copy", "7").err.endswith("There is no request 7.\n")
