"""sayso export: whole lists from the command line (issue 5)."""

from __future__ import annotations

import json

import pytest

from app.domain.invented import EXAMPLES
from tests.cli.conftest import Sayso


@pytest.mark.usefixtures("shop")
def test_lists_are_written_to_standard_output(sayso: Sayso) -> None:
    """R-61: what may not be mailed says so in every row."""
    ana, ben, chiara = (person.address for person in EXAMPLES[:3])
    whole = sayso("export", "suppressions")
    assert (whole.status, whole.err) == (0, "")
    assert [(row["email"], row["reason"], row["use"]) for row in whole.rows] == [
        (chiara, "OPTED_OUT_OF_ALL", "SUPPRESSION_ONLY")
    ]
    offers = sayso("export", "suppressions", "--type", "offers", "--format", "ndjson")
    listed = [json.loads(line) for line in offers.out.splitlines()]
    assert {one["email"]: one["reason"] for one in listed} == {
        ben: "UNSUBSCRIBED",
        chiara: "OPTED_OUT_OF_ALL",
    }
    chosen = sayso("export", "preferences", "--brand", "fernway").rows
    assert {(row["name"], row["use"]) for row in chosen if row["email"] == ana} == {
        ("new-arrivals", ""),
        ("reading-circle", ""),
    }
    events = sayso("export", "ledger").rows
    assert {row["via"] for row in events} == {"PREFERENCE_PAGE"}
    people = {row["name"]: row["use"] for row in sayso("export", "contacts").rows}
    assert (people["Ana Example"], people["Chiara Example"]) == ("", "SUPPRESSION_ONLY")
    for wrong in (["everything"], ["ledger", "--type", "offers", "--brand", "fernway"]):
        assert sayso("export", *wrong).status == 2


@pytest.mark.usefixtures("shop")
def test_contacts_are_filtered_as_on_their_list(sayso: Sayso) -> None:
    """Each filter by itself, and several together."""

    def names(*filters: str) -> list[str]:
        return [row["name"].split()[0] for row in sayso("export", "contacts", *filters).rows]

    everybody = names()
    today = sayso("export", "contacts").rows[0]["createdAt"][:10]
    assert names("--search", "chiara") == names("--opt-out", "contact") == ["Chiara"]
    assert "Ben" in names("--type", "offers", "--status", "unsubscribed")
    assert "Ana" not in names("--type", "offers", "--status", "unsubscribed")
    assert names("--type", "offers", "--status", "unsubscribed", "--search", "ana") == []
    assert names("--created-from", today, "--created-to", today) == everybody
    assert names("--created-to", "2000-01-01") == names("--source", "import") == []
    assert "Ana" in names("--chosen-for", "fernway")
    assert names("--chosen-for", "fernway", "--opt-out", "nobody", "--language", "pl") == []
    for wrong in (["ledger", "--search", "ana"], ["contacts", "--status", "subscribed"]):
        assert sayso("export", *wrong).status == 2
