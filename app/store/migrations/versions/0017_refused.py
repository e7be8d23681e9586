"""Each status of an import's row that was refused is told, not only the first one."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Keep where each was, and why."""
    op.add_column("run_row", sa.Column("refused", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("run_row", "refused")
