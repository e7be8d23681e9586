"""What is bound to an address: its ledger, its evidence, and what stands."""

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

email_address = Table(
    "email_address",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("address", Text),
    Column("language", String(8)),
    Column("stored_at", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
    comment="`number` and `hash` are those of the last event, so that a cut tail shows.",
)

preference = Table(
    "preference",
    metadata,
    Column("address_key", LargeBinary(16), primary_key=True),
    Column("scope_kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("scope_id", BigInteger, primary_key=True, autoincrement=False),
    Column("cause", SmallInteger, primary_key=True, autoincrement=False),
    Column("status", SmallInteger, nullable=False),
    Column("actor", SmallInteger, nullable=False),
    Column("via", SmallInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("until", BigInteger),
    Column("basis", SmallInteger),
    Column("basis_ends", BigInteger),
    Index(
        "ix_preference_consent_ends",
        "basis_ends",
        "address_key",
        "scope_id",
        sqlite_where=text("basis_ends IS NOT NULL"),
        postgresql_where=text("basis_ends IS NOT NULL"),
    ),
    Index(
        "ix_preference_consent_ends_by_type",
        "scope_id",
        "basis_ends",
        "address_key",
        sqlite_where=text("basis_ends IS NOT NULL"),
        postgresql_where=text("basis_ends IS NOT NULL"),
    ),
    Index(
        "ix_preference_request_ends",
        "until",
        sqlite_where=text("cause = 5"),
        postgresql_where=text("cause = 5"),
    ),
    sqlite_with_rowid=False,
    comment="What stands: preferences, pauses, open requests. The projection of the events.",
)

event = Table(
    "event",
    metadata,
    Column("address_key", LargeBinary(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("record", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("scope_kind", SmallInteger, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("cause", SmallInteger, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("until", BigInteger),
    Column("undone", Integer),
    Column("actor", SmallInteger, nullable=False),
    Column("via", SmallInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("basis", SmallInteger),
    Column("basis_ends", BigInteger),
    Column("message", BigInteger, nullable=False),
    Column("texts", Integer),
    Column("reference", String(64)),
    Column("run", Integer),
    Column("language", String(8)),
    Column("program_texts", Integer),
    Column("brand_texts", Integer),
    Column("link_purpose", SmallInteger),
    Column("link_scope", BigInteger),
    Column("digest", LargeBinary(32)),
    Column("hash", LargeBinary(32), nullable=False),
    Index("ix_event_at", "at", "address_key", "number"),
    sqlite_with_rowid=False,
    comment="The ledger. Append-only: triggers refuse UPDATE, DELETE and TRUNCATE.",
)

evidence = Table(
    "evidence",
    metadata,
    Column("address_key", LargeBinary(16), primary_key=True),
    Column("record", Integer, primary_key=True, autoincrement=False),
    Column("nonce", LargeBinary(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("network", Text),
    sqlite_with_rowid=False,
    comment="Erasable: explanation, reason, IP address, user agent, as JSON.",
)
