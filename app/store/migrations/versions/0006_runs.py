"""Runs and their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

AT_WORK = sa.text("state IN (2, 4, 5)")
WITH_CONTENT = sa.text("content IS NOT NULL")


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=True),
        sa.Column("words", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("forecast", sa.JSON(), nullable=True),
        sa.Column("examples", sa.JSON(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("fault", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["undoes"], ["run.id"], name=op.f("fk_run_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        comment="`event.run` names it. `explanation` (its nonce seals it in each record) and "
        "`words` are a person's words, and can be erased; `parameters`, `counts` and `examples` "
        "have none.",
    )
    op.create_index(op.f("ix_run_undoes"), "run", ["undoes"])
    op.create_index(op.f("ix_run_created_at_id"), "run", ["created_at", "id"])
    op.create_index(
        "ix_run_at_work", "run", ["due_at"], sqlite_where=AT_WORK, postgresql_where=AT_WORK
    )
    op.create_table(
        "run_row",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=True),
        sa.Column("outcome", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.SmallInteger(), nullable=True),
        sa.Column("record", sa.Integer(), nullable=True),
        sa.Column("made", sa.SmallInteger(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("fk_run_row_run")),
        sa.PrimaryKeyConstraint("run", "position", name=op.f("pk_run_row")),
        sqlite_with_rowid=False,
        comment="`outcome` is what would become of it until the run starts, then what became of "
        "it. `content`, of an import's row: of a broken one what stands there, of another what it "
        "changed of a contact, as it was and as it became. A person's words, kept for thirty days.",
    )
    op.create_index(
        "ix_run_row_content",
        "run_row",
        ["address_key"],
        sqlite_where=WITH_CONTENT,
        postgresql_where=WITH_CONTENT,
    )
