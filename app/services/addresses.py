"""The text and language of an address. A contact, an import or the API supplies them; a form, a
link or a decision never does (rules.md, 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, update

from app.domain.ledger import GENESIS
from app.domain.words import Instant
from app.store.addresses import Known
from app.store.rows import Rows
from app.store.tables import email_address

Spoken = tuple[bytes, str, str | None]
"""Key, address as given, for sending, and language, or None where it is not told."""
REMEMBER = Rows(
    email_address,
    "ON CONFLICT (key) DO UPDATE SET address = excluded.address,"
    " language = coalesce(excluded.language, email_address.language)",
)
SUCCEED = Rows(
    email_address,
    "ON CONFLICT (key) DO UPDATE SET address = excluded.address,"
    " language = coalesce(excluded.language, email_address.language),"
    " stored_at = CASE WHEN excluded.stored_at < email_address.stored_at"
    " THEN excluded.stored_at ELSE email_address.stored_at END",
)
SUPPLY = Rows(
    email_address,
    "ON CONFLICT (key) DO UPDATE SET address = excluded.address"
    " WHERE email_address.address IS NULL",
)


def remember(connection: Connection, rows: Iterable[Spoken], now: Instant) -> None:
    """Store each address. A language that is not told leaves the one that is known."""
    REMEMBER(connection, [(*row, now, 0, GENESIS) for row in rows])


def succeed(connection: Connection, row: Spoken, old: Known, now: Instant) -> None:
    """Store the address that somebody moves to, as long ago as the old one was: whom data privacy
    kept from mail there, it keeps from mail here (rules.md, 8)."""
    since = now if old.stored_at is None else min(old.stored_at, now)
    SUCCEED(connection, [(*row, since, 0, GENESIS)])


def all_stored_by(connection: Connection, now: Instant) -> None:
    """Have each address that says to be stored later than now be stored before: a clock that was
    ahead said so, and its time will come."""
    later = update(email_address).where(email_address.c.stored_at > now)
    connection.execute(later.values(stored_at=now - 1))


def speak(connection: Connection, key: bytes, language: str | None) -> None:
    """Have it known that mail to this address speaks this language; None: not known."""
    connection.execute(
        update(email_address).where(email_address.c.key == key).values(language=language)
    )


def leave(connection: Connection, key: bytes) -> None:
    """Forget the text of an address whose person has moved to another one."""
    connection.execute(
        update(email_address).where(email_address.c.key == key).values(address=None, language=None)
    )


def supply(connection: Connection, given: Mapping[bytes, str], now: Instant) -> None:
    """Have the text of each address known, where none is."""
    SUPPLY(connection, [(key, text, None, now, 0, GENESIS) for key, text in given.items()])
