"""What a clock that was ahead put off: once it is mended, that would wait until the time it had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, case, literal, literal_column, select, update

from app.domain import webhooks
from app.domain.mail import State as MailState
from app.domain.runs import AT_WORK
from app.domain.webhooks import State as Told
from app.domain.words import MINUTE, Instant
from app.services import outbox, runs
from app.services import webhooks as calls
from app.store.tables import outbox as mails
from app.store.tables import run, webhook_delivery

CLOCKS_DIFFER = MINUTE


class Owing(NamedTuple):
    """A table of what is owed, in which states, how long it is leased and how long put off after
    each try."""

    table: Table
    states: Sequence[int]
    lease: Instant
    pauses: Sequence[Instant]

    def longest(self, attempts: int) -> Instant:
        """How long something waits at most after so many tries."""
        return max(self.lease, *self.pauses[attempts - 1 : attempts], 0)


OWED = (
    Owing(mails, (MailState.OWED,), outbox.LEASE, outbox.BACK_OFF),
    Owing(webhook_delivery, (Told.OWED,), calls.LEASE, webhooks.BACK_OFF),
    Owing(run, tuple(AT_WORK), runs.LEASE, runs.BACK_OFF),
)


def any_too_long(connection: Connection, now: Instant) -> bool:
    """Whether something waits longer than it may after so many tries."""
    return any(
        connection.scalar(select(literal_column("1")).where(_too_long(each, now)).limit(1))
        for each in OWED
    )


def shorten(connection: Connection, now: Instant) -> int:
    """Let it be due now; how much there was."""
    return sum(
        connection.execute(
            update(each.table).where(_too_long(each, now)).values(due_at=now)
        ).rowcount
        for each in OWED
    )


def _too_long(owing: Owing, now: Instant) -> Any:
    """The states are said as the indexes of what is owed say them, which lead to what waits longer
    than a lease."""
    table, tries, late = owing.table, len(owing.pauses), now + CLOCKS_DIFFER

    def latest(attempts: int) -> Any:
        return literal(late + owing.longest(attempts), table.c.due_at.type)

    owed = table.c.state.in_([literal_column(str(int(state))) for state in owing.states])
    after_each = case(
        *((table.c.attempts <= n, latest(n)) for n in range(tries)), else_=latest(tries)
    )
    return owed & (table.c.due_at > late + owing.lease) & (table.c.due_at > after_each)
