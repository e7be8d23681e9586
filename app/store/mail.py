"""The latest mails to one address."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.mail import Mailed, MailKind, State
from app.store.tables import outbox

MOST = 40
"""More than one address is owed in a day."""


def latest(connection: Connection, key: bytes) -> list[Mailed]:
    """The newest first."""
    mails = (
        select(
            outbox.c.kind,
            outbox.c.brand,
            outbox.c.state,
            outbox.c.created_at,
            outbox.c.ended_at,
            outbox.c.attempts,
            outbox.c.answer,
        )
        .where(outbox.c.address_key == key)
        .order_by(outbox.c.created_at.desc())
        .limit(MOST)
    )
    return [
        Mailed(MailKind(kind), brand, State(state), created, ended, attempts, answer or "")
        for kind, brand, state, created, ended, attempts, answer in connection.execute(mails)
    ]
