"""When somebody was erased last is asked for every few seconds, however many were."""

from alembic import op

revision = "0018"
down_revision = "0017"
NAME = "ix_rights_request_kind_outcome_ended_at"


def upgrade() -> None:
    """Index it."""
    op.create_index(NAME, "rights_request", ["kind", "outcome", "ended_at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index(NAME, "rights_request")
