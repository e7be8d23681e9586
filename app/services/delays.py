"""What a clock that was ahead put off: once it is mended, that would wait until the time it had."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, literal_column, select, update

from app.domain import webhooks
from app.domain.mail import State as MailState
from app.domain.runs import AT_WORK
from app.domain.webhooks import State as Told
from app.domain.words import MINUTE, Instant
from app.services import outbox, runs
from app.store.tables import outbox as mails
from app.store.tables import run, webhook_delivery

CLOCKS_DIFFER = MINUTE
LONGEST: tuple[tuple[Table, tuple[int, ...], Instant], ...] = (
    (mails, (MailState.OWED,), max(outbox.BACK_OFF)),
    (webhook_delivery, (Told.OWED,), max(webhooks.BACK_OFF)),
    (run, tuple(AT_WORK), max(runs.BACK_OFF)),
)
"""What is owed, in which states, and how long it is put off at most."""


def any_too_long(connection: Connection, now: Instant) -> bool:
    """Whether something waits longer than anything may."""
    return any(
        connection.scalar(select(literal_column("1")).where(_too_long(*each, now)).limit(1))
        for each in LONGEST
    )


def shorten(connection: Connection, now: Instant) -> int:
    """Let it be due now; how much there was."""
    return sum(
        connection.execute(update(each[0]).where(_too_long(*each, now)).values(due_at=now)).rowcount
        for each in LONGEST
    )


def _too_long(table: Table, states: tuple[int, ...], longest: Instant, now: Instant) -> Any:
    """The states are said as the indexes of what is owed say them."""
    owed = table.c.state.in_([literal_column(str(int(state))) for state in states])
    return owed & (table.c.due_at > now + longest + CLOCKS_DIFFER)
