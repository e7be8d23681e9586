"""Who may subscribe whom to what, and which yes is more than a repeated one (rules.md, 3)."""

from __future__ import annotations

from itertools import product

import pytest

from app.domain.catalog import Policy
from app.domain.changes import (
    UNCHANGED,
    Ask,
    Hand,
    Subscribe,
    Verdict,
)
from app.domain.judging import judge
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Effect,
    Standing,
    of_brand,
    of_type,
)
from app.domain.words import (
    DAY,
    Actor,
    Basis,
    Instant,
    Kind,
    Reason,
    Status,
    Via,
)
from tests.domain.judged import EVERYBODY, NOT_CONTACT, changed, left_by
from tests.world import (
    FERNWAY,
    NOVELS,
    NOW,
    OTHERS,
    TOMORROW,
    archived,
    by,
    holding,
    no,
    yes,
)

A_NOVELS, A_FERNWAY = of_type(NOVELS.id), of_brand(FERNWAY.id)


def test_a_first_yes_asks_for_basis_and_explanation_only_with_data_privacy_on() -> None:
    """R-72: with data privacy on, nobody subscribes a person without evidence."""
    done = Verdict((changed(A_NOVELS, Status.SUBSCRIBED),))
    for hand, privacy, basis, explained in product(
        Hand, (False, True), (False, True), (False, True)
    ):
        who = by(
            hand,
            policy=Policy(data_privacy=privacy),
            basis=Basis.PERFORMANCE_OF_CONTRACT if basis else None,
            explained=explained,
        )
        verdict = judge(holding(), Subscribe(NOVELS), who)
        if hand is Hand.CONTACT or not privacy or (basis and explained):
            assert verdict == done, who
        elif basis:
            assert verdict.refused is Reason.EXPLANATION_REQUIRED, who
        else:
            assert verdict.refused is Reason.LEGAL_BASIS_REQUIRED, who


COVERS = {
    Reason.BOUNCED: (BOUNCE, no(Actor.BOUNCE)),
    Reason.COMPLAINED: (COMPLAINT, no(Actor.COMPLAINT)),
    Reason.OPTED_OUT_OF_ALL: (ALL, no(Actor.USER)),
    Reason.OPTED_OUT_OF_BRAND: (A_FERNWAY, no(Actor.USER)),
}


@pytest.mark.parametrize("stands", [None, yes(Actor.IMPORT), no(Actor.IMPORT)])
def test_while_a_type_is_covered_only_the_person_subscribes_it(stands: Standing | None) -> None:
    """R-52, H-46: each is refused with what covers first, in the order of the send decision."""
    full = {"basis": Basis.CONSENT_WITH_NOTICE, "explained": True}
    for covers in product((False, True), repeat=len(COVERS)):
        on = [reason for reason, stand in zip(COVERS, covers, strict=True) if stand]
        held = holding(*(COVERS[reason] for reason in on))
        if stands:
            held[A_NOVELS] = stands
        for hand in NOT_CONTACT if on else []:
            assert judge(held, Subscribe(NOVELS), by(hand, **full)).refused is on[0]
        assert judge(held, Subscribe(NOVELS), by()).refused is None


def test_nobody_subscribes_to_an_archived_type() -> None:
    for who in EVERYBODY:
        for change in (Subscribe(archived(NOVELS)), Ask(archived(NOVELS), TOMORROW)):
            assert judge(holding(), change, who) == Verdict(refused=Reason.TYPE_INACTIVE)


CONFIRMED = Verdict((Effect(Kind.CONFIRMED, A_NOVELS, Status.SUBSCRIBED),))
SOON, LATER = TOMORROW, TOMORROW + DAY


def test_the_persons_own_yes_over_one_made_for_them_is_recorded_as_confirmed() -> None:
    for maker in OTHERS:
        assert judge(holding((A_NOVELS, yes(maker))), Subscribe(NOVELS), by()) == CONFIRMED


def test_the_persons_own_yes_is_confirmed_by_nobody() -> None:
    held = holding((A_NOVELS, yes(Actor.CONTACT, basis_ends=SOON)))
    for who in EVERYBODY:
        longer = by(who.hand, actor=who.actor, basis=Basis.NON_GDPR, explained=True)
        assert judge(held, Subscribe(NOVELS), longer) == UNCHANGED, who


@pytest.mark.parametrize(
    ("stands", "comes", "longer"),
    [
        (SOON, LATER, True),
        (SOON, None, True),
        (SOON, SOON, False),
        (LATER, SOON, False),
        (None, LATER, False),
        (None, None, False),
    ],
)
def test_a_basis_that_ends_later_confirms_a_yes_made_for_the_person(
    stands: Instant | None, comes: Instant | None, *, longer: bool
) -> None:
    """R-69: a later event sets the end of an implied consent anew."""
    kept = yes(Actor.IMPORT, basis=Basis.LEGITIMATE_INTEREST_CLIENT, basis_ends=stands)
    for hand in NOT_CONTACT:
        who = by(hand, basis=Basis.LEGITIMATE_INTEREST_CLIENT, basis_ends=comes, explained=True)
        verdict = judge(holding((A_NOVELS, kept)), Subscribe(NOVELS), who)
        assert verdict == (CONFIRMED if longer else UNCHANGED), hand


def test_a_basis_that_the_person_took_to_another_address_is_no_word_of_their_own() -> None:
    """rules.md, 3; decisions/0056: a later event moves its end; once it is over a tick counts."""
    basis = Basis.LEGITIMATE_INTEREST_CLIENT
    moved = yes(via=Via.ADDRESS_CHANGE, basis=basis, basis_ends=SOON)
    held = holding((A_NOVELS, moved))
    for hand in NOT_CONTACT:
        for ends, verdict in ((LATER, CONFIRMED), (SOON, UNCHANGED)):
            who = by(hand, basis=basis, basis_ends=ends, explained=True)
            assert judge(held, Subscribe(NOVELS), who) == verdict, hand
    ticked = left_by(held, [Subscribe(NOVELS)], by())[A_NOVELS]
    assert (ticked.own_word, ticked.basis_ends) == (True, None)


def test_a_yes_repeated_for_the_person_without_a_basis_changes_nothing() -> None:
    held = holding((A_NOVELS, yes(Actor.IMPORT, basis_ends=SOON)))
    for hand in NOT_CONTACT:
        assert judge(held, Subscribe(NOVELS), by(hand, explained=True)) == UNCHANGED


def test_a_confirmed_yes_is_the_persons_own_and_has_their_evidence() -> None:
    held = left_by(
        holding((A_NOVELS, yes(Actor.IMPORT, basis_ends=SOON))), [Subscribe(NOVELS)], by()
    )
    assert held[A_NOVELS].by_contact
    assert held[A_NOVELS].basis_ends is None
    assert held[A_NOVELS].at == NOW
