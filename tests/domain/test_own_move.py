"""A person moves to another address: what goes along, and what is left behind (rules.md, 2)."""

from __future__ import annotations

import pytest

from app.domain.changes import Change, End, Except, Pause, Subscribe, Unsubscribe
from app.domain.own_move import OWN, Ground, left_behind, moved_away, taken_along
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    of_brand,
    of_type,
    pause_of,
    request_of,
)
from app.domain.words import ACCOUNT, DAY, Actor, Basis, Scope, Via
from tests.world import (
    FERNWAY,
    LETTER,
    NOVELS,
    NOW,
    OFFERS,
    TOMORROW,
    WORLD,
    YESTERDAY,
    archived,
    holding,
    lasting,
    no,
    yes,
)

CLIENT = Basis.LEGITIMATE_INTEREST_CLIENT
SOON, LATER = NOW + 10 * DAY, NOW + 20 * DAY
NOBODY = holding()
OUT = (ALL, no())
LEAVE_ALL, LEAVE_BRAND = Unsubscribe(ACCOUNT), Unsubscribe(Scope.brand(FERNWAY.id))
LEAVE_NOVELS, NOVELS_PLEASE = Unsubscribe(Scope.type(NOVELS.id), NOVELS), Subscribe(NOVELS)
NOVELS_AT, FERNWAY_AT = of_type(NOVELS.id), of_brand(FERNWAY.id)
IMPLIED = yes(Actor.IMPORT, basis=CLIENT, basis_ends=SOON)

GOES_ALONG: dict[str, tuple[Held, Held, list[Change]]] = {
    "a yes": (holding((NOVELS_AT, yes())), NOBODY, [NOVELS_PLEASE]),
    "a no": (holding((NOVELS_AT, no())), NOBODY, [LEAVE_NOVELS]),
    "another's no": (holding((NOVELS_AT, no(Actor.IMPORT))), NOBODY, [LEAVE_NOVELS]),
    "a no of the new one wins": (holding((NOVELS_AT, yes())), holding((NOVELS_AT, no())), []),
    "another's no of the new one wins too": (
        holding((NOVELS_AT, yes())),
        holding((NOVELS_AT, no(Actor.IMPORT))),
        [],
    ),
    "a brand's choice is no type's, whatever their numbers": (
        holding((of_brand(NOVELS.id), yes()), (of_brand(OFFERS.id), no())),
        NOBODY,
        [Unsubscribe(Scope.brand(OFFERS.id), None), Except(NOVELS.id)],
    ),
    "not a pause as long as the new one's": (
        holding((pause_of(FERNWAY.id), lasting(SOON))),
        holding((pause_of(FERNWAY.id), lasting(SOON))),
        [],
    ),
    "a no over a yes of the new one": (
        holding((NOVELS_AT, no())),
        holding((NOVELS_AT, yes())),
        [LEAVE_NOVELS],
    ),
    "everything of a brand": (holding((FERNWAY_AT, no())), NOBODY, [LEAVE_BRAND]),
    "everything, with its exception": (
        holding(OUT, (FERNWAY_AT, yes())),
        NOBODY,
        [LEAVE_ALL, Except(FERNWAY.id)],
    ),
    "no exception from the new one's own": (
        holding(OUT, (FERNWAY_AT, yes())),
        holding(OUT),
        [LEAVE_ALL],
    ),
    "the exception that both have": (
        holding(OUT, (FERNWAY_AT, yes())),
        holding(OUT, (FERNWAY_AT, yes())),
        [LEAVE_ALL, Except(FERNWAY.id)],
    ),
    "no exception for a brand that the new one left": (
        holding(OUT, (FERNWAY_AT, yes())),
        holding((FERNWAY_AT, no())),
        [LEAVE_ALL],
    ),
    "a complaint, as the person's own no": (
        holding((COMPLAINT, no(Actor.COMPLAINT))),
        NOBODY,
        [LEAVE_ALL],
    ),
    "no exception over a complaint": (
        holding(OUT, (FERNWAY_AT, yes()), (COMPLAINT, no(Actor.COMPLAINT))),
        holding(OUT, (FERNWAY_AT, yes())),
        [LEAVE_ALL],
    ),
    "no bounce": (holding((BOUNCE, no(Actor.BOUNCE))), NOBODY, []),
    "no open request": (holding((request_of(LETTER.id), lasting(SOON))), NOBODY, []),
    "a pause": (
        holding((pause_of(FERNWAY.id), lasting(SOON))),
        NOBODY,
        [Pause(FERNWAY.id, SOON)],
    ),
    "no pause that is over": (holding((pause_of(FERNWAY.id), lasting(YESTERDAY))), NOBODY, []),
    "the longer pause": (
        holding((pause_of(FERNWAY.id), lasting(TOMORROW))),
        holding((pause_of(FERNWAY.id), lasting(SOON))),
        [],
    ),
    "the person's own yes over a list's": (
        holding((NOVELS_AT, yes())),
        holding((NOVELS_AT, yes(Actor.IMPORT))),
        [NOVELS_PLEASE],
    ),
    "a basis that was taken along before is no word of their own": (
        holding((NOVELS_AT, yes(basis=CLIENT, basis_ends=SOON))),
        holding((NOVELS_AT, yes(Actor.IMPORT, basis=CLIENT, basis_ends=LATER))),
        [],
    ),
    "no list's yes over the person's own": (
        holding((NOVELS_AT, IMPLIED)),
        holding((NOVELS_AT, yes())),
        [],
    ),
}


