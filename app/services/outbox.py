"""Mail that is owed: rows written with what owes them, leased by workers, sent at least once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from app.domain.limits import Limit, limit_met
from app.domain.mail import MailKind, State, counted
from app.domain.words import HOUR, MINUTE, Instant
from app.store.mail import latest
from app.store.tables import outbox

LEASE = 2 * MINUTE
CLAIM_LOCK = 7_305_808_402
BACK_OFF = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to owe. `recipient` only where the address is stored nowhere and was typed, or is
    that of a user of the admin in matching form; `record` is that of a request to confirm;
    `asked_by` the user of the admin who wants it sent to somebody else."""

    kind: MailKind
    key: bytes
    brand: int
    language: str
    recipient: str | None = None
    record: int | None = None
    asked_by: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A leased mail."""

    id: int
    mail: Mail
    message_id: str
    attempts: int


def owe(connection: Connection, mail: Mail, now: Instant) -> None:
    """Owe a mail from now on."""
    owe_all(connection, [mail], now)


def owe_all(connection: Connection, mails: Sequence[Mail], now: Instant) -> None:
    """Owe these mails from now on."""
    if mails:
        connection.execute(insert(outbox), [_row(mail, now) for mail in mails])


def _row(mail: Mail, now: Instant) -> dict[str, Any]:
    return {
        "id": secrets.randbits(62),
        "kind": mail.kind,
        "address_key": mail.key,
        "recipient": mail.recipient,
        "record": mail.record,
        "asked_by": mail.asked_by,
        "brand": mail.brand,
        "language": mail.language,
        "message_id": secrets.token_hex(16),
        "created_at": now,
        "due_at": now,
        "attempts": 0,
        "state": State.OWED,
    }


def claim(connection: Connection, now: Instant, most: int = 20) -> list[Owed]:
    """Lease what is due. A lease that ran out, its worker dead, is anybody's."""
    due = (
        select(outbox)
        .where(outbox.c.state == State.OWED, outbox.c.due_at <= now)
        .order_by(outbox.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    _alone(connection)
    rows = _one_for_each(connection, connection.execute(due).all(), now)
    if rows:
        ids = [row.id for row in rows]
        leased = {"due_at": now + LEASE, "attempts": outbox.c.attempts + 1}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(leased))
    return [
        Owed(
            row.id,
            Mail(
                MailKind(row.kind),
                bytes(row.address_key),
                row.brand,
                row.language,
                row.recipient,
                row.record,
                row.asked_by,
            ),
            row.message_id,
            row.attempts + 1,
        )
        for row in rows
    ]


def _alone(connection: Connection) -> None:
    """One claim at a time, so that two workers never hold two mails to one address."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK)))


def _one_for_each(connection: Connection, rows: Sequence[Row[Any]], now: Instant) -> list[Row[Any]]:
    """One mail an address, and none while another worker has one to it: limits count what was
    sent, so the next is judged when this one is."""
    held = select(outbox.c.address_key).where(
        outbox.c.state == State.OWED,
        outbox.c.attempts > 0,
        outbox.c.due_at > now,
        outbox.c.due_at <= now + LEASE,
        outbox.c.address_key.in_([row.address_key for row in rows]),
    )
    taken = {bytes(key) for key in connection.scalars(held)}
    first: dict[bytes, Row[Any]] = {}
    for row in rows:
        if bytes(row.address_key) not in taken:
            first.setdefault(bytes(row.address_key), row)
    return list(first.values())


def sent_since(connection: Connection, key: bytes, since: Instant) -> Sequence[tuple[int, Instant]]:
    """Kind and time of the mails sent to this address since then."""
    mails = select(outbox.c.kind, outbox.c.ended_at).where(
        outbox.c.address_key == key,
        outbox.c.state == State.SENT,
        outbox.c.ended_at >= since,
    )
    return [(row.kind, row.ended_at) for row in connection.execute(mails)]


def had_enough(connection: Connection, kind: MailKind, key: bytes, now: Instant) -> bool:
    """Whether one more mail of this kind to this address would have to wait for another day."""
    met = limit_met(kind, counted(latest(connection, key)), now)
    return met not in (None, Limit.SOON)


def end(connection: Connection, id_: int, state: State, answer: str, now: Instant) -> None:
    """Note what became of a mail, and forget the address it carried."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == id_, outbox.c.state == State.OWED)
        .values(state=state, ended_at=now, answer=answer[:500], recipient=None)
    )


def put_off(connection: Connection, owed: Owed, answer: str, now: Instant) -> None:
    """Try again later; after the last try it stays where people can see it."""
    if owed.attempts > len(BACK_OFF):
        return end(connection, owed.id, State.FAILED, answer, now)
    due_at = now + BACK_OFF[owed.attempts - 1]
    connection.execute(
        update(outbox).where(*_still(owed)).values(due_at=due_at, answer=answer[:500])
    )
    return None


def wait(connection: Connection, owed: Owed, now: Instant) -> None:
    """Let it wait a little, as one that was not tried: no longer than a lease, so that it is never
    taken for what a clock put off."""
    connection.execute(
        update(outbox).where(*_still(owed)).values(due_at=now + LEASE, attempts=owed.attempts - 1)
    )


def _still(owed: Owed) -> Sequence[ColumnElement[bool]]:
    """Where the lease is the one that was given; not where it ran out, and another has the mail."""
    mine = outbox.c.id == owed.id, outbox.c.attempts == owed.attempts
    return *mine, outbox.c.state == State.OWED


def owed_count(connection: Connection, now: Instant) -> int:
    """How many mails are due."""
    due = select(func.count()).where(outbox.c.state == State.OWED, outbox.c.due_at <= now)
    return int(connection.scalar(due) or 0)
