"""Who works in the admin, and what they did."""

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
)

from app.store.tables.base import metadata

admin_user = Table(
    "admin_user",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("password_hash", String(200)),
    Column("totp_secret", String(64)),
    Column("totp_step", BigInteger),
    Column("recovery_hashes", JSON),
    Column("created_at", BigInteger, nullable=False),
    Column("deactivated_at", BigInteger),
    comment="`email` in matching form. `totp_step`: the last one used, as each is good once.",
)

user_session = Table(
    "user_session",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("user", Integer, ForeignKey("admin_user.id"), nullable=False, index=True),
    Column("complete", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ip", String(45), nullable=False),
    Column("agent", String(200), nullable=False),
    comment="`complete`: the second factor was shown, or none is asked.",
)

user_token = Table(
    "user_token",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("user", Integer, ForeignKey("admin_user.id"), nullable=False, index=True),
    Column("purpose", SmallInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("user", Integer),
    Column("action", String(40), nullable=False),
    Column("subject_kind", String(20), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "user", "id"),
    Index(None, "action", "id"),
    comment="What users did. Append-only, without a person's words. No user: the command line.",
)
