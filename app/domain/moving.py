"""What goes along when a contact's address changes (rules.md, 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.catalog import Catalog
from app.domain.changes import Change, Report, Unsubscribe
from app.domain.standing import Held, Place
from app.domain.words import Actor, Cause, Instant, ScopeKind, Status

GOES_ALONG = {
    Cause.CHOICE: True,
    Cause.COMPLAINT: True,
    Cause.BOUNCE: False,
    Cause.PAUSE: False,
    Cause.REQUEST: False,
}
"""By what a standing comes from. A bounce is the old mailbox's own."""


class Carried(NamedTuple):
    """What is carried to the new address for one maker."""

    maker: Actor
    changes: Sequence[Change]


def opt_outs(held: Held) -> list[Place]:
    """Where something stands that goes along, the widest first."""
    return sorted(
        place
        for place, standing in held.items()
        if GOES_ALONG[place.cause] and standing.status is Status.UNSUBSCRIBED
    )


def carried(held: Held, catalog: Catalog, now: Instant) -> list[Carried]:
    """The opt-outs that stand at the old address, as changes of the new one, by their makers."""
    by_maker: dict[Actor, list[Change]] = {}
    for place in opt_outs(held):
        by_maker.setdefault(held[place].actor, []).append(_change(place, catalog, now))
    return [Carried(maker, changes) for maker, changes in by_maker.items()]


def _change(place: Place, catalog: Catalog, now: Instant) -> Change:
    """A complaint is told anew: it is decided now that it goes along."""
    if place.cause is Cause.COMPLAINT:
        return Report(Cause.COMPLAINT, now)
    of_type = place.scope.kind is ScopeKind.TYPE
    return Unsubscribe(place.scope, catalog.types.get(place.scope.id) if of_type else None)
