"""Which events of mail providers were heard already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "feedback_seen",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_feedback_seen")),
        comment="The digest of a provider's own id of an event, so that it counts once.",
    )
    op.create_index(op.f("ix_feedback_seen_at"), "feedback_seen", ["at"])
