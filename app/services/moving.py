"""A contact's change of address (rules.md, 2): what goes along, and what stays behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.domain.catalog import Catalog
from app.domain.changes import By, Hand
from app.domain.contacts import words_of
from app.domain.deeds import Deed, Doer
from app.domain.moving import Carried, carried
from app.domain.words import Via
from app.services import preferences
from app.services.addresses import succeed
from app.services.audit import note
from app.services.contacts import Taken, locked
from app.services.preferences import Instruction, Source, always
from app.store import addresses
from app.store.tables import contact


@dataclass(frozen=True, slots=True)
class Move:
    """To which address a contact goes, and whether its opt-outs go along."""

    contact: int
    key: bytes
    address: str
    take_along: bool


def change_address(connection: Connection, move: Move, catalog: Catalog, by: Doer) -> None:
    """Give a contact another address. Raises Gone, and Taken where that has a contact.

    Opt-outs that go along are written at the new address under their makers.
    """
    row = locked(connection, move.contact, move.key)
    old = bytes(row.address_key)
    taken = connection.scalar(select(contact.c.id).where(contact.c.address_key == move.key))
    if taken is not None and taken != move.contact:
        raise Taken(taken)
    known = addresses.known(connection, old)
    succeed(connection, (move.key, move.address, known.language), known, by.at)
    if move.take_along and move.key != old:
        _carry(connection, move.key, carried(known.held, catalog, by.at), by)
    rebind(connection, row, move.key, move.address)
    note(connection, by, Deed.CONTACT_MOVED, ("contact", move.contact))


def rebind(connection: Connection, row: Row[Any], key: bytes, address: str) -> None:
    """Have a contact's row speak of another address, which has no contact."""
    connection.execute(
        update(contact)
        .where(contact.c.id == row.id)
        .values(
            address_key=key,
            words=words_of(address, row.name),
        )
    )


def _carry(connection: Connection, key: bytes, opt_outs: Sequence[Carried], by: Doer) -> None:
    """One record for each maker."""
    for maker, changes in opt_outs:
        made = By(maker, Via.ADDRESS_CHANGE, Hand.USER, by.at)
        source = Source(reference=by.reference)
        preferences.apply(connection, Instruction(key, made, always(*changes), source=source))
