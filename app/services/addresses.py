"""The text and language of an address. A contact, an import or the API supplies them; a form, a
link or a decision never does (rules.md, 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, func, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.ledger import GENESIS
from app.domain.words import Instant
from app.store.prepared import Prepared, driver
from app.store.tables import email_address


def _remember(dialect: str) -> Executable:
    """A language that is not told leaves the one that is known."""
    insert_into = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new: Any = insert_into(email_address)
    new = new.values({c.name: bindparam(c.name) for c in email_address.c})
    language = func.coalesce(new.excluded.language, email_address.c.language)
    made: Executable = new.on_conflict_do_update(
        index_elements=[email_address.c.key],
        set_={"address": new.excluded.address, "language": language},
    )
    return made


REMEMBER = Prepared(_remember)


def remember(connection: Connection, rows: Sequence[Mapping[str, Any]], now: Instant) -> None:
    """Store each address: rows of key, address (as given, for sending) and language, or None where
    it is not told."""
    fixed = {"stored_at": now, "number": 0, "hash": GENESIS}
    postgres = connection.dialect.name == "postgresql"
    with driver(connection).pipeline() if postgres else nullcontext():
        REMEMBER.each(connection, ({**fixed, **row} for row in rows))


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


def _supply(dialect: str) -> Executable:
    insert_into = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new: Any = insert_into(email_address)
    new = new.values({c.name: bindparam(c.name) for c in email_address.c})
    made: Executable = new.on_conflict_do_update(
        index_elements=[email_address.c.key],
        set_={"address": new.excluded.address},
        where=email_address.c.address.is_(None),
    )
    return made


SUPPLY = Prepared(_supply)


def supply(connection: Connection, given: Mapping[bytes, str], now: Instant) -> None:
    """Have the text of each address known, where none is."""
    fixed = {"language": None, "stored_at": now, "number": 0, "hash": GENESIS}
    postgres = connection.dialect.name == "postgresql"
    with driver(connection).pipeline() if postgres else nullcontext():
        rows = ({**fixed, "key": key, "address": text} for key, text in given.items())
        SUPPLY.each(connection, rows)
