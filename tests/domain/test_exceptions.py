"""Exceptions from an account-wide opt-out: who makes them, and what they end with (rules.md, 3)."""

from __future__ import annotations

from app.domain.changes import (
    UNCHANGED,
    Except,
    Hand,
    Lift,
    Subscribe,
    Unsubscribe,
    Verdict,
)
from app.domain.judging import judge
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Effect,
    Held,
    of_brand,
)
from app.domain.words import (
    ACCOUNT,
    Actor,
    Basis,
    Kind,
    Reason,
    Scope,
    Status,
)
from tests.domain.judged import EVERYBODY, NOT_CONTACT, changed
from tests.world import (
    EVENINGS,
    FERNWAY,
    NOVELS,
    WORKSHOPS,
    by,
    holding,
    no,
    yes,
)

A_FERNWAY = of_brand(FERNWAY.id)
EXCEPTED = ((ALL, no()), (A_FERNWAY, yes()), (of_brand(WORKSHOPS.id), yes()))
EXCEPTIONS_END = (changed(A_FERNWAY), changed(of_brand(WORKSHOPS.id)))


def test_an_account_wide_opt_out_by_anyone_ends_all_exceptions_though_it_is_no_change() -> None:
    for who in EVERYBODY:
        verdict = judge(holding(*EXCEPTED), Unsubscribe(ACCOUNT), who)
        assert verdict == Verdict(EXCEPTIONS_END), who


def test_an_account_wide_opt_out_that_strengthens_ends_all_exceptions_too() -> None:
    held = Held([*EXCEPTED, (ALL, no(Actor.USER))])
    stronger = Effect(Kind.STRENGTHENED, ALL, Status.UNSUBSCRIBED)
    assert judge(held, Unsubscribe(ACCOUNT), by()) == Verdict((stronger, *EXCEPTIONS_END))


def test_exceptions_end_with_the_opt_out_they_except_from() -> None:
    held = Held([*EXCEPTED, (ALL, no(Actor.USER))])
    verdict = judge(held, Lift(ALL), by(Hand.USER, explained=True))
    assert verdict == Verdict((changed(ALL), *EXCEPTIONS_END))


def test_no_exception_outlives_a_new_account_wide_opt_out() -> None:
    """Not even one that should not stand."""
    verdict = judge(holding((A_FERNWAY, yes())), Unsubscribe(ACCOUNT), by())
    assert verdict == Verdict((changed(ALL, Status.UNSUBSCRIBED), changed(A_FERNWAY)))


def test_lifting_anything_else_leaves_the_exceptions() -> None:
    for place in (BOUNCE, COMPLAINT):
        held = Held([*EXCEPTED, (place, no(Actor.BOUNCE))])
        assert judge(held, Lift(place), by()) == Verdict((changed(place),))


def test_opting_out_of_one_brand_leaves_the_exceptions_of_others() -> None:
    verdict = judge(holding(*EXCEPTED), Unsubscribe(Scope.brand(FERNWAY.id)), by())
    assert verdict == Verdict((changed(A_FERNWAY, Status.UNSUBSCRIBED),))


def test_only_the_person_makes_an_exception_and_only_under_an_account_wide_opt_out() -> None:
    opted_out = holding((ALL, no(Actor.USER)))
    made = Verdict((changed(A_FERNWAY, Status.SUBSCRIBED),))
    assert judge(opted_out, Except(FERNWAY.id), by()) == made
    assert judge(holding(*EXCEPTED), Except(FERNWAY.id), by()) == UNCHANGED
    assert judge(holding(), Except(FERNWAY.id), by()) == UNCHANGED
    for hand in NOT_CONTACT:
        who = by(hand, basis=Basis.CONSENT_WITH_NOTICE, explained=True)
        assert judge(opted_out, Except(FERNWAY.id), who).refused is Reason.NOT_PERMITTED


def test_an_exception_uncovers_its_brand_only() -> None:
    held = holding((ALL, no()), (A_FERNWAY, yes()))
    assert judge(held, Subscribe(NOVELS), by(Hand.USER)).refused is None
    refused = judge(held, Subscribe(EVENINGS), by(Hand.USER)).refused
    assert refused is Reason.OPTED_OUT_OF_ALL
