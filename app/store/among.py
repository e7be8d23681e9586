"""The rows of many keys, by a statement that is the same however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Executable,
    LargeBinary,
    Select,
    Text,
    any_,
    bindparam,
    cast,
)

from app.store.arrays import octets
from app.store.prepared import Prepared


class Among:
    """A Core SELECT of the rows whose `column` is one of the keys it is given, `part` at a time.

    SQLAlchemy's own IN costs more than reading the rows.
    """

    def __init__(self, statement: Select[Any], column: ColumnElement[bytes], part: int) -> None:
        self._part = part

        def asked(dialect: str) -> Executable:
            """PostgreSQL is sent one array: many parameters cost it three times the time."""
            if dialect == "postgresql":
                keys = cast(bindparam("keys", type_=Text), ARRAY(LargeBinary))
                return statement.where(column == any_(keys))
            return statement.where(column.in_([bindparam(f"key_{at}") for at in range(part)]))

        self._asked = Prepared(asked)

    def __call__(
        self, connection: Connection, keys: Sequence[bytes], **values: Any
    ) -> list[tuple[Any, ...]]:
        """The rows of these keys, which are best sorted."""
        rows: list[tuple[Any, ...]] = []
        for at in range(0, len(keys), self._part):
            part = keys[at : at + self._part]
            rows += self._asked(connection, **self._named(connection, part), **values)
        return rows

    def _named(self, connection: Connection, keys: Sequence[bytes]) -> dict[str, Any]:
        if connection.dialect.name == "postgresql":
            return {"keys": octets(keys)}
        filled = [*keys, *[keys[-1]] * (self._part - len(keys))]  # so that one statement serves all
        return {f"key_{at}": key for at, key in enumerate(filled)}
