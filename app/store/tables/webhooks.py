"""Where changes are told to other programs, and what is still to be told."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    text,
)

from app.store.tables.base import metadata

OWED = text("state = 1")

webhook = Table(
    "webhook",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("url", String(500), nullable=False),
    Column("secret", String(100), nullable=False),
    Column("old_secret", String(100)),
    Column("old_until", BigInteger),
    Column("kinds", String(200)),
    Column("types", String(2000)),
    Column("brands", String(2000)),
    Column("active", Boolean, nullable=False),
    Column("made_by", Integer),
    Column("created_at", BigInteger, nullable=False),
    Column("delivered_at", BigInteger),
    Column("failing_since", BigInteger),
    Column("answer", String(200)),
    comment="`kinds`, `types`, `brands`: words with spaces between them, or null for all.",
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("webhook", Integer, ForeignKey("webhook.id"), primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("address_key", LargeBinary(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("answer", String(200)),
    Index("ix_webhook_delivery_owed", "due_at", sqlite_where=OWED, postgresql_where=OWED),
    Index(
        "ix_webhook_delivery_due",
        "webhook",
        "due_at",
        "position",
        sqlite_where=OWED,
        postgresql_where=OWED,
    ),
    Index(
        "ix_webhook_delivery_order",
        "webhook",
        "address_key",
        "position",
        sqlite_where=OWED,
        postgresql_where=OWED,
    ),
    Index("ix_webhook_delivery_dead", "webhook", "state", "position"),
    comment="What is told goes. Position below 0, number 0: a test.",
)
