"""Forms of the preference page, saved as people save them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from app.domain.catalog import Brand, Policy, SubscriptionType
from app.domain.decision import decide
from app.domain.judging import settle, take
from app.domain.page import (
    Answers,
    Form,
    Touched,
    answers,
    boxes,
)
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    Standing,
    of_brand,
)
from app.domain.words import Actor, Reason
from tests.world import (
    FERNWAY,
    NOW,
    WORKSHOPS,
    YESTERDAY,
    by,
    no,
)

PRIVACY = Policy(data_privacy=True)
A_FERNWAY, A_WORKSHOPS = of_brand(FERNWAY.id), of_brand(WORKSHOPS.id)
COVERS: Sequence[tuple[Place, Standing]] = [
    (BOUNCE, no(Actor.BOUNCE)),
    (COMPLAINT, no(Actor.COMPLAINT)),
    (A_FERNWAY, no(Actor.USER)),
    (ALL, no(Actor.USER)),
]


@dataclass(frozen=True)
class Saved:
    """What became of a form."""

    answers: Answers
    held: Held

    def decision(self, type_: SubscriptionType) -> Reason:
        """The send decision afterwards."""
        return decide(type_, self.held, YESTERDAY, Policy(), NOW).reason


def rendered(held: Held, policy: Policy = Policy(), brand: Brand = FERNWAY) -> dict[int, bool]:
    """The boxes as an honest page shows them."""
    return {box.type.id: box.ticked for box in boxes(brand, held, YESTERDAY, policy, NOW)}


def saved(
    boxes: dict[int, bool],
    ticks: Collection[SubscriptionType],
    held: Held,
    later: Iterable[Touched] = (),
    brand: Brand = FERNWAY,
) -> Saved:
    """Save a form with these boxes, now ticked as `ticks`, where `held` stands."""
    form = Form(boxes, frozenset(t.id for t in ticks), number=1)
    answered = answers(form, brand, held, later, NOW)
    after = Held(held)
    for verdict in settle(held, answered.changes, by()):
        assert verdict.refused is None
        for effect in verdict.effects:
            take(after, effect, by(), number=2)
    return Saved(answered, after)


def fresh(held: Held, *ticks: SubscriptionType) -> Saved:
    """Open the page, tick exactly these, save."""
    return saved(rendered(held), ticks, held)
