"""What people ask about their data, and sign-ups that wait for a yes by mail."""

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

rights_request = Table(
    "rights_request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address_key", LargeBinary(16), nullable=False, index=True),
    Column("kind", SmallInteger, nullable=False),
    Column("user", Integer),
    Column("brand", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", SmallInteger),
    Column("link", LargeBinary(32), unique=True),
    Column("other_key", LargeBinary(16), index=True),
    Column("other_address", Text),
    Column("agreed", SmallInteger, nullable=False),
    Index(None, "kind", "id"),
    Index(None, "kind", "outcome", "ended_at"),
    Index(
        "ix_rights_request_open",
        "due_at",
        "id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    comment="The log of people's requests. No user: the person, by `link`, which acts once. "
    "`other_address` only until both mailboxes agreed to a change of address, or a week went by.",
)

sign_up = Table(
    "sign_up",
    metadata,
    Column("address_key", LargeBinary(16), primary_key=True),
    Column("record", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("ends_at", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
    comment="The address typed into a sign-up form, until its mailbox said yes or the time ended.",
)
