"""Nothing is walked round: the database itself refuses to change what is append-only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, exc, text

from app.domain.changes import Unsubscribe
from app.domain.words import ACCOUNT
from app.store.doors import Database
from tests.databases import ON_POSTGRES, ON_SQLITE
from tests.world import ANA, World, say

KEYS = {"event": "address_key, number", "text_version": "id", "setting_version": "id"}
APPEND_ONLY = list(KEYS)


@pytest.fixture
def written(database: Database, world: World) -> Database:
    """A database that has a row in each table concerned."""
    say(database, ANA, Unsubscribe(ACCOUNT), evidence={"reason": "enough"})
    return database


def run(statement: str) -> Callable[[Connection], int]:
    """Work that runs the statement and tells how many rows it touched."""
    return lambda connection: connection.execute(text(statement)).rowcount


def contents(database: Database, table: str) -> list[tuple[object, ...]]:
    """Every row of a table."""
    with database.reading() as connection:
        rows = connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))
        return [tuple(row) for row in rows]


def refused(database: Database, table: str, statement: str) -> None:
    """The statement fails with the table's own words and leaves every row as it was."""
    before = contents(database, table)
    assert before
    with pytest.raises(exc.DBAPIError, match=f"{table} is append-only"):
        database.write(run(statement))
    assert contents(database, table) == before


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_refuse_update_and_delete(written: Database, table: str) -> None:
    """R-70, R-72: records of consent are append-only and texts immutable."""
    column = "number" if table == "event" else "id"
    refused(written, table, f"UPDATE {table} SET {column} = {column}")
    refused(written, table, f"UPDATE {table} SET at = 0 WHERE {column} = 1")
    refused(written, table, f"DELETE FROM {table}")
    refused(written, table, f"DELETE FROM {table} WHERE {column} = 1")


@ON_SQLITE
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_cannot_be_replaced(written: Database, table: str) -> None:
    """R-72. REPLACE deletes without a DELETE."""
    refused(written, table, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    refused(written, table, f"REPLACE INTO {table} SELECT * FROM {table}")
    refused(written, table, f"UPDATE OR REPLACE {table} SET at = 0")


@ON_POSTGRES
@pytest.mark.parametrize(("table", "key"), KEYS.items())
def test_rows_cannot_be_truncated_or_upserted(written: Database, table: str, key: str) -> None:
    """R-72. TRUNCATE asks no row."""
    same = f"INSERT INTO {table} SELECT * FROM {table}"
    refused(written, table, f"TRUNCATE {table} CASCADE")
    refused(written, table, f"{same} ON CONFLICT ({key}) DO UPDATE SET at = 0")


def test_evidence_refuses_update_and_can_be_erased(written: Database) -> None:
    """R-79: evidence goes at erasure, and until then says what it said."""
    refused(written, "evidence", "UPDATE evidence SET content = '{}'")
    refused(written, "evidence", "UPDATE evidence SET nonce = nonce")
    assert written.write(run("DELETE FROM evidence")) == 1
    assert contents(written, "evidence") == []
