"""Files that wait forget whoever was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
FILLED = sa.text("content IS NOT NULL")


def upgrade() -> None:
    """Keep what files owe, and find what broken rows say by their runs."""
    op.create_table(
        "file_debt",
        sa.Column("address_key", sa.LargeBinary(16), nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("fk_file_debt_run")),
        sa.PrimaryKeyConstraint("address_key", "run", name=op.f("pk_file_debt")),
        comment="Who was erased while an import had words of many: the worker takes what may be "
        "theirs out of its file and of what its broken rows say.",
    )
    op.create_index(op.f("ix_file_debt_run"), "file_debt", ["run"])
    _index("address_key", "run")


def downgrade() -> None:
    """Take it away."""
    op.drop_table("file_debt")
    _index("address_key")


def _index(*columns: str) -> None:
    name = "ix_run_row_content"
    op.drop_index(name, "run_row")
    op.create_index(name, "run_row", list(columns), sqlite_where=FILLED, postgresql_where=FILLED)
