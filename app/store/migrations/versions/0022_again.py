"""What an import's row says again of leaving is kept: the undo of an earlier import heeds it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
NAME = "ix_run_row_again"
FILLED = sa.text("again IS NOT NULL")


def upgrade() -> None:
    """Keep where, and find it by the address."""
    op.add_column("run_row", sa.Column("again", sa.Text(), nullable=True))
    op.create_index(
        NAME, "run_row", ["address_key", "run"], sqlite_where=FILLED, postgresql_where=FILLED
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_index(NAME, "run_row")
    op.drop_column("run_row", "again")
