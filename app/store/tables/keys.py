"""The API's keys, the answers kept for who asks again, and the mailings that were named."""

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
    Text,
)

from app.store.tables.base import metadata

api_key = Table(
    "api_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("scopes", String(400), nullable=False),
    Column("brands", Text),
    Column("speaks_for_person", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    comment="`scopes` and `brands` are words with spaces between. No brands: every one.",
)

api_answer = Table(
    "api_answer",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("request", LargeBinary(32), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    comment="Answers by Idempotency-Key, for a day. They name no person.",
)

message = Table(
    "message",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("brand", Integer, ForeignKey("brand.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("volume", Integer),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "brand", "number"),
    comment="Mailings, so that opt-outs are shown by them. `volume`: how many mails, as told.",
)
