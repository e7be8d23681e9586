"""Mailings, named so that opt-outs are shown by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.deeds import Deed, Doer
from app.domain.ids import new_id
from app.services.audit import note
from app.store.tables import message


class Taken(ValueError):
    """There is a mailing of this number."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A mailing. `number` None: one is given. `volume`: how many mails it has, as told."""

    brand: int
    name: str
    number: int | None = None
    volume: int | None = None


def name(connection: Connection, new: NewMessage, by: Doer) -> int:
    """Name a mailing; its number. Raises Taken."""
    number = new_id() if new.number is None else new.number
    known = select(message.c.number).where(message.c.number == number)
    if connection.scalar(known) is not None:
        raise Taken
    values = {"brand": new.brand, "name": new.name, "volume": new.volume}
    connection.execute(insert(message).values(number=number, created_at=by.at, **values))
    note(connection, by, Deed.MESSAGE_NAMED, ("message", number))
    return number


def hold(connection: Connection, number: int) -> None:
    """Let nobody else change a mailing before this transaction ends."""
    connection.execute(select(message.c.number).where(message.c.number == number).with_for_update())


def change(connection: Connection, number: int, changed: Mapping[str, Any], by: Doer) -> None:
    """Change what is given of a mailing: name, volume."""
    connection.execute(update(message).where(message.c.number == number).values(**changed))
    note(connection, by, Deed.MESSAGE_CHANGED, ("message", number))
