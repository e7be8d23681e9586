"""Mailings that were named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.ids import MOST_ID
from app.domain.words import Instant
from app.store.tables import message

PAGE = 500


@dataclass(frozen=True, slots=True)
class Message:
    """A mailing: its number, brand, name, and how many mails it has, as told."""

    number: int
    brand: int
    name: str
    volume: int | None
    created_at: Instant


def page(connection: Connection, brands: Collection[int], after: int) -> list[Message]:
    """The next mailings of these brands after a number, in the order of their numbers."""
    asked = select(message).where(message.c.brand.in_(brands), message.c.number > after)
    rows = connection.execute(asked.order_by(message.c.number).limit(PAGE))
    return [_message(row) for row in rows]


def by_number(connection: Connection, number: int) -> Message | None:
    """The mailing of this number."""
    if not 0 < number <= MOST_ID:
        return None
    row = connection.execute(select(message).where(message.c.number == number)).one_or_none()
    return None if row is None else _message(row)


def names(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """What those of these mailings are called that were named, by number."""
    asked = select(message.c.number, message.c.name).where(message.c.number.in_(numbers))
    return {row.number: row.name for row in connection.execute(asked)}


def _message(row: Row[Any]) -> Message:
    return Message(row.number, row.brand, row.name, row.volume, row.created_at)
