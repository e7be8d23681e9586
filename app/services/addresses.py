"""The text and language of an address. A contact, an import or the API supplies them; a form, a
link or a decision never does (rules.md, 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, update

from app.domain.ledger import GENESIS
from app.domain.words import Instant
from app.store.rows import Rows
from app.store.tables import email_address

Spoken = tuple[bytes, str, str | None]
"""Key, address as given, for sending, and language, or None where it is not told."""
REMEMBER = Rows(
    email_address,
    "ON CONFLICT (key) DO UPDATE SET address = excluded.address,"
    " language = coalesce(excluded.language, email_address.language)",
)
SUPPLY = Rows(
    email_address,
    "ON CONFLICT (key) DO UPDATE SET address = excluded.address"
    " WHERE email_address.address IS NULL",
)


def remember(connection: Connection, rows: Iterable[Spoken], now: Instant) -> None:
    """Store each address. A language that is not told leaves the one that is known."""
    REMEMBER(connection, [(*row, now, 0, GENESIS) for row in rows])


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