@pytest.mark.parametrize(("old", "new", "changes"), GOES_ALONG.values(), ids=GOES_ALONG)
def test_what_goes_along(old: Held, new: Held, changes: list[Change]) -> None:
    """rules.md, 2: an opt-out at either address wins; a bounce stays behind."""
    found = taken_along(old, new, WORLD.catalog.types, NOW)
    assert [change for _, of_ground in found for change in of_ground] == changes


def test_a_move_makes_no_implied_consent_a_given_one() -> None:
    old = holding((NOVELS_AT, IMPLIED), (of_type(OFFERS.id), yes()))
    assert taken_along(old, NOBODY, WORLD.catalog.types, NOW) == [
        (OWN, [Subscribe(OFFERS)]),
        (Ground(CLIENT, SOON), [NOVELS_PLEASE]),
    ]


@pytest.mark.parametrize(
    ("there", "moved", "goes"), [(SOON, LATER, True), (LATER, SOON, False), (SOON, SOON, False)]
)
def test_the_later_end_holds(there: int, moved: int, goes: bool) -> None:
    """rules.md, 3: as any repeated yes on a basis."""
    new = holding((NOVELS_AT, IMPLIED._replace(basis_ends=there)))
    old = holding((NOVELS_AT, IMPLIED._replace(basis_ends=moved)))
    assert bool(taken_along(old, new, WORLD.catalog.types, NOW)) is goes


def test_an_archived_type_is_left_out() -> None:
    types = {NOVELS.id: archived(NOVELS)}
    assert taken_along(holding((NOVELS_AT, yes())), NOBODY, types, NOW) == []


def test_nothing_is_sent_to_the_old_address_any_more() -> None:
    """docs/decisions/0056."""
    old = holding((NOVELS_AT, yes()), (of_type(OFFERS.id), no()))
    assert left_behind(old) == [LEAVE_ALL, End(NOVELS_AT), End(of_type(OFFERS.id))]


MOVED = no(via=Via.ADDRESS_CHANGE)
MOVED_AWAY: dict[str, tuple[Held, str | None, bool]] = {
    "what a move left behind": (holding((ALL, MOVED)), None, True),
    "with another choice": (holding((ALL, MOVED), (NOVELS_AT, no())), None, True),
    "what a move took along": (holding((ALL, MOVED)), "ana@example.com", False),
    "what a user took along": (
        holding((ALL, no(Actor.USER, via=Via.ADDRESS_CHANGE))),
        None,
        False,
    ),
    "an opt-out like any": (holding((ALL, no())), None, False),
    "a type's opt-out that came along": (holding((NOVELS_AT, MOVED)), None, False),
    "nothing": (NOBODY, None, False),
}


@pytest.mark.parametrize(("held", "address", "moved"), MOVED_AWAY.values(), ids=MOVED_AWAY)
def test_an_address_that_its_person_left_is_known_by_what_stands(
    held: Held, address: str | None, moved: bool
) -> None:
    assert moved_away(held, address) == (YESTERDAY if moved else None)
