"""A person moves to another address: asked for by an access link, agreed to by both mailboxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.domain.catalog import Catalog
from app.domain.changes import By, Change, Hand
from app.domain.mail import MailKind
from app.domain.own_move import OWN, Ground, left_behind, taken_along
from app.domain.rights import MOVE_LASTS, Agreed, Outcome
from app.domain.words import Actor, Instant, Via
from app.services import addresses, open_moves, outbox, preferences, rights
from app.services.moving import rebind
from app.services.outbox import Mail
from app.services.preferences import Instruction, Source, always
from app.services.rights import Asked
from app.store import addresses as stored
from app.store.tables import contact, rights_request


@dataclass(frozen=True, slots=True)
class Yes:
    """One mailbox's yes to a request: which, by what catalogue, when, and what shows it."""

    request: int
    key: bytes
    catalog: Catalog
    at: Instant
    evidence: Mapping[str, str]


def ask(
    connection: Connection, asked: Asked, own: str | None, other_key: bytes, typed: str
) -> None:
    """Owe both mailboxes a mail that asks whether to move. `own`: the present address, typed where
    no table has it. Raises Spent."""
    id_ = rights.log(
        connection,
        asked,
        due_at=asked.at + MOVE_LASTS,
        other_key=other_key,
        other_address=typed,
    )
    for key, recipient in ((asked.key, own), (other_key, typed)):
        kind = MailKind.ADDRESS_CHANGE
        mail = Mail(kind, key, asked.brand, asked.language, recipient, id_)
        outbox.owe(connection, mail, asked.at)


def agree(connection: Connection, yes: Yes) -> Agreed:
    """Note one mailbox's yes, and move with the second; of several moves from one address the first
    counts. NOBODY: there is nothing to agree to."""
    wanted = select(rights_request).where(rights_request.c.id == yes.request)
    row = connection.execute(wanted).first()
    if row is None or row.other_key is None:
        return Agreed.NOBODY
    stored.lock(connection, [bytes(row.address_key), bytes(row.other_key)])
    row = connection.execute(wanted.with_for_update()).first()
    if row is None or row.ended_at is not None or row.other_address is None:
        return Agreed.NOBODY
    agreed = Agreed(row.agreed | _mailbox(row, yes.key))
    connection.execute(
        update(rights_request).where(rights_request.c.id == row.id).values(agreed=agreed)
    )
    if agreed is Agreed.BOTH:
        _move(connection, row, yes)
        rights.end(connection, row.id, Outcome.DONE, yes.at)
        open_moves.call_off(connection, bytes(row.address_key), yes.at)
    return agreed


def _mailbox(row: Row[Any], key: bytes) -> Agreed:
    if key == bytes(row.address_key):
        return Agreed.OLD
    return Agreed.NEW if key == bytes(row.other_key) else Agreed.NOBODY


def _move(connection: Connection, row: Row[Any], yes: Yes) -> None:
    old, new = bytes(row.address_key), bytes(row.other_key)
    known = stored.known_each(connection, [old, new])
    along = taken_along(known[old].held, known[new].held, yes.catalog.types, yes.at)
    for ground, changes in along:
        _write(connection, yes, new, changes, ground)
    _write(connection, yes, old, left_behind(known[old].held), OWN)
    language = known[old].language or row.language
    addresses.succeed(connection, (new, row.other_address, language), known[old], yes.at)
    if not _contact_stays(connection, old, new, row.other_address):
        addresses.leave(connection, old)


def _contact_stays(connection: Connection, old: bytes, new: bytes, address: str) -> bool:
    """Take the contact along, unless the new address has one already: then both stay."""
    rows = connection.execute(select(contact).where(contact.c.address_key.in_((old, new)))).all()
    by_key = {bytes(row.address_key): row for row in rows}
    if old in by_key and new not in by_key:
        rebind(connection, by_key[old], new, address)
    return old in by_key and new in by_key


def _write(
    connection: Connection, yes: Yes, key: bytes, changes: Sequence[Change], ground: Ground
) -> None:
    by = By(
        Actor.CONTACT,
        Via.ADDRESS_CHANGE,
        Hand.CONTACT,
        yes.at,
        yes.catalog.policy,
        ground.basis,
        ground.ends,
    )
    source = Source(reference=f"request:{yes.request}")
    preferences.apply(
        connection,
        Instruction(key, by, always(*changes), evidence=yes.evidence, source=source),
    )
