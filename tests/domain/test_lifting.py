"""Who may lift what stands: both tables of rules.md, 3, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from app.domain.catalog import Policy
from app.domain.changes import Hand, Lift, Subscribe, Verdict
from app.domain.judging import judge
from app.domain.lifting import LIFTING_A_TYPE, LIFTING_MORE
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Effect,
    Place,
    Standing,
    of_brand,
    of_type,
)
from app.domain.words import Actor, Basis, Kind, Reason, Status, Via
from tests.world import FERNWAY, NOVELS, OTHERS, by, holding, no

A_TYPE = """
made by     | CONTACT | USER | API  | USER_BULK | API_BATCH | API_V3 | AUTOMATIC
CONTACT     | yes     | both | both | no        | no        | no     | no
anyone else | yes     | both | both | bulk      | bulk      | no     | no
"""
MORE = """
what stands        | CONTACT | USER  | API   | USER_BULK | API_BATCH | API_V3 | AUTOMATIC
made by CONTACT    | yes     | no    | no    | no        | no        | no     | no
by fallback form   | yes     | both  | no    | no        | no        | no     | no
made by another    | yes     | words | words | words     | words     | no     | no
BOUNCE             | yes     | words | words | words     | words     | no     | no
COMPLAINT          | yes     | no    | no    | no        | no        | no     | no
"""
MOST_OF_ALL = {"both", "bulk", "words"}


def cells(table: str) -> list[tuple[str, Hand, str]]:
    """Each row's name with each column's hand and what the cell says."""
    head, *rows = ([cell.strip() for cell in line.split("|")] for line in table.strip().split("\n"))
    return [
        (name, Hand[hand], said)
        for name, *says in rows
        for hand, said in zip(head[1:], says, strict=True)
    ]


def lacking(said: str, *, privacy: bool, basis: bool, explained: bool) -> Reason | None:
    """What a cell's words ask for and is not given."""
    wants_basis = said == "both" or (said == "bulk" and privacy)
    if said == "no":
        return Reason.NOT_PERMITTED
    if wants_basis and not basis:
        return Reason.LEGAL_BASIS_REQUIRED
    if said in MOST_OF_ALL and not explained:
        return Reason.EXPLANATION_REQUIRED
    return None


Judged = tuple[Verdict, Reason | None, tuple[bool, bool, bool]]


def judged(place: Place, stands: Standing, hand: Hand, said: str) -> Iterator[Judged]:
    """What is done and what the cell promises, for every switch and all that may be given."""
    change = Subscribe(NOVELS) if place == of_type(NOVELS.id) else Lift(place)
    for privacy, basis, explained in product((False, True), repeat=3):
        who = by(
            hand,
            policy=Policy(data_privacy=privacy),
            basis=Basis.CONSENT_WITH_NOTICE if basis else None,
            explained=explained,
        )
        verdict = judge(holding((place, stands)), change, who)
        lacks = lacking(said, privacy=privacy, basis=basis, explained=explained)
        yield verdict, lacks, (privacy, basis, explained)


@pytest.mark.parametrize(("made", "hand", "said"), cells(A_TYPE))
def test_an_unsubscribed_type_is_lifted_as_its_cell_says(made: str, hand: Hand, said: str) -> None:
    """H-46: a yes without its evidence is refused. R-52: an opt-out wins over an import."""
    place = of_type(NOVELS.id)
    lifted = Verdict((Effect(Kind.CHANGED, place, Status.SUBSCRIBED),))
    for maker in [Actor.CONTACT] if made == "CONTACT" else OTHERS:
        for verdict, lacks, given in judged(place, no(maker), hand, said):
            why = Reason.UNSUBSCRIBED if lacks is Reason.NOT_PERMITTED else lacks
            assert verdict == (Verdict(refused=why) if why else lifted), (maker, given)


STANDS = {
    "made by CONTACT": [no(Actor.CONTACT), no(Actor.CONTACT, via=Via.ONE_CLICK)],
    "by fallback form": [no(Actor.CONTACT, via=Via.FALLBACK_FORM)],
    "made by another": [no(maker) for maker in OTHERS],
    "BOUNCE": [no(Actor.BOUNCE)],
    "COMPLAINT": [no(Actor.COMPLAINT), no(Actor.COMPLAINT, via=Via.PROVIDER_EVENT)],
}
PLACES = {
    "made by CONTACT": [ALL, of_brand(FERNWAY.id)],
    "by fallback form": [ALL],
    "made by another": [ALL, of_brand(FERNWAY.id)],
    "BOUNCE": [BOUNCE],
    "COMPLAINT": [COMPLAINT],
}


@pytest.mark.parametrize(("what", "hand", "said"), cells(MORE))
def test_an_opt_out_or_suppression_is_lifted_as_its_cell_says(
    what: str, hand: Hand, said: str
) -> None:
    """R-148: the most restrictive wins until somebody who may has lifted it."""
    for place, stands in product(PLACES[what], STANDS[what]):
        lifted = Verdict((Effect(Kind.CHANGED, place),))
        for verdict, lacks, given in judged(place, stands, hand, said):
            assert verdict == (Verdict(refused=lacks) if lacks else lifted), (place, stands, given)


def test_the_tables_have_a_cell_for_every_hand() -> None:
    assert all(row.keys() == set(Hand) for row in LIFTING_A_TYPE.values())
    assert all(row.keys() == set(Hand) for row in LIFTING_MORE.values())
    assert len(cells(A_TYPE)) == 2 * len(Hand)
    assert len(cells(MORE)) == 5 * len(Hand)


def test_lifting_what_does_not_stand_changes_nothing() -> None:
    held = holding((of_type(NOVELS.id), no()))
    for place in (ALL, BOUNCE, COMPLAINT, of_brand(FERNWAY.id)):
        for hand in Hand:
            assert judge(held, Lift(place), by(hand)) == Verdict()


def test_lifting_takes_no_road_round_the_table_of_types() -> None:
    """Subscribing lifts a type's opt-out. Nobody makes it unsaid by asking for less."""
    held = holding((of_type(NOVELS.id), no(Actor.IMPORT)))
    for hand in Hand:
        who = by(hand, basis=Basis.NON_GDPR, explained=True)
        assert judge(held, Lift(of_type(NOVELS.id)), who).refused is Reason.NOT_PERMITTED
