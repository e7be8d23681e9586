"""sayso import: a file foreseen, done and reported from the command line (issue 5, F23)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Sayso

CONTACTS = (
    "email;first_name;offers;shoe size\nana.new@example.com;Ana;yes;38\nben.new@example.com;Ben;;\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Somewhere to write a list."""
    return tmp_path / "list.csv"


def test_contacts_are_imported_and_said_how_they_were_understood(sayso: Sayso, file: Path) -> None:
    file.write_text(CONTACTS)
    why = ("--legal-basis", "consent", "--explanation", "Asked in the shop.")
    done = sayso("import", "contacts", str(file), *why, "--basis-ends", "2030-06-01", "--yes")
    assert (done.status, done.err) == (0, "")
    assert "list.csv: utf-8, separated by semicolons" in done.out
    assert "offers      status of offers" in done.out
    assert "shoe size   left out          38" in done.out
    assert "ana.new@example.com, ben.new@example.com" in done.out, "its first rows"
    assert "2 were created" in done.out
    (event,) = [line for line in sayso("history", "ana.new@example.com").out.splitlines() if line]
    assert "SUBSCRIBED" in event
    assert "by IMPORT via IMPORT" in event
    assert sayso("verify").status == 0


def test_implied_consent_ends_and_a_later_purchase_moves_its_end(sayso: Sayso, file: Path) -> None:
    """Issue 5; rules.md 3 and 6: an earlier end than the one that stands is no change."""
    file.write_text("email,offers\nana.new@example.com,yes\n")
    why = ("--legal-basis", "LEGITIMATE_INTEREST_CLIENT", "--explanation", "Bought a book.")
    said = []
    for day in ("2020-06-01", "2090-06-01", "2025-06-01"):
        done = sayso("import", "contacts", str(file), *why, "--basis-ends", day, "--yes")
        assert done.status == 0
        (row,) = sayso("check", "--type", "offers", stdin="email\nana.new@example.com").rows
        said.append((row["allowed"], row["reason"]))
    assert said == [("no", "CONSENT_EXPIRED"), *[("yes", "SUBSCRIBED")] * 2]


def test_a_dry_run_says_what_would_be_and_writes_nothing(sayso: Sayso, file: Path) -> None:
    file.write_text(CONTACTS + "no address;;;\n")
    told = sayso("import", "contacts", str(file), "--dry-run")
    assert told.status == 3
    assert "2 would be created" in told.out
    assert "1 would be broken: there is no @ in the address" in told.out
    assert told.err == "line 4: there is no @ in the address\n"
    again = sayso("import", "contacts", str(file), "--yes")
    assert "2 were created" in again.out


def test_rows_left_out_are_status_3_and_stand_in_the_report(sayso: Sayso, file: Path) -> None:
    """A word that is no status is an error of its row, never a yes."""
    file.write_text("email,offers\nana.new@example.com,active\nben.new@example.com,yes\n")
    report = file.with_name("report.csv")
    done = sayso("import", "contacts", str(file), "--yes", "--report", str(report))
    assert done.status == 3
    rows = sorted(csv.DictReader(report.read_text().splitlines()), key=lambda row: int(row["line"]))
    assert [(r["line"], r["outcome"], r["reason"], r["column"]) for r in rows] == [
        ("2", "BROKEN", "UNKNOWN_STATUS", "offers"),
        ("3", "CREATED", "", ""),
    ]


def test_an_opt_out_list_opts_out_and_an_import_lifts_nothing(sayso: Sayso, file: Path) -> None:
    file.write_text("ana.new@example.com\nnever-seen@example.net\n")
    assert "2 were changed" in sayso("import", "opt-outs", str(file), "--yes").out
    file.write_text("email,offers\nana.new@example.com,yes\n")
    done = sayso("import", "contacts", str(file), "--yes")
    assert done.status == 3
    assert "1 were refused: they opted out of all email" in done.out
    one_type = sayso("import", "opt-outs", str(file), "--type", "offers", "--yes")
    assert (one_type.status, "1 were changed" in one_type.out) == (0, True)


def test_what_cannot_be_done_is_said_in_words(sayso: Sayso, file: Path) -> None:
    file.write_bytes(b"PK\x03\x04")
    assert "save the list as CSV" in sayso("import", "contacts", str(file), "--yes").err
    file.write_text("name\nAna\n")
    assert "No column holds email addresses" in sayso("import", "contacts", str(file)).err
    file.write_text("email\nana.new@example.com\n")
    unasked = sayso("import", "contacts", str(file))
    assert (unasked.status, "add --yes" in unasked.err) == (2, True)
    wrong = sayso("import", "contacts", str(file), "--legal-basis", "because")
    assert (wrong.status, "CONSENT_WITH_NOTICE" in wrong.err) == (2, True)
    file.write_text("email\n" + "a@example.com\n" * 9_999 + '"' + "x\n" * 90_000)
    broken = sayso("import", "contacts", str(file), "--yes")
    assert broken.status == 1
    assert "A quotation mark in line 10001 never ends. Nothing was imported." in broken.err
