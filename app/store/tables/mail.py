"""Mail that is owed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from app.store.tables.base import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    Column("address_key", LargeBinary(16), nullable=False),
    Column("recipient", Text),
    Column("brand", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("record", Integer),
    Column("asked_by", Integer),
    Column("message_id", String(200), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("answer", Text),
    Index(
        "ix_outbox_owed",
        "due_at",
        sqlite_where=text("state = 1"),
        postgresql_where=text("state = 1"),
    ),
    Index(
        "ix_outbox_failed",
        "ended_at",
        sqlite_where=text("state = 3"),
        postgresql_where=text("state = 3"),
    ),
    Index(None, "address_key", "created_at"),
    comment="Mail that is owed. `recipient` only where a form gave it, until it ends.",
)
