"""The preference page: what it shows, and what a saved form answers (rules.md, 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest

from app.domain.catalog import Policy
from app.domain.changes import Ask, Except, Subscribe, Unsubscribe
from app.domain.decision import decide
from app.domain.page import (
    CONFIRMATION_LASTS,
    Answers,
    boxes,
    listed,
    transactional,
)
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    Standing,
    covering_reason,
    of_type,
    pause_of,
    request_of,
)
from app.domain.words import DAY, Actor, Reason, Scope, Status
from tests.domain.saving import (
    A_FERNWAY,
    A_WORKSHOPS,
    COVERS,
    PRIVACY,
    fresh,
    rendered,
    saved,
)
from tests.world import (
    CIRCLE,
    EVENINGS,
    FERNWAY,
    LETTER,
    NOVELS,
    NOW,
    OFFERS,
    RECEIPTS,
    TOMORROW,
    WORKSHOPS,
    YESTERDAY,
    archived,
    holding,
    lasting,
    no,
    yes,
)

# What is shown


def test_public_types_are_listed_in_the_brands_order() -> None:
    assert listed(FERNWAY, holding()) == (NOVELS, OFFERS, LETTER)
    assert listed(WORKSHOPS, holding()) == (EVENINGS,)


def test_a_private_type_is_listed_only_for_those_subscribed_to_it() -> None:
    for stands in (None, no(), yes()):
        held = holding((of_type(CIRCLE.id), stands)) if stands else holding()
        shown = stands is not None and stands.status is Status.SUBSCRIBED
        assert (CIRCLE in listed(FERNWAY, held)) is shown


def test_archived_types_are_never_listed_and_transactional_ones_have_no_box() -> None:
    brand = replace(FERNWAY, types=(archived(NOVELS), OFFERS, RECEIPTS, archived(RECEIPTS)))
    held = holding((of_type(NOVELS.id), yes()))
    assert listed(brand, held) == (OFFERS,)
    assert transactional(brand) == (RECEIPTS,)


ANYTHING: Sequence[tuple[Place, Standing]] = [
    (BOUNCE, no(Actor.BOUNCE)),
    (COMPLAINT, no(Actor.COMPLAINT)),
    (ALL, no()),
    (A_FERNWAY, no()),
    (A_FERNWAY, yes()),
    (of_type(NOVELS.id), no()),
    (of_type(NOVELS.id), yes()),
    (of_type(NOVELS.id), yes(Actor.IMPORT, basis_ends=NOW)),
    (pause_of(FERNWAY.id), lasting(TOMORROW)),
    (request_of(LETTER.id), lasting(TOMORROW)),
]


def test_a_box_is_ticked_where_the_type_would_be_mailed_now_a_pause_aside() -> None:
    """R-88: ticked boxes show the present state only."""
    paused = (pause_of(FERNWAY.id), lasting(TOMORROW))
    for one, other, policy in product(ANYTHING, ANYTHING, (Policy(), PRIVACY)):
        held = holding(one, other)
        awake = Held({place: held[place] for place in held if place != paused[0]})
        mailed = {
            type_.id: decide(type_, awake, YESTERDAY, policy, NOW).allowed
            for type_ in listed(FERNWAY, held)
        }
        assert rendered(held, policy) == rendered(holding(one, other, paused), policy) == mailed


def test_a_box_waits_as_long_as_its_request_to_confirm_is_open() -> None:
    """R-85."""
    held = holding(
        *((request_of(LETTER.id), lasting(TOMORROW)), (request_of(OFFERS.id), lasting(NOW))),
        *((pause_of(FERNWAY.id), lasting(TOMORROW)), (of_type(NOVELS.id), yes())),
    )
    shown = boxes(FERNWAY, held, YESTERDAY, Policy(), NOW)
    assert [box.type for box in shown if box.awaits] == [LETTER]
    assert held.waiting(NOW) == {LETTER.id}


def test_with_data_privacy_on_boxes_start_unticked() -> None:
    """R-88, R-68: consent needs a positive act."""
    assert not any(rendered(holding(), PRIVACY).values())


# What a form answers


def test_a_box_left_as_it_was_rendered_is_no_answer() -> None:
    """R-88: a box ticked for them is no consent."""
    for one, other, policy in product(ANYTHING, ANYTHING, (Policy(), PRIVACY)):
        held = holding(one, other)
        shown = rendered(held, policy)
        ticks = [t for t in listed(FERNWAY, held) if shown[t.id]]
        assert saved(shown, ticks, held).answers == Answers(())


def test_only_the_boxes_that_changed_are_answered() -> None:
    """R-135: apply only differences."""
    held = holding((of_type(OFFERS.id), no()))
    answered = fresh(held, OFFERS).answers
    no_novels = Unsubscribe(Scope.type(NOVELS.id), NOVELS)
    assert answered == Answers((no_novels, Subscribe(OFFERS)))


def test_ticking_a_type_that_asks_opens_a_request_of_seven_days() -> None:
    """R-54, R-84: confirmed opt-in."""
    answered = fresh(holding(), NOVELS, OFFERS, LETTER).answers
    assert CONFIRMATION_LASTS == 7 * DAY
    assert answered == Answers((Ask(LETTER, NOW + CONFIRMATION_LASTS),))


def test_a_type_already_subscribed_needs_no_confirmation() -> None:
    held = holding((of_type(LETTER.id), yes(Actor.IMPORT, basis_ends=NOW)))
    answered = fresh(held, NOVELS, OFFERS, LETTER).answers
    assert answered == Answers((Subscribe(LETTER),))


def test_saving_counts_only_types_the_page_would_show_now() -> None:
    """R-136, H-29: what was not shown never changes, whatever a form says that it showed."""
    gone = replace(FERNWAY, types=(archived(NOVELS), OFFERS, CIRCLE, RECEIPTS))
    for hidden in (CIRCLE, RECEIPTS, EVENINGS, NOVELS):
        for was in (False, True):
            boxes = {OFFERS.id: True, hidden.id: was, 4_711: was}
            for ticks in ([OFFERS], [OFFERS, hidden]):
                assert saved(boxes, ticks, holding(), brand=gone).answers == Answers(())


def test_types_the_form_did_not_show_never_change() -> None:
    """R-136, H-31: a form that lost half its fields answers for the others only."""
    held = holding((of_type(CIRCLE.id), yes()), (COMPLAINT, no(Actor.COMPLAINT)))
    after = saved({NOVELS.id: False}, [NOVELS], held).held
    for type_ in (OFFERS, LETTER, CIRCLE, EVENINGS):
        assert after.get(of_type(type_.id)) == held.get(of_type(type_.id))


# Saved while covered


COVERINGS = [
    holding(*(cover for cover, stand in zip(COVERS, standing, strict=True) if stand))
    for standing in product((False, True), repeat=len(COVERS))
    if any(standing)
]


def named(held: Held) -> str:
    """What covers, in words."""
    return "+".join(covering_reason(place).name for place in held)


@pytest.mark.parametrize("held", COVERINGS, ids=named)
def test_a_tick_under_covers_answers_every_shown_type_and_uncovers_this_brand_only(
    held: Held,
) -> None:
    """R-74: the rest of an objection stays. R-82: a preferences link subscribes to its brand."""
    after = fresh(held, NOVELS)
    assert after.decision(NOVELS) is Reason.SUBSCRIBED
    assert {after.decision(t) for t in (OFFERS, LETTER)} == {Reason.UNSUBSCRIBED}
    assert all(after.held[of_type(t.id)].by_contact for t in (NOVELS, OFFERS, LETTER))
    assert not after.held.opted_out(BOUNCE)
    assert not after.held.opted_out(COMPLAINT)
    account_wide = held.opted_out(ALL) or held.opted_out(COMPLAINT)
    assert after.held.opted_out(ALL) is account_wide
    assert after.held.status(A_FERNWAY) is (
        Status.SUBSCRIBED if account_wide else Status.NOT_SPECIFIED
    )
    elsewhere = Reason.OPTED_OUT_OF_ALL if account_wide else Reason.NOT_SPECIFIED
    assert after.decision(EVENINGS) is elsewhere
    assert not any(p.scope.id in (WORKSHOPS.id, EVENINGS.id) for p in after.held)


def test_a_complaint_becomes_an_account_wide_opt_out_of_the_persons_own() -> None:
    for held in COVERINGS:
        after = fresh(held, NOVELS).held
        if held.opted_out(COMPLAINT):
            assert after[ALL].by_contact
        elif held.opted_out(ALL):
            assert after[ALL] == held[ALL]


def test_a_complaint_lifted_on_one_page_brings_back_no_other_brand() -> None:
    """Another brand's exception ends: what the complaint stopped stays stopped."""
    held = holding((COMPLAINT, no(Actor.COMPLAINT)), (ALL, no()), (A_WORKSHOPS, yes()))
    after = fresh(held, NOVELS)
    assert after.decision(NOVELS) is Reason.SUBSCRIBED
    assert after.decision(EVENINGS) is Reason.OPTED_OUT_OF_ALL


