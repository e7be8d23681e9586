"""Webhooks, and what is still to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
OWED = sa.text("state = 1")


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("old_secret", sa.String(length=100), nullable=True),
        sa.Column("old_until", sa.BigInteger(), nullable=True),
        sa.Column("kinds", sa.String(length=200), nullable=True),
        sa.Column("types", sa.String(length=2000), nullable=True),
        sa.Column("brands", sa.String(length=2000), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        comment="`kinds`, `types`, `brands`: words with spaces between them, or null for all.",
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook")
        ),
        sa.PrimaryKeyConstraint("webhook", "position", name=op.f("pk_webhook_delivery")),
        comment="What is told goes. Position below 0, number 0: a test.",
    )
    for name, columns in (
        ("owed", ["due_at"]),
        ("order", ["webhook", "address_key", "position"]),
    ):
        op.create_index(
            f"ix_webhook_delivery_{name}",
            "webhook_delivery",
            columns,
            sqlite_where=OWED,
            postgresql_where=OWED,
        )
    op.create_index(
        "ix_webhook_delivery_dead", "webhook_delivery", ["webhook", "state", "position"]
    )
