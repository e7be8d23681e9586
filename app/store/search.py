"""Forgetting what a contact was found by: SQLite's index keeps the trigrams of rows that are gone
until it is rewritten. PostgreSQL's own vacuum does so by itself."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from app.store.prepared import driver
from app.store.tables import search_debt

PAGES = 500
"""How much of the index is rewritten at once: some ten milliseconds."""
NOTHING_DONE = 2
MERGE = "INSERT INTO contact_search (contact_search, rank) VALUES ('merge', ?)"


def owe_forgetting(connection: Connection) -> None:
    """Have the index rewritten, from its beginning."""
    if connection.dialect.name == "sqlite":
        owed = insert(search_debt).values(id=1, begun=False)
        connection.execute(owed.on_conflict_do_update(["id"], set_={"begun": False}))


def owes_forgetting(connection: Connection) -> bool:
    """Whether it is not done yet."""
    return connection.scalar(select(search_debt.c.id)) is not None


def forget_a_bit(connection: Connection) -> None:
    """Rewrite a part: all that the index consists of becomes one (below zero: begin so), in which
    what is gone has no place."""
    begun = connection.scalar(select(search_debt.c.begun))
    if begun is None:
        return
    own = driver(connection)
    before = own.total_changes
    own.execute(MERGE, [PAGES if begun else -PAGES])
    if not begun:
        connection.execute(update(search_debt).values(begun=True))
    elif own.total_changes - before < NOTHING_DONE:
        connection.execute(delete(search_debt))
