"""Many rows in one statement: whatever stands in them, on both databases."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.ledger import GENESIS
from app.store.doors import Database
from app.store.rows import Rows, overwriting
from app.store.tables import email_address

NASTY = ['"', "\\", "{}", ",", "NULL", "null", "%s", "'; --", "", " ", "é\u200b\n", None, 'a\\"b']
OVERWRITE = Rows(email_address, overwriting(email_address, "address"))


def test_as_many_rows_as_one_likes_are_stored_as_they_are(database: Database) -> None:
    rows = [_row(at, NASTY[at % len(NASTY)], None) for at in range(700)]
    assert _written(database, rows) == rows
    assert _written(database, []) == rows


def test_what_is_there_is_overwritten_in_the_columns_that_are_named(database: Database) -> None:
    _written(database, [_row(1, "first", "en")])
    again, other = _row(1, None, "fr"), _row(2, "other", "nl")
    assert _written(database, [again, other]) == [_row(1, None, "en"), other]


def _row(number: int, address: str | None, language: str | None) -> tuple[object, ...]:
    key = number.to_bytes(2) + b'\\"\0{}' + bytes(9)
    return key, address, language, -number, 0, GENESIS


def _written(database: Database, rows: list[tuple[object, ...]]) -> list[object]:
    def write(connection: Connection) -> list[object]:
        OVERWRITE(connection, rows)
        stored = connection.execute(select(email_address).order_by(email_address.c.key))
        return [tuple(row) for row in stored]

    return database.write(write)
