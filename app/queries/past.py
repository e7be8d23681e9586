"""What a send decision would have been at a past moment, from the ledger and the versions of
settings (rules.md, 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, select

from app.domain.catalog import SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.ledger import Event, replayed, torn, worded
from app.domain.past import happened, policy_of
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
from app.queries.settings import versions
from app.store.tables import account, email_address, event

CHANGEABLE = ("public", "confirms", "archived")
"""What is told of a type's settings. Brand and transactional are fixed when it is made."""


class Torn(Exception):
    """The address's ledger is not what was written: it proves nothing. The message says why."""


class Past(NamedTuple):
    """The decision, the settings it was made by, and the event that it came from, if any."""

    decision: Decision
    settings: Mapping[str, bool]
    because: Event | None


def decision_at(connection: Connection, type_: SubscriptionType, key: bytes, at: Instant) -> Past:
    """Whether this type might be mailed to this address then, and why or why not. Raises Torn."""
    stored_at, all_events = _ledger(connection, key)
    events = happened(all_events, at)
    settings = versions(connection)
    of_type_then = happened(settings[Scope.type(type_.id)], at)
    policy = policy_of(happened(settings[ACCOUNT], at))
    held = replayed(events).held
    if not events and stored_at is not None and stored_at > at:
        stored_at = None
    content = of_type_then[-1].content if of_type_then else {}
    then = replace(type_, **content) if content else None
    decision = decide(then, held, stored_at, policy, at)
    told = {name: content[name] for name in CHANGEABLE if name in content}
    told["data_privacy"] = policy.data_privacy
    return Past(decision, told, _because(decision.reason, type_, held, events))


def _ledger(connection: Connection, key: bytes) -> tuple[Instant | None, list[Event]]:
    """When the address was stored, and its events: by one statement, as it may change meanwhile."""
    head = email_address.c.number, email_address.c.hash, email_address.c.stored_at
    asked = (
        select(*head, *event.c)
        .select_from(account)
        .outerjoin(email_address, email_address.c.key == key)
        .outerjoin(event, event.c.address_key == key)
        .order_by(event.c.number)
    )
    rows = connection.execute(asked).all()
    number, hash_, stored_at = rows[0][:3]
    events = [Event(*row[3:]) for row in rows if row[3] is not None]
    if why := "; ".join(torn(events, None if number is None else (number, bytes(hash_)))):
        raise Torn(why)
    return stored_at, [worded(each) for each in events]


def _because(
    reason: Reason, type_: SubscriptionType, held: Held, events: Sequence[Event]
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
