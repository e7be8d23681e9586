"""Many rows of a table written by one statement: each row a tuple in the order of its columns.

On SQLite a statement of its own for each row costs twice as much, and ten times where a trigger
keeps the search index, which begins anew with each statement. What says the same in all rows is
sent once: of the ledger's columns that is nearly all.
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
MANY = 64
"""From how many rows on it pays to look for what says the same in all of them."""
Columns = tuple[int, ...]


class Rows:
    """INSERT into `table`, and `then` what ON CONFLICT is to do."""

    def __init__(self, table: Table, then: str = "") -> None:
        names = ", ".join(column.name for column in table.c)
        self._into, self._then = f"INSERT INTO {table.name} ({names})", then
        self._width = len(table.c)
        self._arrays = [array_of(column) for column in table.c]
        self._types = [c.type.compile(DIALECTS["postgresql"]).split()[0] for c in table.c]
        self.text = lru_cache(self._text)
        self._numbered = lru_cache(self._with_numbers)
        self._unnested = lru_cache(self._from_arrays)

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write them; on PostgreSQL as one array for each column. None comes twice."""
        if not rows:
            return
        own, columns = driver(connection), list(zip(*rows, strict=True))
        alike = _alike(columns)
        once = [columns[at][0] for at in alike]
        vary = _others(alike, self._width)
        if connection.dialect.name == "sqlite":
            for start, size in _parts(len(rows)):
                part = zip(*(columns[at][start : start + size] for at in vary), strict=True)
                own.execute(self._numbered(alike, size), [*once, *chain.from_iterable(part)])
        else:
            arrays = [self._arrays[at](columns[at]) for at in vary]
            own.execute(self._unnested(alike), [*once, *arrays])

    def _text(self, mark: str, count: int) -> str:
        """The statement for so many rows, with values marked so."""
        row = f"({', '.join([mark] * self._width)})"
        return f"{self._into} VALUES {', '.join([row] * count)} {self._then}"

    def _with_numbers(self, alike: Columns, count: int) -> str:
        """The same for SQLite, where the first values are those of the columns `alike`."""
        fixed = {at: number for number, at in enumerate(alike, 1)}
        vary = {at: n for n, at in enumerate(_others(alike, self._width), len(alike) + 1)}
        rows = [
            [fixed.get(at) or vary[at] + row * len(vary) for at in range(self._width)]
            for row in range(count)
        ]
        told = ", ".join(f"({', '.join(f'?{number}' for number in row)})" for row in rows)
        return f"{self._into} VALUES {told} {self._then}"

    def _from_arrays(self, alike: Columns) -> str:
        """The same for PostgreSQL, where the others come as arrays."""
        vary = _others(alike, self._width)
        told = ", ".join(
            f"%s::{type_}" if at in alike else f"a.c{at}" for at, type_ in enumerate(self._types)
        )
        arrays = ", ".join(f"%s::{self._types[at]}[]" for at in vary)
        names = ", ".join(f"c{at}" for at in vary)
        return f"{self._into} SELECT {told} FROM unnest({arrays}) AS a({names}) {self._then}"  # noqa: S608


def overwriting(table: Table, *names: str) -> str:
    """What ON CONFLICT does where the primary key is there: overwrite these columns."""
    keys = ", ".join(column.name for column in table.primary_key)
    return f"ON CONFLICT ({keys}) DO UPDATE SET " + ", ".join(f"{n} = excluded.{n}" for n in names)


def _alike(columns: Sequence[Row]) -> Columns:
    """The columns that say the same in all of many rows."""
    many = len(columns[0])
    if many < MANY:
        return ()
    return tuple(at for at, told in enumerate(columns) if told.count(told[0]) == many)


def _others(alike: Columns, width: int) -> Columns:
    return tuple(at for at in range(width) if at not in alike)


def _parts(many: int) -> Iterator[tuple[int, int]]:
    """Where each part begins, and how many rows it has."""
    at, size = 0, MOST
    while at < many:
        while size > many - at:
            size //= 2
        yield at, size
        at += size
