"""API keys, answers kept for who asks again, and the mailings that were named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.String(length=400), nullable=False),
        sa.Column("brands", sa.Text(), nullable=True),
        sa.Column("speaks_for_person", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
        comment="`scopes` and `brands` are words with spaces between. No brands: every one.",
    )
    op.create_table(
        "api_answer",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_answer")),
        comment="Answers by Idempotency-Key, for a day. They name no person.",
    )
    op.create_index(op.f("ix_api_answer_at"), "api_answer", ["at"])
    op.create_table(
        "message",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("brand", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand"], ["brand.id"], name=op.f("fk_message_brand")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_message")),
        comment="Mailings, so that opt-outs are shown by them. `volume`: how many mails, as told.",
    )
    op.create_index(op.f("ix_message_brand_number"), "message", ["brand", "number"])
