"""Webhooks, what they are owed, and the changes that are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select

from app.domain.catalog import Catalog
from app.domain.ledger import Event
from app.domain.webhooks import State, Webhook
from app.domain.words import Instant, Kind
from app.queries.feed import described
from app.store import webhooks as stored
from app.store.tables import admin_user, email_address, event, webhook_delivery

PAGE = 50


class Dead(NamedTuple):
    """A change that could not be told: its place in the feed, its address, and the last answer."""

    position: int
    address: str | None
    key: bytes
    kind: Kind
    created_at: Instant
    attempts: int
    answer: str


def all_webhooks(connection: Connection, now: Instant) -> list[Webhook]:
    """Every one, the newest first."""
    return stored.all_webhooks(connection, now)


def one(connection: Connection, id_: int, now: Instant) -> Webhook | None:
    """The webhook with this id."""
    return stored.one(connection, id_, now)


def owed(connection: Connection, id_: int) -> dict[State, int]:
    """How much is owed to it, and how much is dead."""
    counted = (
        select(webhook_delivery.c.state, func.count())
        .where(webhook_delivery.c.webhook == id_)
        .group_by(webhook_delivery.c.state)
    )
    found = {State(state): count for state, count in connection.execute(counted)}
    return {state: found.get(state, 0) for state in State}


def dead_letters(connection: Connection, id_: int, after: int = 0) -> Sequence[Dead]:
    """What could not be told, in the order of the feed, a page at a time."""
    d = webhook_delivery.c
    asked = (
        select(
            d.position,
            email_address.c.address,
            d.address_key,
            event.c.kind,
            d.created_at,
            d.attempts,
            d.answer,
        )
        .join(event, and_(event.c.address_key == d.address_key, event.c.number == d.number))
        .join(email_address, email_address.c.key == d.address_key)
        .where(d.webhook == id_, d.state == State.DEAD, d.position > after)
        .order_by(d.position)
        .limit(PAGE)
    )
    return [
        Dead(row[0], row[1], bytes(row[2]), Kind(row[3]), row[4], row[5], row[6] or "")
        for row in connection.execute(asked)
    ]


def told_of(
    connection: Connection, catalog: Catalog, key: bytes, number: int, position: int
) -> dict[str, Any]:
    """What a webhook is told of one event."""
    row = connection.execute(
        select(email_address.c.address, *event.c)
        .join(email_address, email_address.c.key == event.c.address_key)
        .where(event.c.address_key == key, event.c.number == number)
    ).one()
    return described(catalog, position, row[0], Event(*row[1:]))


def maker(connection: Connection, hook: Webhook) -> str | None:
    """The mailbox of who made it, where that is a user who still works here; else an owner's."""
    working = select(admin_user.c.email).where(admin_user.c.deactivated_at.is_(None))
    own = connection.scalar(working.where(admin_user.c.id == hook.made_by))
    first = working.order_by(admin_user.c.role.desc(), admin_user.c.id).limit(1)
    return own or connection.scalar(first)
