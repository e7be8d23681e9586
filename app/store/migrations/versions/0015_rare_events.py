"""What a mailing brought about, bounces and complaints are found among all that happened."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
INDEXES = {
    "ix_event_message": ("message", sa.text("message <> 0")),
    "ix_event_feedback": ("cause", sa.text("cause IN (2, 3)")),
}


def upgrade() -> None:
    """Index what few events have: most cost nothing more to write."""
    for name, (first, where) in INDEXES.items():
        columns = [first, "at", "address_key", "number"]
        op.create_index(name, "event", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take them away."""
    for name in INDEXES:
        op.drop_index(name, "event")
