"""Evidence that ages out: IP addresses and user agents, once they were kept for long enough.

They lie apart, so that the rest stays and is still what its record sealed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, tuple_

from app.domain.evidence import without_network
from app.domain.words import DAY, Instant
from app.services import walks
from app.store import addresses
from app.store.tables import account, evidence

DUTY = "ageing"
Record = tuple[bytes, int]


def is_due(connection: Connection, now: Instant) -> bool:
    """Whether there may be some to take out."""
    until = _kept_since(connection, now)
    return until is not None and walks.is_due(connection, DUTY, until)


def age_out(connection: Connection, now: Instant) -> int:
    """Take the IP addresses and user agents out of the next evidence that is too old; how many
    events were looked at."""
    until = _kept_since(connection, now)
    if until is None:
        return 0
    events = walks.events_after(connection, walks.reached(connection, DUTY), until)
    if not events:
        return 0
    _strip(connection, {(bytes(e.address_key), e.record) for e in events if e.digest})
    walks.go_on(connection, DUTY, events[-1])
    return len(events)


def _kept_since(connection: Connection, now: Instant) -> Instant | None:
    """Since when they are kept; None where they are kept for as long as their evidence."""
    days = connection.scalar(select(account.c.network_days))
    return None if days is None else now - days * DAY


def _strip(connection: Connection, records: Collection[Record]) -> None:
    """The database refuses to change evidence: what stays of a row is written anew. Under the lock
    of each address, so that nothing comes back that was erased meanwhile."""
    addresses.lock(connection, {key for key, _ in records})
    place = tuple_(evidence.c.address_key, evidence.c.record)
    kept = connection.execute(select(evidence).where(place.in_(sorted(records)))).all()
    old = [row for row in kept if without_network(row.content, row.network) != row[3:]]
    if not old:
        return
    connection.execute(
        delete(evidence).where(place.in_([(row.address_key, row.record) for row in old]))
    )
    stays = [row for row in map(_stripped, old) if row is not None]
    if stays:
        connection.execute(insert(evidence), stays)


def _stripped(row: Row[Any]) -> dict[str, Any] | None:
    left = without_network(row.content, row.network)
    if left is None:
        return None
    content, network = left
    return {**row._mapping, "content": content, "network": network}
