"""The rows of many keys, read or changed by a statement that is the same however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Executable,
    Select,
    Update,
    any_,
    bindparam,
)

from app.store.arrays import array_of
from app.store.prepared import Prepared

PART = 500


class Among:
    """A Core SELECT or UPDATE of the rows whose `column` is one of the keys it is given, `part` at
    a time.

    SQLAlchemy's own IN costs more than reading the rows.
    """

    def __init__(
        self, statement: Select[Any] | Update, column: Column[Any], part: int = PART
    ) -> None:
        self._part, self._array = part, array_of(column)

        def asked(dialect: str) -> Executable:
            """PostgreSQL is sent one array: many parameters cost it three times the time."""
            if dialect == "postgresql":
                keys = bindparam("keys", type_=ARRAY(column.type))
                return statement.where(column == any_(keys))
            return statement.where(column.in_([bindparam(f"key_{at}") for at in range(part)]))

        self._asked = Prepared(asked)

    def __call__(
        self, connection: Connection, keys: Sequence[Any], **values: Any
    ) -> list[tuple[Any, ...]]:
        """The rows of these keys, which are best sorted."""
        rows: list[tuple[Any, ...]] = []
        for at in range(0, len(keys), self._part):
            part = keys[at : at + self._part]
            rows += self._asked(connection, **self._named(connection, part), **values)
        return rows

    def _named(self, connection: Connection, keys: Sequence[Any]) -> dict[str, Any]:
        if connection.dialect.name == "postgresql":
            return {"keys": self._array(keys)}
        filled = [*keys, *[keys[-1]] * (self._part - len(keys))]  # so that one statement serves all
        return {f"key_{at}": key for at, key in enumerate(filled)}
