"""A no that a second import says again: the undo of the first leaves it (decisions/0112)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain.importing.orders import What
from app.domain.standing import ALL, BOUNCE, Place, of_type
from app.store.tables import event
from tests.imports.files import Office
from tests.world import ANA, BEN

LISTS = [
    (What.OPT_OUTS, "email\n{}\n", ALL),
    (What.OPT_OUTS, "Email Address,CLEAN_TIME\n{},\n", BOUNCE),
    (What.CONTACTS, "email,novels\n{},no\n", None),
]


def events(office: Office) -> int:
    """How many there are."""
    with office.site.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(event)) or 0


@pytest.mark.parametrize(("what", "text", "place"), LISTS)
def test_what_a_second_import_says_again_outlives_the_undo_of_the_first(
    office: Office, what: What, text: str, place: Place | None
) -> None:
    """Whoever is on both lists; the others are where they were. It leaves no event of its own, for
    a list may come each night."""
    at = place or of_type(office.world.novels.id)
    both = office.give(text.format(ANA.address) + text.format(BEN.address).partition("\n")[2], what)
    office.do(both)
    told = events(office)
    nights = [office.give(text.format(ANA.address), what, file=f"{n}.csv") for n in range(2)]
    for id_ in nights:
        assert "CHANGED" not in office.do(id_).counts
    assert events(office) == told
    office.undo(both)
    assert office.known(ANA.address).held.opted_out(at)
    assert not office.known(BEN.address).held


def test_the_same_file_twice_is_one_list_and_can_be_undone(office: Office) -> None:
    """Who imported it twice by mistake takes it back by one undo, as before."""
    first, second = (office.give(f"email\n{ANA.address}\n", What.OPT_OUTS) for _ in range(2))
    office.do(first)
    office.do(second)
    assert "STAYED" not in office.undo(first).counts
    assert not office.known(ANA.address).held


def test_what_an_undone_import_said_again_holds_nothing(office: Office) -> None:
    first = office.give(f"email\n{ANA.address}\n", What.OPT_OUTS)
    office.do(first)
    second = office.give(f"email\n{ANA.address}\n{BEN.address}\n", What.OPT_OUTS)
    office.do(second)
    office.undo(second)
    assert office.known(ANA.address).held.opted_out(ALL)
    office.undo(first)
    assert not office.known(ANA.address).held
