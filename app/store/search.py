"""Forgetting what a contact was found by, and whatever else the database keeps beside its rows.
SQLite's index keeps the trigrams of rows that are gone until it is rewritten; PostgreSQL's is
rewritten by the same vacuum that clears its tables."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.prepared import driver
from app.store.tables import search_debt

PAGES = 500
"""How much of the index is rewritten at once: some ten milliseconds."""
NOTHING_DONE = 2
MERGE = "INSERT INTO contact_search (contact_search, rank) VALUES ('merge', ?)"


def owe_forgetting(connection: Connection) -> None:
    """Have the index rewritten, from its beginning, and the database swept then."""
    made = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    owed = made(search_debt).values(id=1, begun=False)
    connection.execute(owed.on_conflict_do_update(index_elements=["id"], set_={"begun": False}))


def begun(connection: Connection) -> bool | None:
    """Whether that was begun; None: it is not owed."""
    return connection.scalar(select(search_debt.c.begun))


def forget_a_bit(connection: Connection) -> bool:
    """Rewrite a part: all that the index consists of becomes one (below zero: begin so), in which
    what is gone has no place. Whether that is done: at once where there is no such index."""
    going_on = begun(connection)
    if going_on is None:
        return True
    if not going_on:
        connection.execute(update(search_debt).values(begun=True))
    if connection.dialect.name == "postgresql":
        return True
    own = driver(connection)
    before = own.total_changes
    own.execute(MERGE, [PAGES if going_on else -PAGES])
    return going_on and bool(own.total_changes - before < NOTHING_DONE)


def settle(connection: Connection) -> None:
    """It is done, unless somebody was erased meanwhile."""
    connection.execute(delete(search_debt).where(search_debt.c.begun))
