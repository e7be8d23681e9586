"""Many rows of a table written by one statement: each row a tuple in the order of its columns.

On SQLite a statement of its own for each row costs twice as much, and ten times where a trigger
keeps the search index, which begins anew with each statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table

from app.store.arrays import array_of
from app.store.prepared import DIALECTS, driver

Row = Sequence[Any]
MOST = 256
"""Rows a statement of SQLite, where each number of rows is a statement of its own: fewer are sent
as the powers of two they consist of."""


class Rows:
    """INSERT into `table`, and `then` what ON CONFLICT is to do."""

    def __init__(self, table: Table, then: str = "") -> None:
        names = ", ".join(column.name for column in table.c)
        self._into, self._then = f"INSERT INTO {table.name} ({names})", then
        self._width = len(table.c)
        self._arrays = [array_of(column) for column in table.c]
        types = [column.type.compile(DIALECTS["postgresql"]).split()[0] for column in table.c]
        arrays = ", ".join(f"%s::{type_}[]" for type_ in types)
        self._unnested = f"{self._into} SELECT * FROM unnest({arrays}) {then}"  # noqa: S608
        self.text = lru_cache(self._text)

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write them; on PostgreSQL as one array for each column. None comes twice."""
        if not rows:
            return
        own = driver(connection)
        if connection.dialect.name == "sqlite":
            for part in _parts(rows):
                own.execute(self.text("?", len(part)), list(chain.from_iterable(part)))
        else:
            columns = zip(self._arrays, zip(*rows, strict=True), strict=True)
            own.execute(self._unnested, [array(values) for array, values in columns])

    def _text(self, mark: str, count: int) -> str:
        """The statement for so many rows, with values marked so."""
        row = f"({', '.join([mark] * self._width)})"
        return f"{self._into} VALUES {', '.join([row] * count)} {self._then}"


def overwriting(table: Table, *names: str) -> str:
    """What ON CONFLICT does where the primary key is there: overwrite these columns."""
    keys = ", ".join(column.name for column in table.primary_key)
    return f"ON CONFLICT ({keys}) DO UPDATE SET " + ", ".join(f"{n} = excluded.{n}" for n in names)


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    at, size = 0, MOST
    while at < len(rows):
        while size > len(rows) - at:
            size //= 2
        yield rows[at : at + size]
        at += size
