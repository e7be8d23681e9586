"""What stands for one address all in all, as a list of contacts shows it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from app.domain.catalog import Catalog
from app.domain.decision import decide
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


def overall(held: Held, stored_at: Instant | None, catalog: Catalog, now: Instant) -> Overall:
    """Transactional and archived types aside, and private ones it was never invited to."""
    types = [
        type_
        for brand in catalog.active_brands
        for type_ in brand.types
        if not type_.archived and not type_.transactional
    ]
    allowed = [decide(type_, held, stored_at, catalog.policy, now).allowed for type_ in types]
    of = sum(type_.public or yes for type_, yes in zip(types, allowed, strict=True))
    state, place = _gravest(held, catalog)
    return Overall(state, held[place].actor if place else None, sum(allowed), of)


def _gravest(held: Held, catalog: Catalog) -> tuple[State, Place | None]:
    brands = ((State.OUT_OF_BRAND, of_brand(brand.id)) for brand in catalog.active_brands)
    account = ((State.BOUNCED, BOUNCE), (State.COMPLAINED, COMPLAINT), (State.OUT, ALL))
    for state, place in (*account, *brands):
        if held.opted_out(place):
            excepted = place == ALL and any(held.excepts(b.id) for b in catalog.active_brands)
            return (State.OUT_BUT if excepted else state), place
    chosen = any(place.cause is Cause.CHOICE for place in held)
    return (State.CHOSEN if chosen else State.NEVER), None
