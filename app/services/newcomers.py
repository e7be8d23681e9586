"""Who signed up, once their own mailbox said yes: a contact, with the address that was typed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, select

from app.domain.contacts import Processing, Source
from app.domain.words import Instant
from app.services import contacts
from app.services.contacts import Draft, Origin, Processed
from app.store.addresses import known
from app.store.tables import contact, sign_up

CONSENT = Processed(Processing.CONSENT, "", assumed=True)
"""They asked for email, and confirmed it. What they read is in the ledger."""


def keep(connection: Connection, key: bytes, record: int, now: Instant) -> None:
    """Make the contact of who confirmed the sign-up of `record`, or leave the one there is. An
    address that is stored stays as it was given."""
    found = let_go(connection, key, record)
    there = select(contact.c.id).where(contact.c.address_key == key)
    if found is None or connection.scalar(there) is not None:
        return
    stored = known(connection, key)
    address, language = stored.address or found.address, stored.language or found.language
    draft = Draft(key, address, language=language, processing=CONSENT)
    contacts.save_all(connection, [draft], Origin(now, Source.SIGNUP, "sign-up"))


def let_go(connection: Connection, key: bytes, record: int) -> Row[Any, Any] | None:
    """Forget the address that was typed, as nothing waits for it any more: that row, where there
    was one. Whoever opted out since they had asked agreed to nothing, and becomes no contact."""
    waited = delete(sign_up).where(sign_up.c.address_key == key, sign_up.c.record == record)
    return connection.execute(waited.returning(sign_up.c.address, sign_up.c.language)).first()
