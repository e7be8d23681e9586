"""Opt-outs that a restored database does not know, from copies of the changes feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from app.domain.catalog import Catalog
from app.domain.changes import By, Change, Hand, Report, Unsubscribe
from app.domain.ledger import Event
from app.domain.standing import Place
from app.domain.words import Actor, Cause, Instant, Scope, ScopeKind, Status, Via
from app.services import preferences
from app.services.preferences import Instruction, Source, always
from app.store import addresses

CAUSES = (Cause.CHOICE, Cause.BOUNCE, Cause.COMPLAINT)


class OptOut(NamedTuple):
    """An opt-out or suppression that a copy of the feed tells of, with its event's hash."""

    key: bytes
    hash: bytes
    place: Place
    actor: Actor
    via: Via
    at: Instant
    reference: str | None


def opt_out_in(change: Mapping[str, Any], at: Instant) -> OptOut | None:
    """What a change of the feed tells, `at` its time; None where it is no opt-out.

    Raises ValueError, KeyError or TypeError where it is no change of the feed.
    """
    cause, status = Cause[change["cause"]], Status[change["status"]]
    if status is not Status.UNSUBSCRIBED or cause not in CAUSES or change["kind"] == "NOTED":
        return None
    return OptOut(
        bytes.fromhex(change["addressKey"]),
        bytes.fromhex(change["hash"]),
        Place(Scope(ScopeKind[change["scope"]], int(change["scopeId"])), cause),
        Actor[change["actor"]],
        Via[change["via"]],
        at,
        change["reference"],
    )


def opt_out_again(
    connection: Connection, catalog: Catalog, told: Sequence[OptOut], now: Instant
) -> int:
    """Write those that are missing, by their makers, now; how many there were.

    Missing is what the ledger does not hold, where no later word of the person, and no later
    opt-out of the same maker, stands in its place: so it may be done again and again.
    """
    keys = sorted({opt_out.key for opt_out in told})
    addresses.lock(connection, keys)
    events = preferences.events_each(connection, keys)
    missing = [o for o in told if not _is_settled(o, events[o.key])]
    asked = [_instruction(catalog, o, now) for o in missing]
    outcomes = preferences.apply_known(connection, asked, addresses.known_each(connection, keys))
    return sum(outcome.record is not None for outcome in outcomes)


def _is_settled(told: OptOut, events: Iterable[Event]) -> bool:
    return any(
        bytes(event.hash) == told.hash
        or (
            event.place == told.place
            and event.at >= told.at
            and (
                event.actor == Actor.CONTACT
                or (event.actor == told.actor and event.status == Status.UNSUBSCRIBED)
            )
        )
        for event in events
    )


def _instruction(catalog: Catalog, told: OptOut, now: Instant) -> Instruction:
    hand = Hand.CONTACT if told.actor is Actor.CONTACT else Hand.AUTOMATIC
    by = By(told.actor, told.via, hand, now)
    source = Source(reference=told.reference)
    return Instruction(told.key, by, always(_change(catalog, told)), source=source)


def _change(catalog: Catalog, told: OptOut) -> Change:
    scope, cause = told.place
    if cause is not Cause.CHOICE:
        return Report(cause, told.at)
    type_ = catalog.types.get(scope.id) if scope.kind is ScopeKind.TYPE else None
    return Unsubscribe(scope, type_)
