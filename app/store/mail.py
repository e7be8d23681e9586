"""The latest mails to one address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.domain.mail import Mailed, MailKind, State
from app.domain.words import DAY, Instant
from app.store.addresses import PART, parts
from app.store.tables import outbox

MOST = 40
"""More than one address is owed in a day."""


MAILS = select(
    outbox.c.kind,
    outbox.c.brand,
    outbox.c.state,
    outbox.c.created_at,
    outbox.c.ended_at,
    outbox.c.attempts,
    outbox.c.answer,
)


def latest(connection: Connection, key: bytes) -> list[Mailed]:
    """The newest first."""
    mails = MAILS.where(outbox.c.address_key == key).order_by(outbox.c.created_at.desc())
    return [_mailed(row) for row in connection.execute(mails.limit(MOST))]


def latest_each(
    connection: Connection, keys: Sequence[bytes], now: Instant
) -> dict[bytes, list[Mailed]]:
    """Those that may count against limits now, of each of these addresses that was sent any."""
    found: dict[bytes, list[Mailed]] = {}
    asked = MAILS.add_columns(outbox.c.address_key)
    recent = (outbox.c.created_at > now - 4 * DAY) | (outbox.c.state == State.OWED)
    for part in parts(keys, PART):
        for row in connection.execute(asked.where(outbox.c.address_key.in_(part), recent)):
            found.setdefault(bytes(row.address_key), []).append(_mailed(row))
    return found


def forgotten(connection: Connection) -> set[str]:
    """The Message-IDs of mails that were sent, and of which an erasure left no word."""
    sent = outbox.c.state == State.SENT, outbox.c.answer.is_(None)
    return set(connection.scalars(select(outbox.c.message_id).where(*sent)))


def _mailed(row: Any) -> Mailed:
    return Mailed(
        MailKind(row.kind),
        row.brand,
        State(row.state),
        row.created_at,
        row.ended_at,
        row.attempts,
        row.answer or "",
    )
