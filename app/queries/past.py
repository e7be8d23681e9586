"""What a send decision would have been at a past moment, from the ledger and the versions of
settings (rules.md, 7); and a digest of all that the ledger said by then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, tuple_

from app.domain.catalog import Policy, SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.ledger import Event, replayed, worded
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    of_brand,
    of_type,
    pause_of,
    request_of,
)
from app.domain.words import ACCOUNT, Instant, Reason, Scope
from app.store.tables import email_address, event, setting_version

PART = 5_000
NUMBER_BYTES = 8


class Past(NamedTuple):
    """The decision, the settings it was made by, and the event that it came from, if any."""

    decision: Decision
    settings: Mapping[str, bool]
    because: Event | None


class Digest(NamedTuple):
    """SHA-256 over the last event's key, number and hash of each address, in key order."""

    sha256: str
    addresses: int
    events: int


def decision_at(connection: Connection, type_: SubscriptionType, key: bytes, at: Instant) -> Past:
    """Whether this type might be mailed to this address then, and why or why not."""
    of_type_then = _settings(connection, Scope.type(type_.id), at)
    policy = _policy(connection, at)
    events = _events(connection, key, at)
    held = replayed(events).held
    stored_at = connection.scalar(
        select(email_address.c.stored_at).where(
            email_address.c.key == key, email_address.c.stored_at <= at
        )
    )
    then = replace(type_, **of_type_then[-1][1]) if of_type_then else None
    decision = decide(then, held, stored_at, policy, at)
    settings = {
        **(of_type_then[-1][1] if of_type_then else {}),
        "data_privacy": policy.data_privacy,
    }
    return Past(decision, settings, _because(decision.reason, type_, held, events))


def digest(connection: Connection, before: Instant) -> Digest:
    """Of all events before a moment: the same for ever, unless one of them is touched."""
    heads, addresses, events = hashlib.sha256(), 0, 0
    last: tuple[bytes, int, bytes] = (b"", 0, b"")
    while rows := _after(connection, last, before):
        events += len(rows)
        for row in rows:
            if last[0] and row[0] != last[0]:
                addresses += 1
                heads.update(_head(*last))
            last = row
    if last[0]:
        addresses += 1
        heads.update(_head(*last))
    return Digest(heads.hexdigest(), addresses, events)


def _after(
    connection: Connection, last: tuple[bytes, int, bytes], before: Instant
) -> list[tuple[bytes, int, bytes]]:
    asked = (
        select(event.c.address_key, event.c.number, event.c.hash)
        .where(tuple_(event.c.address_key, event.c.number) > last[:2], event.c.at < before)
        .order_by(event.c.address_key, event.c.number)
        .limit(PART)
    )
    return [(bytes(key), number, bytes(hash_)) for key, number, hash_ in connection.execute(asked)]


def _head(key: bytes, number: int, hash_: bytes) -> bytes:
    return key + number.to_bytes(NUMBER_BYTES) + hash_


def _settings(
    connection: Connection, scope: Scope, at: Instant
) -> list[tuple[Instant, dict[str, Any]]]:
    """The versions that had begun to hold, in their order: few."""
    asked = select(setting_version.c.at, setting_version.c.content).where(
        setting_version.c.scope_kind == scope.kind,
        setting_version.c.scope_id == scope.id,
        setting_version.c.at <= at,
    )
    ordered = asked.order_by(setting_version.c.at, setting_version.c.id)
    return [(row.at, row.content) for row in connection.execute(ordered)]


def _policy(connection: Connection, at: Instant) -> Policy:
    """The switch, and when it was last turned off."""
    policy = Policy()
    for since, content in _settings(connection, ACCOUNT, at):
        on = bool(content["data_privacy"])
        turned_off = policy.data_privacy and not on
        policy = Policy(on, since if turned_off else policy.off_since)
    return policy


def _events(connection: Connection, key: bytes, at: Instant) -> list[Event]:
    """Those that had happened, in the order of their numbers: a clock may have been set back."""
    asked = select(event).where(event.c.address_key == key).order_by(event.c.number)
    happened: list[Event] = []
    for row in connection.execute(asked):
        if row.at > at:
            break
        happened.append(worded(Event(*row)))
    return happened


def _because(
    reason: Reason, type_: SubscriptionType, held: Held, events: list[Event]
) -> Event | None:
    own = of_type(type_.id)
    places = {
        Reason.BOUNCED: BOUNCE,
        Reason.COMPLAINED: COMPLAINT,
        Reason.OPTED_OUT_OF_ALL: ALL,
        Reason.OPTED_OUT_OF_BRAND: of_brand(type_.brand),
        Reason.UNSUBSCRIBED: own,
        Reason.SUBSCRIBED: own,
        Reason.CONSENT_EXPIRED: own,
        Reason.PAUSED: pause_of(type_.brand),
        Reason.AWAITING_CONFIRMATION: request_of(type_.id),
    }
    standing = held.get(places[reason]) if reason in places else None
    return next((e for e in events if standing and e.number == standing.number), None)
