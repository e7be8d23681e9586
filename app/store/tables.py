"""Every table. What is bound to an address has the address key first in its primary key.

Moments are milliseconds since 1970, UTC. Preferences and events carry no foreign key to brands or
types: an opt-out must be kept whatever becomes of what it names (docs/rules.md, 5).
"""

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
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    sqlite_with_rowid=False,
    comment="Erasable: explanation, reason, IP address, user agent, as JSON.",
)

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
    Index(None, "address_key", "created_at"),
    comment="Mail that is owed. `recipient` only where a form gave it, until it ends.",
)

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
