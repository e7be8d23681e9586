"""Confirmation by mail: what a confirmed request subscribes (rules.md, 4)."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.changes import Ask, Change, End, Lift, Subscribe, Unsubscribe
from app.domain.ledger import Event
from app.domain.page import listed, uncovering
from app.domain.standing import BOUNCE, Held, of_brand, of_type, request_of
from app.domain.words import Instant, Kind, Scope, Status


def open_types(
    catalog: Catalog, held: Held, record: Sequence[Event], now: Instant
) -> list[SubscriptionType]:
    """The types of a request's record that still wait for the person's yes."""
    asked = [e for e in record if e.kind == Kind.REQUESTED]
    types = [
        catalog.types[e.scope_id]
        for e in asked
        if e.scope_id in catalog.types
        and held.awaits(e.scope_id, now)
        and held[request_of(e.scope_id)].number == e.number
    ]
    return [t for t in types if not t.archived]


def but_for_open(changes: Sequence[Change], held: Held, now: Instant) -> list[Change]:
    """Without what asks anew while it is asked: the link that was mailed goes on being good."""
    return [c for c in changes if not (isinstance(c, Ask) and held.awaits(c.type.id, now))]


def confirmed(
    brand: Brand, held: Held, types: Sequence[SubscriptionType], later: Sequence[Event]
) -> list[Change]:
    """Subscribe `types`. Where something older than the request covers them, it counts as a save
    of the page with only these ticked; what came after the request is not lifted."""
    touched = {e.place for e in later if e.kind != Kind.NOTED}
    left = {e.place for e in later if e.status == Status.UNSUBSCRIBED}
    closed: list[Change] = [End(request_of(t.id)) for t in types]
    covers = held.covers(brand.id)
    if covers and touched.intersection((*covers, of_brand(brand.id))):
        return closed
    yes = [t for t in types if of_type(t.id) not in left]
    if not covers or not yes:
        return [*closed, *(Subscribe(t) for t in yes)]
    no = [t for t in listed(brand, held) if t not in types]
    bounce = [Lift(BOUNCE)] if held.opted_out(BOUNCE) else []
    return [
        *closed,
        *bounce,
        *uncovering(brand, held),
        *(Subscribe(t) for t in yes),
        *(Unsubscribe(Scope.type(t.id), t) for t in no),
    ]
