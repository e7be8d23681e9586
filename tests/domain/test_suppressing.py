"""What a BOUNCE or COMPLAINT that is told of does, and leaves alone (rules.md, 3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.changes import (
    UNCHANGED,
    Hand,
    Report,
    Verdict,
)
from app.domain.judging import judge
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Effect,
    Held,
    Place,
    of_brand,
    of_type,
)
from app.domain.words import (
    DAY,
    MINUTE,
    Actor,
    Cause,
    Kind,
    Status,
)
from tests.domain.judged import changed, left_by
from tests.world import (
    EVENINGS,
    FERNWAY,
    NOVELS,
    NOW,
    TOMORROW,
    YESTERDAY,
    by,
    holding,
    no,
    yes,
)

A_NOVELS, A_FERNWAY = of_type(NOVELS.id), of_brand(FERNWAY.id)


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
        holding((A_NOVELS, yes(Actor.IMPORT, at=NOW + 1))),
        holding((ALL, no(at=NOW + 1))),
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


@pytest.mark.parametrize(("cause", "place"), FEEDBACK)
@pytest.mark.parametrize(
    ("ahead", "stands_against_it"), [(MINUTE - 1, True), (MINUTE, False), (400 * DAY, False)]
)
def test_a_yes_of_a_clock_that_was_ahead_stands_against_no_feedback(
    cause: Cause, place: Place, ahead: int, *, stands_against_it: bool
) -> None:
    """R-146: the order is numbers, not clocks; two machines differ by less than a minute."""
    for said in ((A_NOVELS, yes(at=NOW + ahead)), (A_FERNWAY, yes(at=NOW + ahead))):
        (effect,) = judge(holding(said), Report(cause, NOW), FED_BACK[cause]).effects
        assert (effect.kind is Kind.NOTED) is stands_against_it
        earlier = holding(said, (of_type(EVENINGS.id), yes(at=NOW)))
        (effect,) = judge(earlier, Report(cause, NOW - 1), FED_BACK[cause]).effects
        assert effect.kind is Kind.NOTED


@pytest.mark.parametrize(("cause", "place"), FEEDBACK)
def test_feedback_told_anew_is_recorded(cause: Cause, place: Place) -> None:
    """decisions/0112: after a request, or over what an undo restored."""
    held, anew = holding((place, no(FED_BACK[cause].actor))), frozenset({place})
    stronger = Verdict((Effect(Kind.STRENGTHENED, place, Status.UNSUBSCRIBED),))
    assert judge(held, Report(cause, NOW), replace(FED_BACK[cause], anew=anew)) == stronger
    assert judge(held, Report(cause, NOW), FED_BACK[cause]) == UNCHANGED


def test_a_suppression_stands_beside_the_choice_and_never_replaces_it() -> None:
    held = holding((ALL, no()), (A_FERNWAY, yes()), (A_NOVELS, yes()))
    after = left_by(Held(held), [Report(Cause.COMPLAINT, TOMORROW)], FED_BACK[Cause.COMPLAINT])
    assert {place: after[place] for place in held} == held
