"""Opt-outs and pauses that a restored database does not know, from copies of the changes feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from app.domain.catalog import Catalog
from app.domain.changes import By, Change, End, Hand, Pause, Report, Unsubscribe
from app.domain.ledger import Event
from app.domain.standing import Place
from app.domain.words import Actor, Cause, Instant, Kind, Scope, ScopeKind, Status, Via
from app.services import preferences
from app.services.preferences import Instruction, Source, always
from app.store import addresses

NOES = {
    Kind.CHANGED: (Cause.CHOICE, Cause.BOUNCE, Cause.COMPLAINT),
    Kind.STRENGTHENED: (Cause.CHOICE, Cause.BOUNCE, Cause.COMPLAINT),
    Kind.PAUSED: (Cause.PAUSE,),
}
"""By their kind, the causes of events that may make an address less mailable."""


class OptOut(NamedTuple):
    """What a copy of the feed tells that makes an address less mailable, with its event's hash: an
    opt-out or suppression, the end of a brand's exception, or a pause `until` then."""

    key: bytes
    hash: bytes
    place: Place
    status: Status
    until: Instant | None
    actor: Actor
    via: Via
    at: Instant
    reference: str | None


def opt_out_in(change: Mapping[str, Any], at: Instant, until: Instant | None) -> OptOut | None:
    """What a change of the feed tells, `at` its time and `until` that of what ends; None where it
    makes nobody less mailable.

    Raises ValueError, KeyError or TypeError where it is no change of the feed.
    """
    kind, status = Kind[change["kind"]], Status[change["status"]]
    place = Place(Scope(ScopeKind[change["scope"]], int(change["scopeId"])), Cause[change["cause"]])
    if place.cause not in NOES.get(kind, ()) or not _says_no(kind, place, status):
        return None
    return OptOut(
        bytes.fromhex(change["addressKey"]),
        bytes.fromhex(change["hash"]),
        place,
        status,
        until,
        Actor[change["actor"]],
        Via[change["via"]],
        at,
        change["reference"],
    )


def _says_no(kind: Kind, place: Place, status: Status) -> bool:
    """A brand where nothing holds any more may have been an exception: the ledger knows."""
    ended = place.scope.kind is ScopeKind.BRAND and status is Status.NOT_SPECIFIED
    return status is Status.UNSUBSCRIBED or kind is Kind.PAUSED or ended


def opt_out_again(
    connection: Connection, catalog: Catalog, told: Sequence[OptOut], now: Instant
) -> int:
    """Write those that are missing, by their makers, now; how many there were.

    Missing is what the ledger does not hold, where no later word of the person, and no later
    opt-out of the same maker, stands in its place: so it may be done again and again. A reason
    given afterwards is no word, and a pause that is over is not missing.
    """
    keys = sorted({opt_out.key for opt_out in told})
    addresses.lock(connection, keys)
    events = preferences.events_each(connection, keys)
    lasting = [o for o in told if o.until is None or o.until > now]
    missing = [o for o in lasting if not _is_settled(o, events[o.key])]
    asked = [_instruction(catalog, o, now) for o in missing]
    outcomes = preferences.apply_known(connection, asked, addresses.known_each(connection, keys))
    return sum(outcome.record is not None for outcome in outcomes)


def _is_settled(told: OptOut, events: Iterable[Event]) -> bool:
    return any(
        bytes(event.hash) == told.hash
        or (
            event.place == told.place
            and event.kind != Kind.NOTED
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
    if told.until is not None:
        return Pause(scope.id, told.until)
    if told.status is Status.NOT_SPECIFIED:
        return End(told.place)
    if cause is not Cause.CHOICE:
        return Report(cause, told.at)
    type_ = catalog.types.get(scope.id) if scope.kind is ScopeKind.TYPE else None
    return Unsubscribe(scope, type_)
