"""Erasure knows every column that can hold a person's words (architecture.md, 8)."""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, String

from app.store.tables import metadata
from app.store.traces import NOBODYS, OWED, SWEPT, TRACES

DIGESTS = (8, 16, 32)


def holds_words(column: Column[object]) -> bool:
    """Whether somebody could write something there."""
    if isinstance(column.type, LargeBinary):
        return column.type.length not in DIGESTS
    return isinstance(column.type, String | JSON)


def test_every_column_of_words_is_emptied_or_is_nobodys() -> None:
    """R-79. A new column is listed in app/store/traces.py."""
    worded = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.c
        if holds_words(column)
    }
    emptied = {name for trace in TRACES for name in trace.columns}
    nobodys = {
        f"{table}.{name}"
        for table, names in (*NOBODYS.items(), *OWED.items())
        for name in names.split()
    }
    assert worded - emptied - nobodys == set()
    assert nobodys - worded == set()
    assert nobodys & emptied == set()
    assert {name.partition(".")[0] for name in emptied} | set(OWED) == set(SWEPT)


def test_what_is_emptied_can_be_empty_and_found() -> None:
    for trace in TRACES:
        assert all(trace.table.c[name].nullable for name in trace.emptied), trace.table.name
        assert all(name in trace.table.c for name in trace.by), trace.table.name


def test_rows_that_go_with_another_are_taken_by_the_database() -> None:
    for trace in TRACES:
        for taken in trace.takes:
            keys = [k for k in taken.foreign_keys if k.column.table is trace.table]
            assert [key.ondelete for key in keys] == ["CASCADE"], taken.name
