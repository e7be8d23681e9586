"""What stands for one address all in all, as a list of contacts shows it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from app.domain.catalog import Catalog, SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Held, Place, of_brand
from app.domain.words import Actor, Cause, Instant


class State(StrEnum):
    """The gravest thing that stands."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"
    OUT = "out"
    OUT_BUT = "out-but"
    OUT_OF_BRAND = "out-of-brand"
    CHOSEN = "chosen"
    NEVER = "never"


class Overall(NamedTuple):
    """State; who made the opt-out of everything where one stands; how many kinds of email it gets
    now, of how many that it could choose."""

    state: State
    by: Actor | None
    gets: int
    of: int


class Choice(NamedTuple):
    """A kind of email that it could choose, and whether it gets it."""

    type: SubscriptionType
    decision: Decision


def choices(
    held: Held, stored_at: Instant | None, catalog: Catalog, now: Instant
) -> Iterator[Choice]:
    """Brand by brand. Transactional and archived types aside, and private ones that it is not
    subscribed to."""
    for brand in catalog.active_brands:
        for type_ in brand.types:
            if not type_.archived and not type_.transactional:
                decision = decide(type_, held, stored_at, catalog.policy, now)
                if type_.public or decision.allowed:
                    yield Choice(type_, decision)


def overall(held: Held, stored_at: Instant | None, catalog: Catalog, now: Instant) -> Overall:
    """What the choices come to."""
    allowed = [each.decision.allowed for each in choices(held, stored_at, catalog, now)]
    state, place = _gravest(held, catalog)
    return Overall(state, held[place].actor if place else None, sum(allowed), len(allowed))


def _gravest(held: Held, catalog: Catalog) -> tuple[State, Place | None]:
    brands = ((State.OUT_OF_BRAND, of_brand(brand.id)) for brand in catalog.active_brands)
    account = ((State.BOUNCED, BOUNCE), (State.COMPLAINED, COMPLAINT), (State.OUT, ALL))
    for state, place in (*account, *brands):
        if held.opted_out(place):
            excepted = place == ALL and any(held.excepts(b.id) for b in catalog.active_brands)
            return (State.OUT_BUT if excepted else state), place
    chosen = any(place.cause is Cause.CHOICE for place in held)
    return (State.CHOSEN if chosen else State.NEVER), None
