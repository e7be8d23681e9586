"""Who asked for a mail.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the user of the admin who asked for a mail to somebody else."""
    op.add_column("outbox", sa.Column("asked_by", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("outbox", "asked_by")
