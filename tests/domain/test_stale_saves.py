"""Forms of the preference page that are saved after something changed (rules.md, 4)."""

from __future__ import annotations

import pytest

from app.domain.changes import Ask, Subscribe, Unsubscribe
from app.domain.page import (
    CONFIRMATION_LASTS,
    Answers,
    Touched,
)
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    of_type,
    pause_of,
    request_of,
)
from app.domain.words import Actor, Cause, Reason, Scope
from tests.domain.saving import (
    A_FERNWAY,
    A_WORKSHOPS,
    COVERS,
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
    holding,
    no,
)


def left(place: Place) -> Touched:
    """Somebody opted out there meanwhile."""
    return Touched(place, opted_out=True)


def test_what_covers_is_lifted_only_by_a_form_rendered_under_it() -> None:
    """R-135, H-31: an old form never silently subscribes anew."""
    before = holding((of_type(NOVELS.id), no()))
    for cover in COVERS:
        held = holding(*before.items(), cover)
        after = saved(rendered(before), [NOVELS, OFFERS], held, [left(cover[0])])
        assert after.held == held
        assert after.answers == Answers((), (NOVELS,))


def test_a_form_with_a_box_that_was_ticked_was_not_rendered_under_what_covers() -> None:
    """R-135: whatever number it carries, and though nothing is known to have come after it."""
    before = holding((of_type(NOVELS.id), no()))
    no_offers = Unsubscribe(Scope.type(OFFERS.id), OFFERS)
    for cover in COVERS:
        held = holding(cover)
        after = saved(rendered(before), [NOVELS], held)
        assert after.answers == Answers((no_offers,), (NOVELS,))
        assert after.held[cover[0]] == held[cover[0]]


def test_unticking_always_applies() -> None:
    """H-23: one-click racing a saved page ends unsubscribed."""
    before = holding()
    for cover in COVERS:
        held = holding(cover)
        after = saved(rendered(before), [OFFERS], held, [left(cover[0])])
        assert after.held == {**held, of_type(NOVELS.id): after.held[of_type(NOVELS.id)]}
        assert after.held.opted_out(of_type(NOVELS.id))
        assert after.answers.not_applied == ()


def test_a_stale_tick_applies_only_where_nobody_opted_out_of_the_type_meanwhile() -> None:
    """Story 8: one-click from novels while an old form is open; the form ticks offers."""
    before = holding((of_type(OFFERS.id), no()), (of_type(NOVELS.id), no(Actor.IMPORT)))
    held = Held({**before, of_type(NOVELS.id): no()})
    after = saved(rendered(before), [NOVELS, OFFERS], held, [left(of_type(NOVELS.id))])
    assert after.decision(NOVELS) is Reason.UNSUBSCRIBED
    assert after.decision(OFFERS) is Reason.SUBSCRIBED
    assert after.answers == Answers((Subscribe(OFFERS),), (NOVELS,))


def test_a_stale_box_left_ticked_is_no_answer() -> None:
    """R-135: the box still says what was true when the page was opened."""
    held = holding((of_type(NOVELS.id), no()))
    after = saved(rendered(holding()), [NOVELS, OFFERS], held, [left(of_type(NOVELS.id))])
    assert after.held == held
    assert after.answers == Answers(())


def test_a_stale_form_rendered_under_a_cover_lifts_nothing_either() -> None:
    before = holding((ALL, no()))
    held = Held({**before, of_type(OFFERS.id): no()})
    after = saved(rendered(before), [NOVELS, OFFERS], held, [left(of_type(OFFERS.id))])
    assert after.held == held
    assert after.answers == Answers((), (NOVELS, OFFERS))


def test_a_stale_form_whose_cover_went_away_is_ticked_like_any_other() -> None:
    held = holding()
    after = saved(rendered(holding((ALL, no()))), [NOVELS], held, [Touched(ALL, opted_out=False)])
    assert after.held.keys() == {of_type(NOVELS.id)}
    assert after.decision(NOVELS) is Reason.SUBSCRIBED


@pytest.mark.parametrize(
    ("place", "stale"),
    [
        (ALL, True),
        (BOUNCE, True),
        (COMPLAINT, True),
        (A_FERNWAY, True),
        (of_type(NOVELS.id), True),
        (of_type(OFFERS.id), True),
        (of_type(CIRCLE.id), False),
        (of_type(EVENINGS.id), False),
        (A_WORKSHOPS, False),
        (pause_of(FERNWAY.id), False),
        (request_of(NOVELS.id), False),
    ],
)
def test_a_form_is_stale_when_its_account_brand_or_shown_types_were_touched(
    place: Place, *, stale: bool
) -> None:
    held = holding((ALL, no()))
    touched = [Touched(place, opted_out=place.cause in (Cause.CHOICE, Cause.BOUNCE))]
    after = saved(rendered(held), [NOVELS], held, touched)
    assert (after.answers == Answers((), (NOVELS,))) is stale
    assert (after.decision(NOVELS) is Reason.SUBSCRIBED) is not stale


def test_a_stale_tick_of_a_type_that_asks_opens_a_request() -> None:
    ticks = [NOVELS, OFFERS, LETTER]
    after = saved(rendered(holding()), ticks, holding(), [left(of_type(OFFERS.id))])
    assert after.answers == Answers((Ask(LETTER, NOW + CONFIRMATION_LASTS),))
