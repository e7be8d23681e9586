"""Which events of mail providers were heard already."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from app.store.tables.base import metadata

feedback_seen = Table(
    "feedback_seen",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    comment="The digest of a provider's own id of an event, so that it counts once.",
)
