"""Files to import, the lines that rows of runs come from, and when a contact was changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "import_part",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("fk_import_part_run")),
        sa.PrimaryKeyConstraint("run", "number", name=op.f("pk_import_part")),
        comment="An uploaded file in compressed parts, reached by every worker; gone when its run "
        "is over.",
    )
    op.add_column("run_row", sa.Column("line", sa.Integer(), nullable=True))
    op.add_column("contact", sa.Column("changed_at", sa.BigInteger(), nullable=True))
