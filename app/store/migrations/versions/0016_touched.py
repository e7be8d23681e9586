"""What was taken back of a contact counts as if nobody had touched it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Tell when a contact was last changed by what was not taken back."""
    op.add_column("contact", sa.Column("touched_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE contact SET touched_at = changed_at WHERE changed_at IS NOT NULL")


def downgrade() -> None:
    """Forget it."""
    op.drop_column("contact", "touched_at")
