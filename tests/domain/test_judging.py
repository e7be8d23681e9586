"""Who may change what (rules.md, 3): opt-outs, pauses, requests and records. test_lifting.py,
test_subscribing.py, test_exceptions.py and test_suppressing.py have the rest."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from app.domain.catalog import Policy
from app.domain.changes import (
    UNCHANGED,
    Ask,
    Change,
    End,
    Except,
    Hand,
    Lift,
    Note,
    Pause,
    Resume,
    Subscribe,
    Unsubscribe,
    Verdict,
)
from app.domain.judging import judge, settle
from app.domain.limits import PAUSE_BETWEEN
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Effect,
    Held,
    Place,
    Standing,
    of_brand,
    of_type,
    pause_of,
    request_of,
)
from app.domain.words import (
    ACCOUNT,
    DAY,
    Actor,
    Basis,
    Cause,
    Instant,
    Kind,
    Reason,
    Scope,
    Status,
    Via,
)
from tests.domain.judged import EVERYBODY, NOT_CONTACT, changed, left_by
from tests.world import (
    EVENINGS,
    FERNWAY,
    LETTER,
    NOVELS,
    NOW,
    OTHERS,
    RECEIPTS,
    TOMORROW,
    WORKSHOPS,
    archived,
    by,
    holding,
    lasting,
    no,
    yes,
)

PRIVACY = Policy(data_privacy=True)
SOON, LATER = TOMORROW, TOMORROW + DAY
SCOPES = (ACCOUNT, Scope.brand(FERNWAY.id), Scope.type(NOVELS.id))
A_NOVELS, A_FERNWAY = of_type(NOVELS.id), of_brand(FERNWAY.id)
SPEAKS_FOR_PEOPLE = by(Hand.API, actor=Actor.CONTACT, via=Via.API)


def test_anybody_may_unsubscribe_at_any_scope_whatever_covers_it() -> None:
    """R-74: no reason is needed and none refuses. R-61: nobody is asked for more than the no."""
    for body, scope, policy in product(EVERYBODY, SCOPES, (Policy(), PRIVACY)):
        who = replace(body, policy=policy)
        place = Place(scope, Cause.CHOICE)
        for held in (
            holding(),
            holding((BOUNCE, no(Actor.BOUNCE)), (COMPLAINT, no(Actor.COMPLAINT))),
            holding((place, yes())) if scope != ACCOUNT else holding((A_NOVELS, yes())),
        ):
            verdict = judge(held, Unsubscribe(scope), who)
            assert verdict == Verdict((changed(place, Status.UNSUBSCRIBED),)), (who, scope)


def test_only_a_transactional_type_takes_no_status() -> None:
    """R-148: an opt-out never stops receipts."""
    for who in EVERYBODY:
        for change in (
            Unsubscribe(Scope.type(RECEIPTS.id), RECEIPTS),
            Subscribe(RECEIPTS),
            Ask(RECEIPTS, TOMORROW),
        ):
            assert judge(holding(), change, who) == Verdict(refused=Reason.TRANSACTIONAL)


def test_a_transactional_type_is_no_reason_to_refuse_an_opt_out_of_its_brand() -> None:
    for scope in (ACCOUNT, Scope.brand(FERNWAY.id)):
        verdict = judge(holding(), Unsubscribe(scope, RECEIPTS), by())
        assert verdict.effects == (changed(Place(scope, Cause.CHOICE), Status.UNSUBSCRIBED),)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_repeated_unsubscribed_is_no_change_but_for_the_persons_own_and_over_what_users_undo(
    scope: Scope,
) -> None:
    """R-134: the same no twice is one event. decisions/0112."""
    place = Place(scope, Cause.CHOICE)
    stronger = Verdict((Effect(Kind.STRENGTHENED, place, Status.UNSUBSCRIBED),))
    for maker, who in product(Actor, [*EVERYBODY, SPEAKS_FOR_PEOPLE]):
        verdict = judge(holding((place, no(maker))), Unsubscribe(scope), who)
        over_anothers = who.actor is not maker and maker in (Actor.USER, Actor.IMPORT)
        own = who.actor is Actor.CONTACT and maker is not Actor.CONTACT
        assert verdict == (stronger if own or over_anothers else UNCHANGED), (maker, who)
    edited = holding((place, no(Actor.USER, via=Via.BULK_EDIT)))
    for via in (Via.ADMIN, Via.BULK_EDIT):
        verdict = judge(edited, Unsubscribe(scope), by(Hand.USER, via=via))
        assert verdict == (UNCHANGED if via is Via.BULK_EDIT else stronger)
    another_user = by(Hand.USER, anew=frozenset({place}))
    assert judge(holding((place, no(Actor.USER))), Unsubscribe(scope), another_user) == stronger


def test_a_proven_no_strengthens_the_fallback_forms_and_never_the_other_way_round() -> None:
    stronger = Verdict((Effect(Kind.STRENGTHENED, ALL, Status.UNSUBSCRIBED),))
    fallback = by(via=Via.FALLBACK_FORM)
    for via in Via:
        unproven, proven = no(via=Via.FALLBACK_FORM), no(via=via)
        again = judge(holding((ALL, unproven)), Unsubscribe(ACCOUNT), by(via=via))
        assert again == (UNCHANGED if via is Via.FALLBACK_FORM else stronger)
        assert judge(holding((ALL, proven)), Unsubscribe(ACCOUNT), fallback) == UNCHANGED
    for actor in OTHERS:
        over_another = judge(holding((ALL, no(actor))), Unsubscribe(ACCOUNT), fallback)
        assert over_another == stronger


def test_an_archived_type_can_still_be_unsubscribed_from() -> None:
    gone = archived(NOVELS)
    verdict = judge(holding(), Unsubscribe(Scope.type(gone.id), gone), by(via=Via.ONE_CLICK))
    assert verdict.effects == (changed(A_NOVELS, Status.UNSUBSCRIBED),)


def test_only_the_person_makes_moves_or_ends_a_pause() -> None:
    place = pause_of(FERNWAY.id)
    paused = holding((place, lasting(SOON)))
    for hand, held in product(NOT_CONTACT, (holding(), paused)):
        verdicts = settle(held, [Pause(FERNWAY.id, LATER), Resume(FERNWAY.id)], by(hand))
        assert verdicts == [Verdict(refused=Reason.NOT_PERMITTED)] * 2
    made = Verdict((Effect(Kind.PAUSED, place, until=LATER),))
    assert judge(holding(), Pause(FERNWAY.id, LATER), by()) == made
    assert judge(paused, Pause(FERNWAY.id, LATER), by()) == made
    assert judge(paused, Resume(FERNWAY.id), by()) == Verdict((Effect(Kind.RESUMED, place),))


def test_the_same_pause_twice_and_ending_none_change_nothing() -> None:
    paused = holding((pause_of(FERNWAY.id), lasting(SOON)))
    over = holding((pause_of(FERNWAY.id), lasting(NOW)))
    assert judge(paused, Pause(FERNWAY.id, SOON), by()) == UNCHANGED
    assert judge(paused, Resume(WORKSHOPS.id), by()) == UNCHANGED
    assert judge(over, Resume(FERNWAY.id), by()) == UNCHANGED


def test_unsubscribing_wins_over_a_pause_and_lets_it_stand() -> None:
    paused = holding((pause_of(FERNWAY.id), lasting(SOON)))
    for scope in SCOPES:
        after = left_by(Held(paused), [Unsubscribe(scope)], by())
        assert after.opted_out(Place(scope, Cause.CHOICE))
        assert after[pause_of(FERNWAY.id)] == paused[pause_of(FERNWAY.id)]


def test_a_request_touches_no_choice() -> None:
    """R-83, R-54: confirmed opt-in asks first. Nothing that stands changes before the answer."""
    for stands in (holding(), holding((of_type(LETTER.id), no())), holding((ALL, no()))):
        after = left_by(Held(stands), [Ask(LETTER, TOMORROW)], by())
        assert after.pop(request_of(LETTER.id)).until == TOMORROW
        assert after == stands


def test_a_note_changes_nothing() -> None:
    held = holding((A_NOVELS, no()))
    for scope in SCOPES:
        verdict = judge(held, Note(scope), by())
        assert verdict == Verdict((Effect(Kind.NOTED, Place(scope, Cause.CHOICE)),))
        assert left_by(Held(held), [Note(scope)], by()) == held


def test_changes_of_one_record_are_judged_one_after_the_other() -> None:
    held = holding((ALL, no()), (COMPLAINT, no(Actor.COMPLAINT)))
    changes: list[Change] = [
        Lift(COMPLAINT),
        Unsubscribe(ACCOUNT),
        Except(FERNWAY.id),
        Subscribe(NOVELS),
    ]
    verdicts = settle(held, changes, by())
    assert [len(v.effects) for v in verdicts] == [1, 0, 1, 1]
    assert held == holding((ALL, no()), (COMPLAINT, no(Actor.COMPLAINT)))


def test_a_refusal_never_fails_the_rest() -> None:
    changes = [Subscribe(RECEIPTS), Subscribe(NOVELS), Subscribe(EVENINGS)]
    verdicts = settle(holding((of_brand(WORKSHOPS.id), no())), changes, by(Hand.USER))
    assert [v.refused for v in verdicts] == [Reason.TRANSACTIONAL, None, Reason.OPTED_OUT_OF_BRAND]
    assert [len(v.effects) for v in verdicts] == [0, 1, 0]


def test_a_key_that_speaks_for_people_opts_out_as_the_person() -> None:
    held = left_by(holding((ALL, no(Actor.USER))), [Unsubscribe(ACCOUNT)], SPEAKS_FOR_PEOPLE)
    assert held[ALL].by_contact
    full = by(Hand.USER, basis=Basis.CONSENT_WITH_NOTICE, explained=True)
    assert judge(held, Lift(ALL), full).refused is Reason.NOT_PERMITTED


ENDED = [(A_NOVELS, yes()), (A_FERNWAY, yes()), (request_of(LETTER.id), lasting(TOMORROW))]
KEPT = [
    (A_NOVELS, no()),
    (A_FERNWAY, no(Actor.USER)),
    (ALL, no()),
    (BOUNCE, no(Actor.BOUNCE)),
    (COMPLAINT, no(Actor.COMPLAINT)),
    (pause_of(FERNWAY.id), lasting(TOMORROW)),
]


@pytest.mark.parametrize(("place", "stands"), ENDED)
def test_erasure_ends_every_yes_and_an_answer_its_request(place: Place, stands: Standing) -> None:
    """R-79: what has no evidence any more stands no more."""
    for who in EVERYBODY:
        held = holding((place, stands))
        assert judge(held, End(place), who) == Verdict((changed(place),))
        assert left_by(held, [End(place), End(place)], who) == {}


@pytest.mark.parametrize(("place", "stands"), KEPT)
def test_erasure_ends_no_opt_out_no_suppression_and_no_pause(
    place: Place, stands: Standing
) -> None:
    """R-79: the minimal suppression entry stays."""
    for who in EVERYBODY:
        assert judge(holding((place, stands)), End(place), who) == UNCHANGED


def test_ending_what_does_not_stand_changes_nothing() -> None:
    for place, _ in ENDED:
        assert judge(holding(), End(place), by()) == UNCHANGED


@pytest.mark.parametrize(
    ("asked", "until", "changes"),
    [
        (NOW - PAUSE_BETWEEN + 1, NOW + 1, False),
        (NOW - PAUSE_BETWEEN, NOW + 1, True),
        (NOW - 1, NOW, True),
        (NOW + PAUSE_BETWEEN - 1, TOMORROW, False),
        (NOW + PAUSE_BETWEEN, TOMORROW, True),
    ],
)
def test_nobody_is_asked_again_while_the_mail_may_be_on_its_way(
    asked: Instant, until: Instant, changes: bool
) -> None:
    held = holding((request_of(LETTER.id), lasting(until, at=asked)))
    verdict = judge(held, Ask(LETTER, NOW + DAY), by())
    effect = Effect(Kind.REQUESTED, request_of(LETTER.id), until=NOW + DAY)
    assert verdict == (Verdict((effect,)) if changes else UNCHANGED)
    assert judge(holding(), Ask(LETTER, NOW + DAY), by()) == Verdict((effect,))
