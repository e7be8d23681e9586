"""Writes that may be asked twice: what was answered under an Idempotency-Key is answered again and
not carried out again, for a day. The answer lies in the transaction of the write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.words import DAY, Instant
from app.store.tables import api_answer

LASTS = DAY
SOME = 1_000


class Said(NamedTuple):
    """An answer: its status and its content, which names no person."""

    status: int
    content: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key: SHA-256 of whose key and what it says, and of the request."""

    digest: bytes
    request: bytes
    at: Instant


class OtherRequest(Exception):
    """The key was used for another request."""


def once(
    connection: Connection, asked: Asked, work: Callable[[Connection], Said]
) -> tuple[Said, bool]:
    """What `work` says, or what it said before; and whether it was said before. Raises
    OtherRequest. Of two at once the second waits for the first."""
    old = (api_answer.c.digest == asked.digest) & (api_answer.c.at <= asked.at - LASTS)
    connection.execute(delete(api_answer).where(old))
    before = None if _claimed(connection, asked) else said_before(connection, asked)
    if before is not None:
        return before, True
    said = work(connection)
    answered = update(api_answer).where(api_answer.c.digest == asked.digest)
    connection.execute(answered.values(status=said.status, content=said.content))
    return said, False


def said_before(connection: Connection, asked: Asked) -> Said | None:
    """What was said under this key, where something was. Raises OtherRequest."""
    mine = (api_answer.c.digest == asked.digest) & (api_answer.c.at > asked.at - LASTS)
    row = connection.execute(select(api_answer).where(mine)).one_or_none()
    if row is None:
        return None
    if bytes(row.request) != asked.request:
        raise OtherRequest
    return Said(row.status, row.content)


def is_due(connection: Connection, now: Instant) -> bool:
    """Whether an answer is old enough to be forgotten."""
    return connection.scalar(_old(now).limit(1)) is not None


def forget(connection: Connection, now: Instant) -> int:
    """Forget some of the answers that are old; how many."""
    digests = connection.scalars(_old(now).limit(SOME)).all()
    old = api_answer.c.at <= now - LASTS  # still: it may have been asked anew meanwhile
    connection.execute(delete(api_answer).where(api_answer.c.digest.in_(digests), old))
    return len(digests)


def _old(now: Instant) -> Select[tuple[bytes]]:
    return select(api_answer.c.digest).where(api_answer.c.at <= now - LASTS)


def _claimed(connection: Connection, asked: Asked) -> bool:
    made = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new: Any = made(api_answer).values(
        digest=asked.digest, request=asked.request, at=asked.at, status=0, content=""
    )
    claimed = new.on_conflict_do_nothing(index_elements=[api_answer.c.digest])
    return connection.scalar(claimed.returning(api_answer.c.digest)) is not None
