"""What happened, counted by day, and how far duties that walk the ledger have come."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, String, Table

from app.store.tables.base import metadata

day_count = Table(
    "day_count",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("outcome", SmallInteger, primary_key=True, autoincrement=False),
    Column("scope_kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("scope_id", BigInteger, primary_key=True, autoincrement=False),
    Column("via", SmallInteger, primary_key=True, autoincrement=False),
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
    comment="Counted from the ledger by the worker. `day`: days since the year 1, by time zone.",
)

progress = Table(
    "progress",
    metadata,
    Column("duty", String(20), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("address_key", LargeBinary(16), nullable=False),
    Column("number", Integer, nullable=False),
    comment="The event that a duty which walks the ledger in order of time has dealt with last.",
)
