"""Runs: bulk edits, imports, enrolments, undos; each row of one with what became of it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
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

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("user", Integer),
    Column("reference", String(64), nullable=False),
    Column("undoes", Integer, ForeignKey("run.id"), index=True),
    Column("parameters", JSON, nullable=False),
    Column("explanation", Text),
    Column("nonce", LargeBinary(16)),
    Column("words", JSON(none_as_null=True)),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("total", Integer),
    Column("done", Integer, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("forecast", JSON(none_as_null=True)),
    Column("examples", JSON(none_as_null=True)),
    Column("cursor", Text),
    Column("spent", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("fault", String(200)),
    Column("resumes", SmallInteger),  # of one that failed: the state in which it goes on, if any
    Index(
        "ix_run_at_work",
        "due_at",
        sqlite_where=text("state IN (2, 4, 5)"),
        postgresql_where=text("state IN (2, 4, 5)"),
    ),
    Index(None, "created_at", "id"),
    comment="`event.run` names it. `explanation` (its nonce seals it in each record) and "
    "`words` are a person's words, and can be erased; `parameters`, `counts` and `examples` "
    "have none.",
)

run_row = Table(
    "run_row",
    metadata,
    Column("run", Integer, ForeignKey("run.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("address_key", LargeBinary(16)),
    Column("outcome", SmallInteger),
    Column("reason", SmallInteger),
    Column("record", Integer),
    Column("made", SmallInteger),
    Column("line", Integer),
    Column("content", JSON(none_as_null=True)),
    Column("refused", Text),  # each status of an import's row that was, as `TYPE:7:UNSUBSCRIBED`
    Column("again", Text),  # each no that the row said again, as `TYPE:7:CHOICE:3`
    Index(
        "ix_run_row_again",
        "address_key",
        "run",
        sqlite_where=text("again IS NOT NULL"),
        postgresql_where=text("again IS NOT NULL"),
    ),
    Index(
        "ix_run_row_content",
        "address_key",
        "run",
        sqlite_where=text("content IS NOT NULL"),
        postgresql_where=text("content IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
    comment="`outcome` is what would become of it until the run starts, then what became of it. "
    "`content`, of an import's row: of a broken one what stands there, of another what it changed "
    "of a contact, as it was and as it became. A person's words, kept for thirty days.",
)
