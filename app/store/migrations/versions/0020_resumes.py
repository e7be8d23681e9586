"""Where a run that failed goes on is a column of its own; the text of its fault told it before."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
CHECKING, WAITING, FAILED = 2, 4, 9


def upgrade() -> None:
    """A fault that named a line was a file that cannot be read; one of a check began with it."""
    op.add_column("run", sa.Column("resumes", sa.SmallInteger(), nullable=True))
    goes_on = f"CASE WHEN fault LIKE 'check %' THEN {CHECKING} ELSE {WAITING} END"
    failed = f"state = {FAILED} AND fault NOT LIKE '%:%'"
    op.execute(f"UPDATE run SET resumes = {goes_on} WHERE {failed}")
    op.execute("UPDATE run SET fault = substr(fault, 7) WHERE fault LIKE 'check %'")


def downgrade() -> None:
    """Tell it by the fault again."""
    op.execute(f"UPDATE run SET fault = 'check ' || fault WHERE resumes = {CHECKING}")
    op.drop_column("run", "resumes")
