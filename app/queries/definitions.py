"""When the texts of each type were last saved."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.words import Instant
from app.store.prepared import Prepared
from app.store.tables import subscription_type, text_version

CHANGES = Prepared(
    select(text_version.c.id, text_version.c.at).join(
        subscription_type, subscription_type.c.texts == text_version.c.id
    )
)


def last_changes(connection: Connection) -> dict[int, Instant]:
    """By text version, when it was saved."""
    return dict(CHANGES(connection))
