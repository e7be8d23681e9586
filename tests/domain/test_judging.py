"""Who may change what (rules.md, 3), but for the lifting tables: test_lifting.py has those."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from app.domain.catalog import Policy
from app.domain.changes import (
    UNCHANGED,
    Ask,
    By,
    Change,
    End,
    Except,
    Hand,
    Lift,
    Note,
    Pause,
    Report,
    Resume,
    Subscribe,
    Unsubscribe,
    Verdict,
)
from app.domain.judging import judge, settle, take
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
    YESTERDAY,
    archived,
    by,
    holding,
    lasting,
    no,
    yes,
)

PRIVACY = Policy(data_privacy=True)
SCOPES = (ACCOUNT, Scope.brand(FERNWAY.id), Scope.type(NOVELS.id))
A_NOVELS, A_FERNWAY = of_type(NOVELS.id), of_brand(FERNWAY.id)
EVERYBODY = [by(hand) for hand in Hand] + [by(Hand.AUTOMATIC, actor=a) for a in OTHERS]
NOT_CONTACT = [hand for hand in Hand if hand is not Hand.CONTACT]
SPEAKS_FOR_PEOPLE = by(Hand.API, actor=Actor.CONTACT, via=Via.API)


def changed(place: Place, status: Status = Status.NOT_SPECIFIED) -> Effect:
    return Effect(Kind.CHANGED, place, status)


def left_by(held: Held, changes: list[Change], who: By) -> Held:
    """What stands after `changes`."""
    for verdict in settle(held, changes, who):
        for effect in verdict.effects:
            take(held, effect, who, number=2)
    return held


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


def test_an_exception_uncovers_its_brand_only() -> None:
    held = holding((ALL, no()), (A_FERNWAY, yes()))
    assert judge(held, Subscribe(NOVELS), by(Hand.USER)).refused is None
    refused = judge(held, Subscribe(EVENINGS), by(Hand.USER)).refused
    assert refused is Reason.OPTED_OUT_OF_ALL


def test_nobody_subscribes_to_an_archived_type() -> None:
    for who in EVERYBODY:
        for change in (Subscribe(archived(NOVELS)), Ask(archived(NOVELS), TOMORROW)):
            assert judge(holding(), change, who) == Verdict(refused=Reason.TYPE_INACTIVE)


def test_an_archived_type_can_still_be_unsubscribed_from() -> None:
    gone = archived(NOVELS)
    verdict = judge(holding(), Unsubscribe(Scope.type(gone.id), gone), by(via=Via.ONE_CLICK))
    assert verdict.effects == (changed(A_NOVELS, Status.UNSUBSCRIBED),)


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


FEEDBACK = [(Cause.BOUNCE, BOUNCE), (Cause.COMPLAINT, COMPLAINT)]
FED_BACK = {
    Cause.BOUNCE: by(Hand.AUTOMATIC, actor=Actor.BOUNCE),
    Cause.COMPLAINT: by(Hand.AUTOMATIC, actor=Actor.COMPLAINT),
}


@pytest.mark.parametrize(("cause", "place"), FEEDBACK)
def test_feedback_suppresses_once_whatever_else_stands(cause: Cause, place: Place) -> None:
    """R-146: the same feedback again changes nothing."""
    suppressed = Verdict((changed(place, Status.UNSUBSCRIBED),))
    for held in (
        holding(),
        holding((A_NOVELS, yes(at=NOW - 1))),
        holding((A_NOVELS, yes(at=NOW))),
        holding((A_NOVELS, yes(Actor.IMPORT, at=TOMORROW))),
        holding((ALL, no(at=TOMORROW))),
    ):
        assert judge(held, Report(cause, NOW), FED_BACK[cause]) == suppressed
        held[place] = no(FED_BACK[cause].actor)
        assert judge(held, Report(cause, NOW), FED_BACK[cause]) == UNCHANGED
        assert judge(held, Report(cause, NOW), by(Hand.AUTOMATIC)) == UNCHANGED
        held[place] = no(Actor.IMPORT)
        stronger = Verdict((Effect(Kind.STRENGTHENED, place, Status.UNSUBSCRIBED),))
        assert judge(held, Report(cause, NOW), FED_BACK[cause]) == stronger
        assert judge(held, Report(cause, NOW), by(Hand.AUTOMATIC)) == UNCHANGED


@pytest.mark.parametrize(("cause", "place"), FEEDBACK)
def test_feedback_older_than_the_persons_latest_yes_is_noted_and_changes_nothing(
    cause: Cause, place: Place
) -> None:
    """R-146: an old complaint does not silently undo a newer consent of the person's own."""
    noted = Verdict((Effect(Kind.NOTED, place),))
    for said_yes in (
        holding((A_NOVELS, yes(at=NOW))),
        holding((A_NOVELS, yes(at=YESTERDAY)), (of_type(EVENINGS.id), yes(at=NOW))),
        holding((ALL, no(at=YESTERDAY)), (A_FERNWAY, yes(at=NOW))),
    ):
        assert judge(said_yes, Report(cause, NOW - 1), FED_BACK[cause]) == noted
        assert left_by(Held(said_yes), [Report(cause, NOW - 1)], FED_BACK[cause]) == said_yes


def test_a_suppression_stands_beside_the_choice_and_never_replaces_it() -> None:
    held = holding((ALL, no()), (A_FERNWAY, yes()), (A_NOVELS, yes()))
    after = left_by(Held(held), [Report(Cause.COMPLAINT, TOMORROW)], FED_BACK[Cause.COMPLAINT])
    assert {place: after[place] for place in held} == held
    assert after.keys() - held.keys() == {COMPLAINT}


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
