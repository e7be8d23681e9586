"""What is due is looked for webhook by webhook: none waits for another."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
NAME = "ix_webhook_delivery_due"
OWED = sa.text("state = 1")


def upgrade() -> None:
    """Find what is due to one of them in its order."""
    op.create_index(
        NAME,
        "webhook_delivery",
        ["webhook", "due_at", "position"],
        sqlite_where=OWED,
        postgresql_where=OWED,
    )


def downgrade() -> None:
    """Look through what is due to all."""
    op.drop_index(NAME, "webhook_delivery")
