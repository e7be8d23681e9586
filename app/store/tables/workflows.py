"""Workflows, their versions, and who went through them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    text,
)

from app.store.tables.base import metadata
from app.store.tables.contacts import ID

INSIDE = text("state = 1")

workflow = Table(
    "workflow",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("draft", JSON(none_as_null=True)),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("active_since", BigInteger),
    Column("date_reached", String(10)),
    Column("date_contact", BigInteger),
    comment="`version` 0: none yet. `draft`: what the next version will be, where it differs. "
    "`date_reached`, `date_contact`: up to whose dates it has come.",
)

workflow_version = Table(
    "workflow_version",
    metadata,
    Column("workflow", Integer, ForeignKey("workflow.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Integer),
    comment="Never changed: who entered by a version leaves by it.",
)

workflow_mark = Table(
    "workflow_mark",
    metadata,
    Column("walk", String(16), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("contact", BigInteger, nullable=False),
    comment="How far each walk that looks for who enters has come.",
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("contact", ID, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("workflow", Integer, ForeignKey("workflow.id"), primary_key=True, autoincrement=False),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("occasion", SmallInteger, nullable=False),
    Column("run", Integer),
    Column("state", SmallInteger, nullable=False),
    Column("step", Integer, nullable=False),
    Column("due_at", BigInteger),
    Column("ceased", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(
        "ix_enrolment_inside",
        "workflow",
        "due_at",
        sqlite_where=INSIDE,
        postgresql_where=INSIDE,
    ),
    Index(None, "workflow", "created_at", "contact"),
    sqlite_with_rowid=False,
    comment="A contact's way through a workflow. `ceased`: what it entered by held no longer at "
    "some time since, so that it may enter again.",
)

enrolment_step = Table(
    "enrolment_step",
    metadata,
    Column("contact", ID, primary_key=True, autoincrement=False),
    Column("workflow", Integer, primary_key=True, autoincrement=False),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("what", SmallInteger, nullable=False),
    Column("reason", SmallInteger),
    Column("record", Integer),
    Column("until", BigInteger),
    ForeignKeyConstraint(
        ["contact", "workflow", "round"],
        ["enrolment.contact", "enrolment.workflow", "enrolment.round"],
        ondelete="CASCADE",
    ),
    sqlite_with_rowid=False,
    comment="The trail: what became of each step. `record`: the one it made in the ledger.",
)
