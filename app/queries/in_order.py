"""Walking through a table in the order of its ids, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select

PART = 5_000


def in_order(connection: Connection, asked: Select[Any], part: int = PART) -> Iterator[Row[Any]]:
    """Every row asked for, by its column `id`, with flat memory."""
    last, id_ = 0, asked.selected_columns["id"]
    ordered = asked.order_by(id_).limit(part)
    while rows := connection.execute(ordered.where(id_ > last)).all():
        yield from rows
        last = rows[-1].id
