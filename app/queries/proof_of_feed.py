"""Whether readers of the changes feed hear of every event."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.store.tables import event, feed, unsequenced

MOST = 1_000


def left_out(connection: Connection) -> list[tuple[bytes, int]]:
    """Events, by address key and number, that have no position in the feed and wait for none: some
    of them, where they are very many. The database compares them, in one statement."""
    every, told, waiting = (
        select(table.c.address_key, table.c.number) for table in (event, feed, unsequenced)
    )
    missing = every.except_(told, waiting).limit(MOST)
    return [(bytes(key), number) for key, number in connection.execute(missing)]
