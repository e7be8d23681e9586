"""What changes come to, as the rules judge them."""

from __future__ import annotations

from app.domain.changes import (
    By,
    Change,
    Hand,
)
from app.domain.judging import settle, take
from app.domain.standing import (
    Effect,
    Held,
    Place,
)
from app.domain.words import (
    Kind,
    Status,
)
from tests.world import OTHERS, by

EVERYBODY = [by(hand) for hand in Hand] + [by(Hand.AUTOMATIC, actor=a) for a in OTHERS]
NOT_CONTACT = [hand for hand in Hand if hand is not Hand.CONTACT]


def changed(place: Place, status: Status = Status.NOT_SPECIFIED) -> Effect:
    """The event that says so."""
    return Effect(Kind.CHANGED, place, status)


def left_by(held: Held, changes: list[Change], who: By) -> Held:
    """What stands after `changes`."""
    for verdict in settle(held, changes, who):
        for effect in verdict.effects:
            take(held, effect, who, number=2)
    return held
