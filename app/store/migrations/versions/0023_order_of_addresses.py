"""The order of addresses carries the contact's id on PostgreSQL too: along it no row is read."""

from alembic import op

revision = "0023"
down_revision = "0022"
NAME, COLUMNS = "ix_contact_words", ["words", "address_key", "source"]


def upgrade() -> None:
    """Make it anew."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_index(NAME, "contact")
        op.create_index(NAME, "contact", COLUMNS, postgresql_include=["id"])


def downgrade() -> None:
    """Without the id."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_index(NAME, "contact")
        op.create_index(NAME, "contact", COLUMNS)
