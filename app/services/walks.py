"""Walking the ledger in the order of time: how far a duty has come, and the next events.

Events commit a little after the time they carry, so whoever walks keeps behind the present.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, select, tuple_, update

from app.domain.words import Instant
from app.store.tables import event, progress

PART = 500
"""How many events are dealt with in one transaction."""


class Mark(NamedTuple):
    """An event, by its place in the order of time."""

    at: Instant
    address_key: bytes
    number: int


def is_due(connection: Connection, duty: str, until: Instant) -> bool:
    """Whether there are events before `until` that the duty has not dealt with."""
    place = tuple_(progress.c.at, progress.c.address_key, progress.c.number)
    next_one = (
        select(event.c.number)
        .join(progress, progress.c.duty == duty)
        .where(tuple_(event.c.at, event.c.address_key, event.c.number) > place, event.c.at < until)
        .limit(1)
    )
    return connection.scalar(next_one) is not None


def reached(connection: Connection, duty: str) -> Mark:
    """How far the duty has come; kept for this transaction, so that no two walk the same part."""
    row = connection.execute(
        select(progress).where(progress.c.duty == duty).with_for_update()
    ).one()
    return Mark(row.at, bytes(row.address_key), row.number)


def events_after(connection: Connection, mark: Mark, until: Instant) -> Sequence[Row[Any]]:
    """The next events before `until`."""
    return connection.execute(next_events(mark, until)).all()


def next_events(mark: Mark, until: Instant) -> Select[Any]:
    """What asks for them: by the index of time, in its order."""
    place = tuple_(event.c.at, event.c.address_key, event.c.number)
    return (
        select(event)
        .where(place > mark, event.c.at < until)
        .order_by(event.c.at, event.c.address_key, event.c.number)
        .limit(PART)
    )


def go_on(connection: Connection, duty: str, last: Row[Any]) -> None:
    """Note that the duty has come so far."""
    values = {"at": last.at, "address_key": last.address_key, "number": last.number}
    connection.execute(update(progress).where(progress.c.duty == duty).values(values))
