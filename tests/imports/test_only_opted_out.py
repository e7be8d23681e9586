"""Rows that are refused, or cannot be read, whose opt-outs count all the same."""

from __future__ import annotations

import pytest

from app.domain.changes import Subscribe
from app.domain.importing.orders import What
from app.domain.runs import RowOutcome
from app.domain.standing import ALL, BOUNCE, Place, of_brand, of_type
from app.domain.words import Status
from app.queries import imports as known
from tests.imports.files import Office
from tests.world import ANA, BEN, CLEO, say

ONLY, CREATED = RowOutcome.ONLY_OPTED_OUT, RowOutcome.CREATED
NEW, FOUND = "new@example.net", "found@example.net"


FILE = (
    "email,name,novels,offers,Unsubscribed from all email,basis ends\n"
    f"{CLEO.address},Cleo,no,yes,,tomorrow\n"
    f"{NEW},New,yes,,,\n"
    f"{NEW},Newer,no,yes,,2027-13-01\n"
    f"{BEN.address},Ben,perhaps,,yes,\n"
    f"{FOUND},{'x' * 201},yes,,no,\n"
    f"{ANA.address},Ana,no,,,,too,many\n"
)
BECAME = {
    2: (ONLY, "UNKNOWN_DATE"),
    3: (CREATED, ""),
    4: (ONLY, "UNKNOWN_DATE"),
    5: (ONLY, "UNKNOWN_STATUS"),
    6: (RowOutcome.BROKEN, "TOO_LONG"),
    7: (ONLY, "CELLS"),
}


def test_a_row_that_cannot_be_read_opts_out_and_does_nothing_else(office: Office) -> None:
    """A person's choice is kept: never a yes, and no contact. An undo takes it back."""
    novels, offers = (of_type(type_.id) for type_ in (office.world.novels, office.world.offers))
    say(office.site.database, CLEO, Subscribe(office.world.novels))
    id_ = office.give(FILE)
    office.do(id_)
    for address, place in (
        (CLEO.address, novels),
        (NEW, novels),
        (BEN.address, ALL),
        (ANA.address, novels),
    ):
        held = office.known(address).held
        assert held.opted_out(place)
        assert offers not in held
    assert not office.known(FOUND).held
    made = office.contact(NEW)
    assert made
    assert made.name == "New"
    assert not any(office.contact(person.address) for person in (ANA, BEN, CLEO))
    assert "STAYED" not in office.undo(id_).counts
    assert office.known(CLEO.address).held.status(novels) is Status.SUBSCRIBED
    assert not office.known(BEN.address).held
    assert office.contact(NEW) is None


def test_the_check_and_the_report_say_that_only_its_opt_out_counts(office: Office) -> None:
    """Alike, and alike again; with an address, what stands there is not kept."""
    id_ = office.give(FILE)
    forecast = office.check(id_).forecast
    assert office.report(id_) == {n: row for n, row in BECAME.items() if row[0] is not CREATED}
    run = office.do(id_)
    assert run.counts == forecast
    assert run.counts["ONLY_OPTED_OUT:UNKNOWN_DATE"] == 2
    assert run.counts["CHANGED"] == 3, "that of line 4 counts in line 3, which makes the contact"
    assert office.report(id_) == BECAME
    with office.site.database.browsing() as connection:
        rows = known.report(connection, run, "broken")
        cells = {row.line: row.cells(run.words["headings"])[4:] for row in rows}
    assert cells[2] == ("basis ends", None)
    assert cells[6] == ("name", "x" * 80)
    again = office.do(office.give(FILE))
    assert again.counts["ONLY_OPTED_OUT:UNKNOWN_DATE"] == 2
    assert "CHANGED" not in again.counts


@pytest.mark.parametrize("privacy", [True])
def test_a_row_without_a_legal_basis_opts_out_and_stores_no_text(office: Office) -> None:
    """Rules 8: nothing may be stored of them but that they left."""
    fernway, novels = of_brand(office.world.fernway.id), of_type(office.world.novels.id)
    text = f"email,novels,legal basis\n{NEW},no,\n{FOUND},yes,\n{ANA.address},no,consent\n"
    id_ = office.give(text, explanation="They said so.")
    forecast = office.check(id_).forecast
    run = office.do(id_)
    assert run.counts == forecast
    why = "LEGAL_BASIS_REQUIRED"
    assert office.report(id_) == {
        2: (ONLY, why),
        3: (RowOutcome.REFUSED, why),
        4: (CREATED, ""),
    }
    assert office.known(NEW).held.opted_out(novels)
    assert not office.known(NEW).held.opted_out(fernway)
    assert office.known(NEW).address is None
    assert not office.known(FOUND).held


@pytest.mark.parametrize(
    ("text", "place", "changed"),
    [
        (f"email\n{NEW},x\n{FOUND}\n", ALL, 2),
        (f"Email Address,CLEAN_TIME\n{NEW},2026-01-01,a,b\n{NEW},2026-01-01\n", BOUNCE, 1),
        (f"email\n{NEW},x\n{NEW},y\n", ALL, 1),
    ],
)
def test_an_opt_out_list_loses_nobody_to_a_comma_too_many(
    office: Office, text: str, place: Place, changed: int
) -> None:
    """The check counts them, too, and so does the number to be typed."""
    id_ = office.give(text, What.OPT_OUTS)
    assert office.check(id_).forecast["CHANGED"] == changed
    office.do(id_)
    assert office.report(id_)[2] == (ONLY, "CELLS")
    assert office.known(NEW).held.opted_out(place)
