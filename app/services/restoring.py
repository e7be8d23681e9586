"""Opt-outs and pauses that a restored database does not know, from copies of the changes feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from app.domain.address import KEY_BYTES
from app.domain.catalog import Catalog
from app.domain.changes import By, Change, End, Hand, Pause, Report, Unsubscribe
from app.domain.ids import MOST_STORED, id_in
from app.domain.ledger import Event
from app.domain.standing import Place
from app.domain.words import MINUTE, Actor, Cause, Instant, Kind, Scope, ScopeKind, Status, Via
from app.services import preferences
from app.services.preferences import Instruction, Source, always
from app.store import addresses

NOES = {
    Kind.CHANGED: (Cause.CHOICE, Cause.BOUNCE, Cause.COMPLAINT),
    Kind.STRENGTHENED: (Cause.CHOICE, Cause.BOUNCE, Cause.COMPLAINT),
    Kind.PAUSED: (Cause.PAUSE,),
}
"""By their kind, the causes of events that may make an address less mailable."""
STANDS_AT = {
    Cause.BOUNCE: (ScopeKind.ACCOUNT,),
    Cause.COMPLAINT: (ScopeKind.ACCOUNT,),
    Cause.PAUSE: (ScopeKind.BRAND,),
}
"""By their cause, where things stand; others anywhere."""
LONGEST_REFERENCE = 64


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

    Raises ValueError, KeyError or TypeError where it is no change of the feed: what is written
    stays for ever.
    """
    kind, status, place = Kind[change["kind"]], Status[change["status"]], _place(change)
    if place.cause not in NOES.get(kind, ()) or not _says_no(kind, place, status):
        return None
    if kind is Kind.PAUSED and until is None:
        raise ValueError("a pause has an end")
    return OptOut(
        _key(change["addressKey"]),
        bytes.fromhex(change["hash"]),
        place,
        status,
        until if kind is Kind.PAUSED else None,
        Actor[change["actor"]],
        Via[change["via"]],
        at,
        _reference(change["reference"]),
    )


def _place(change: Mapping[str, Any]) -> Place:
    """Raises ValueError where nothing can stand."""
    kind, cause = ScopeKind[change["scope"]], Cause[change["cause"]]
    id_ = id_in(str(change["scopeId"]), MOST_STORED)
    if id_ is None or (kind is ScopeKind.ACCOUNT and id_ != 0):
        raise ValueError("no scope has this id")
    if kind not in STANDS_AT.get(cause, ScopeKind):
        raise ValueError("it does not stand there")
    return Place(Scope(kind, id_), cause)


def _key(text: str) -> bytes:
    if len(key := bytes.fromhex(text)) != KEY_BYTES:
        raise ValueError("no address has this key")
    return key


def _reference(said: object) -> str | None:
    if said is None:
        return None
    if not isinstance(said, str) or not said.isprintable() or len(said) > LONGEST_REFERENCE:
        raise ValueError("no event has this reference")
    return said


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
    missing = [o for o in lasting if not _is_settled(o, events[o.key], now)]
    asked = [_instruction(catalog, o, now) for o in missing]
    outcomes = preferences.apply_known(connection, asked, addresses.known_each(connection, keys))
    return sum(outcome.record is not None for outcome in outcomes)


def _is_settled(told: OptOut, events: Iterable[Event], now: Instant) -> bool:
    """A word whose time is yet to come was said under a clock that was ahead: when is not known."""
    return any(
        bytes(event.hash) == told.hash
        or (
            event.place == told.place
            and event.kind != Kind.NOTED
            and told.at <= event.at < now + MINUTE
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
