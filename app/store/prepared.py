"""Statements compiled once and run on the driver beneath a door: the hot paths' fast way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
}


class Compiled(NamedTuple):
    """Text, the order of positional parameters (None: they go by name), fixed values, and whether
    it returns rows: to ask psycopg's cursor costs as much as a short statement."""

    sql: str
    order: Sequence[str] | None
    fixed: Mapping[str, Any]
    returns: bool


class Prepared:
    """A Core statement, the same for every call but for its values. Rows come as plain tuples.

    Values go to the driver as they are: numbers, text and bytes, no dates and no JSON. Where the
    dialects differ, give a function from the dialect's name to the statement.
    """

    def __init__(self, statement: Executable | Callable[[str], Executable]) -> None:
        self._statement = statement
        self.compiled = cache(self._compile)

    def __call__(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Run it; its rows, or an empty list where it returns none."""
        cursor = self._run(connection, values)
        return cursor.fetchall() if self.compiled(connection.dialect.name).returns else []

    def each(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each row of values, in one call and, on PostgreSQL, one round trip."""
        sql, order, fixed, _ = self.compiled(connection.dialect.name)
        bound = [_bound(order, fixed, row) for row in rows]
        if len(bound) > 1:
            driver(connection).cursor().executemany(sql, bound)
        elif bound:
            driver(connection).execute(sql, bound[0])

    def _run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        sql, order, fixed, _ = self.compiled(connection.dialect.name)
        return driver(connection).execute(sql, _bound(order, fixed, values))

    def _compile(self, dialect: str) -> Compiled:
        statement = self._statement
        if not isinstance(statement, Executable):
            statement = statement(dialect)
        compiled: Any = statement.compile(dialect=DIALECTS[dialect])  # type: ignore[attr-defined]
        returns = bool(statement.is_select or compiled.effective_returning)
        return Compiled(str(compiled), compiled.positiontup, dict(compiled.params), returns)


def _bound(
    order: Sequence[str] | None, fixed: Mapping[str, Any], values: Mapping[str, Any]
) -> Sequence[Any] | Mapping[str, Any]:
    if order is None:
        return {**fixed, **values}
    return [values[name] if name in values else fixed[name] for name in order]


def at_once(connection: Connection) -> AbstractContextManager[object]:
    """Statements whose answers nobody waits for: PostgreSQL is at the first while the next is put
    into words."""
    postgresql = connection.dialect.name == "postgresql"
    return driver(connection).pipeline() if postgresql else nullcontext()


def driver(connection: Connection) -> Any:
    """The DBAPI connection beneath."""
    return connection.connection.driver_connection
