"""Account, brands and types; every version of their texts and settings."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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
    Text,
    false,
    true,
)

from app.store.tables.base import metadata

account = Table(
    "account",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("language", String(8), nullable=False),
    Column("default_brand", Integer, nullable=False),
    Column("data_privacy", Boolean, nullable=False),
    Column("privacy_off_since", BigInteger),
    Column("fallback_form", Boolean, nullable=False),
    Column("program_texts", Integer, nullable=False),
    Column("fingerprint", LargeBinary(8), nullable=False),
    Column("second_factor", Boolean, nullable=False, server_default=false()),
    Column("privacy_decided", Boolean, nullable=False, server_default=true()),
    Column("network_days", Integer),
    comment="One row. `version` counts every change of account, brands and types.",
)

text_version = Table(
    "text_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject_kind", SmallInteger, nullable=False),
    Column("subject_id", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("content", JSON, nullable=False),
    Index(None, "subject_kind", "subject_id", "id"),
    comment="Immutable. Each save of texts of a type, a brand or (one a release) the program.",
)

setting_version = Table(
    "setting_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope_kind", SmallInteger, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("content", JSON, nullable=False),
    Index(None, "scope_kind", "scope_id", "at"),
    comment="Immutable. Every setting a send decision reads, with the time it began to hold.",
)

brand = Table(
    "brand",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("sender", String(320), nullable=False),
    Column("postal_address", Text, nullable=False),
    Column("contact", String(320), nullable=False),
    Column("look", JSON, nullable=False),
    Column("texts", Integer, ForeignKey("text_version.id"), nullable=False),
    Column("example", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("archived_at", BigInteger),
    Column("links", JSON),
    Column("languages", JSON),
)

brand_logo = Table(
    "brand_logo",
    metadata,
    Column("brand", Integer, ForeignKey("brand.id"), primary_key=True, autoincrement=False),
    Column("media_type", String(32), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

subscription_type = Table(
    "subscription_type",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("brand", Integer, ForeignKey("brand.id"), nullable=False, index=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("transactional", Boolean, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("confirms", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("texts", Integer, ForeignKey("text_version.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("archived_at", BigInteger),
)