def test_a_bounce_lifted_on_one_page_leaves_another_brands_exception() -> None:
    held = holding((BOUNCE, no(Actor.BOUNCE)), (ALL, no()), (A_WORKSHOPS, yes()))
    after = fresh(held, NOVELS)
    assert after.held[A_WORKSHOPS] == held[A_WORKSHOPS]
    assert after.decision(EVENINGS) is Reason.NOT_SPECIFIED


def test_saving_under_covers_without_a_tick_changes_nothing() -> None:
    for held in COVERINGS:
        assert fresh(held).answers == Answers(())


def test_an_excepted_brand_is_not_covered() -> None:
    held = holding((ALL, no()), (A_FERNWAY, yes()))
    answered = fresh(held, OFFERS).answers
    assert answered == Answers((Unsubscribe(Scope.type(NOVELS.id), NOVELS),))


@pytest.mark.parametrize("held", COVERINGS, ids=named)
def test_with_only_types_that_ask_ticked_the_whole_answer_waits_but_for_a_bounce(
    held: Held,
) -> None:
    """The mail that asks must arrive; every opt-out waits for its answer."""
    after = fresh(held, LETTER).held
    assert after.pop(request_of(LETTER.id)).until == NOW + CONFIRMATION_LASTS
    assert after == {place: held[place] for place in held if place != BOUNCE}


