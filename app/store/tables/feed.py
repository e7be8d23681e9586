"""The changes feed: every committed event at a position of its own, without a hole."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, Table

from app.store.tables.base import metadata

unsequenced = Table(
    "unsequenced",
    metadata,
    Column("address_key", LargeBinary(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
    comment="Events without a position yet. A trigger of the ledger writes it.",
)

feed = Table(
    "feed",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("address_key", LargeBinary(16), nullable=False),
    Column("number", Integer, nullable=False),
    comment="Given out by one sequencer, after the events are committed.",
)

feed_state = Table(
    "feed_state",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    comment="One row: the last position given. `epoch` changes with each restore.",
)
