"""What an application in this process says to its databases, statement by statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.pool import Pool

Said = tuple[str, Any]
"""A statement and its values; SQLite tells it with them in it."""
NOT_ASKED = ("SELECT 1", "SELECT pg_backend_pid()", "PRAGMA", "--")


@contextmanager
def overheard() -> Iterator[list[Said]]:
    """Every statement over connections opened meanwhile, but for what a connection is asked."""
    said: list[Said] = []
    execute = psycopg.Cursor.execute

    def note(statement: str, values: Any = None) -> None:
        if not statement.startswith(NOT_ASKED):
            said.append((statement, values))

    def listen(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(note)

    def listened(self: Any, query: Any, values: Any = None, **more: Any) -> Any:
        note(query if isinstance(query, str) else str(query), values)
        return execute(self, query, values, **more)

    event.listen(Pool, "connect", listen)
    psycopg.Cursor.execute = listened  # type: ignore[method-assign,assignment]
    try:
        yield said
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
        event.remove(Pool, "connect", listen)
