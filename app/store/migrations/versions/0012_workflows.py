"""Workflows: their versions, who enters, and what became of each step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSIDE = sa.text("state = 1")
EDITED = sa.text("changed_at IS NOT NULL")


def upgrade() -> None:
    """Go to this revision."""
    _workflows()
    _enrolments()
    op.create_index(
        "ix_contact_changed",
        "contact",
        ["changed_at", "id"],
        sqlite_where=EDITED,
        postgresql_where=EDITED,
    )
    for walk in ("events", "created", "changed"):
        op.execute(f"INSERT INTO workflow_mark VALUES ('{walk}', 0, 0)")


def _workflows() -> None:
    op.create_table(
        "workflow",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("active_since", sa.BigInteger(), nullable=True),
        sa.Column("date_reached", sa.String(length=10), nullable=True),
        sa.Column("date_contact", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow")),
        comment="`version` 0: none yet. `draft`: what the next version will be, where it differs. "
        "`date_reached`, `date_contact`: up to whose dates it has come.",
    )
    op.create_table(
        "workflow_version",
        sa.Column("workflow", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workflow"], ["workflow.id"], name=op.f("fk_workflow_version_workflow")
        ),
        sa.PrimaryKeyConstraint("workflow", "number", name=op.f("pk_workflow_version")),
        comment="Never changed: who entered by a version leaves by it.",
    )
    op.create_table(
        "workflow_mark",
        sa.Column("walk", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("contact", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("walk", name=op.f("pk_workflow_mark")),
        comment="How far each walk that looks for who enters has come.",
    )


def _enrolments() -> None:
    op.create_table(
        "enrolment",
        sa.Column("contact", ID, nullable=False),
        sa.Column("workflow", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.SmallInteger(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("ceased", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact"], ["contact.id"], name=op.f("fk_enrolment_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["workflow"], ["workflow.id"], name=op.f("fk_enrolment_workflow")),
        sa.PrimaryKeyConstraint("contact", "workflow", "round", name=op.f("pk_enrolment")),
        sqlite_with_rowid=False,
        comment="A contact's way through a workflow. `ceased`: what it entered by held no longer "
        "at some time since, so that it may enter again.",
    )
    op.create_index(
        "ix_enrolment_inside",
        "enrolment",
        ["workflow", "due_at"],
        sqlite_where=INSIDE,
        postgresql_where=INSIDE,
    )
    op.create_index(
        op.f("ix_enrolment_workflow_created_at_contact"),
        "enrolment",
        ["workflow", "created_at", "contact"],
    )
    op.create_table(
        "enrolment_step",
        sa.Column("contact", ID, autoincrement=False, nullable=False),
        sa.Column("workflow", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.SmallInteger(), nullable=True),
        sa.Column("record", sa.Integer(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact", "workflow", "round"],
            ["enrolment.contact", "enrolment.workflow", "enrolment.round"],
            name=op.f("fk_enrolment_step_contact_workflow_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "contact", "workflow", "round", "step", name=op.f("pk_enrolment_step")
        ),
        sqlite_with_rowid=False,
        comment="The trail: what became of each step. `record`: the one it made in the ledger.",
    )