@pytest.mark.parametrize("held", COVERINGS, ids=named)
def test_with_other_types_ticked_too_the_answer_is_given_and_those_that_ask_wait(
    held: Held,
) -> None:
    after = fresh(held, NOVELS, LETTER)
    assert after.decision(NOVELS) is Reason.SUBSCRIBED
    assert after.decision(OFFERS) is Reason.UNSUBSCRIBED
    assert after.decision(LETTER) is Reason.AWAITING_CONFIRMATION
    assert of_type(LETTER.id) not in after.held


def test_a_type_that_asks_and_is_subscribed_counts_as_another_type() -> None:
    held = holding((A_FERNWAY, no()), (of_type(LETTER.id), yes(Actor.IMPORT)))
    after = fresh(held, LETTER)
    assert after.decision(LETTER) is Reason.SUBSCRIBED
    assert after.held[of_type(LETTER.id)].by_contact
    assert after.decision(NOVELS) is Reason.UNSUBSCRIBED


def test_a_save_under_an_opt_out_answers_each_shown_type_and_lifts_what_stands_alone() -> None:
    held = holding((ALL, no()))
    assert saved(rendered(held), [NOVELS], held).answers == Answers(
        (
            *(Except(FERNWAY.id), Subscribe(NOVELS)),
            *(Unsubscribe(Scope.type(other.id), other) for other in (OFFERS, LETTER)),
        )
    )


@pytest.mark.parametrize(("off_since", "ticked"), [(NOW - 1, False), (YESTERDAY - 1, True)])
def test_who_was_there_before_privacy_was_turned_off_is_not_ticked(
    off_since: int, ticked: bool
) -> None:
    """rules.md, 8."""
    boxed = rendered(holding(), Policy(off_since=off_since))
    assert (boxed[NOVELS.id], boxed[OFFERS.id]) == (ticked, ticked)
