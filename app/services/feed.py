"""Giving each committed event its position in the changes feed, by one sequencer at a time.

Sequences and transaction ids leave holes that fill in behind a reader. Here a position is given
only to what is committed, in one transaction after the other, so none ever does.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from app.domain.feed import Committed, in_order
from app.store.tables import event, feed, feed_state, unsequenced

PART = 1_000


def is_due(connection: Connection) -> bool:
    """Whether there are events without a position."""
    return connection.scalar(select(unsequenced.c.number).limit(1)) is not None


def sequence(connection: Connection) -> int:
    """Give the next events their positions; how many there were. Where another process is at it,
    none."""
    mine = select(feed_state.c.position).with_for_update(skip_locked=True)
    last = connection.scalar(mine)
    events = _committed(connection) if last is not None else []
    if last is None or not events:
        return 0
    rows = [
        {"position": last + at, "address_key": e.address_key, "number": e.number}
        for at, e in enumerate(in_order(events), 1)
    ]
    connection.execute(insert(feed), rows)
    connection.execute(_DONE, [{"key": r["address_key"], "of": r["number"]} for r in rows])
    connection.execute(update(feed_state).values(position=last + len(rows)))
    return len(rows)


def _committed(connection: Connection) -> list[Committed]:
    waiting = (
        select(unsequenced)
        .order_by(unsequenced.c.address_key, unsequenced.c.number)
        .limit(PART)
        .subquery()
    )
    asked = select(event.c.address_key, event.c.number, event.c.at).join_from(
        waiting,
        event,
        and_(event.c.address_key == waiting.c.address_key, event.c.number == waiting.c.number),
    )
    return [Committed(bytes(row[0]), row[1], row[2]) for row in connection.execute(asked)]


_DONE = delete(unsequenced).where(
    unsequenced.c.address_key == bindparam("key"), unsequenced.c.number == bindparam("of")
)
