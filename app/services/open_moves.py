"""Changes of address that wait for two mailboxes to agree."""

from __future__ import annotations

from sqlalchemy import Connection, update

from app.domain.rights import Outcome
from app.domain.words import Instant
from app.store.tables import rights_request


def call_off(connection: Connection, key: bytes, at: Instant) -> None:
    """End those from this address, and forget where they were to lead: the person moved already, or
    was erased. Their mails find that there is nothing to agree to."""
    open_ones = rights_request.c.address_key == key, rights_request.c.other_address.is_not(None)
    ended = {"ended_at": at, "outcome": Outcome.ENDED, "other_address": None}
    connection.execute(update(rights_request).where(*open_ones).values(ended))
