"""What a key has done by the API beside preferences: noted with its name in the audit trail."""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.deeds import Deed, Doer
from app.domain.keys import ApiKey
from app.domain.words import Instant
from app.services.audit import note


def noted_by_key(
    connection: Connection, key: ApiKey, deed: Deed, subject: tuple[str, object], now: Instant
) -> None:
    """Keep that this key did it."""
    note(connection, Doer(None, now), deed, subject, {"by_key": key.name, "key_id": key.id})
