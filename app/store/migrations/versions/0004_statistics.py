"""Statistics, what of the evidence ages out, and more settings of account and brands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

DUTIES = ("counting", "ageing")


def upgrade() -> None:
    """Go to this revision. Tables of the ledger are never altered in batch mode: their triggers
    would go."""
    op.add_column(
        "account",
        sa.Column("privacy_decided", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column("account", sa.Column("network_days", sa.Integer(), nullable=True))
    op.add_column("brand", sa.Column("links", sa.JSON(), nullable=True))
    op.add_column("brand", sa.Column("languages", sa.JSON(), nullable=True))
    op.add_column("evidence", sa.Column("network", sa.Text(), nullable=True))
    op.create_index(op.f("ix_event_at"), "event", ["at", "address_key", "number"])
    op.create_index(
        "ix_outbox_failed",
        "outbox",
        ["ended_at"],
        sqlite_where=sa.text("state = 3"),
        postgresql_where=sa.text("state = 3"),
    )
    op.create_table(
        "day_count",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("scope_kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("scope_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("via", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("message", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("day", "outcome", "scope_kind", "scope_id", "via", "message"),
            name=op.f("pk_day_count"),
        ),
        sqlite_with_rowid=False,
        comment="Counted from the ledger by the worker. `day`: days since the year 1, by time "
        "zone.",
    )
    made = op.create_table(
        "progress",
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("duty", name=op.f("pk_progress")),
        comment="The event that a duty which walks the ledger in order of time has dealt with "
        "last.",
    )
    op.bulk_insert(
        made, [{"duty": duty, "at": 0, "address_key": b"", "number": 0} for duty in DUTIES]
    )
