"""The text and language of an address. A contact, an import or the API supplies them; a form, a
link or a decision never does (rules.md, 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.domain.ledger import GENESIS
from app.domain.words import Instant
from app.store.ledger import upsert
from app.store.tables import email_address

REMEMBER = upsert(email_address, "address", "language")


def remember(connection: Connection, rows: Sequence[Mapping[str, Any]], now: Instant) -> None:
    """Store each address: rows of key, address (as given, for sending) and language or None."""
    fixed = {"stored_at": now, "number": 0, "hash": GENESIS}
    REMEMBER.each(connection, ({**fixed, **row} for row in rows))
