"""Webhooks as they are stored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.webhooks import Webhook
from app.domain.words import Instant, Kind
from app.store.tables import webhook


def all_webhooks(connection: Connection, now: Instant) -> list[Webhook]:
    """Every one, the newest first."""
    rows = connection.execute(select(webhook).order_by(webhook.c.created_at.desc(), webhook.c.id))
    return [_webhook(row, now) for row in rows]


def one(connection: Connection, id_: int, now: Instant) -> Webhook | None:
    """The webhook with this id."""
    row = connection.execute(select(webhook).where(webhook.c.id == id_)).one_or_none()
    return None if row is None else _webhook(row, now)


def _webhook(row: Row[Any], now: Instant) -> Webhook:
    old = [row.old_secret] if row.old_secret and row.old_until > now else []
    kinds = None if row.kinds is None else frozenset(Kind[name] for name in row.kinds.split())
    return Webhook(
        row.id,
        row.url,
        (row.secret, *old),
        kinds,
        _ids(row.types),
        _ids(row.brands),
        row.active,
        row.made_by,
        row.created_at,
        row.delivered_at,
        row.failing_since,
        row.answer or "",
    )


def _ids(words: str | None) -> frozenset[int] | None:
    return None if words is None else frozenset(map(int, words.split()))
