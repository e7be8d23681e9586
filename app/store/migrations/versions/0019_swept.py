"""What an erasure owes is a row on PostgreSQL, too: its tables are swept by the worker."""

from alembic import op

revision = "0019"
down_revision = "0018"
WAS = (
    "One row, on SQLite, where somebody was erased whose trigrams are still in the index: it is "
    "rewritten by the worker, a bit at a time."
)
IS = (
    "One row where somebody was erased of whom words may lie beside the rows: the worker rewrites "
    "SQLite's index of trigrams, a bit at a time, and has the database swept."
)


def upgrade() -> None:
    """Say so, where tables have comments."""
    _say(IS, instead_of=WAS)


def downgrade() -> None:
    """As it was."""
    _say(WAS, instead_of=IS)


def _say(comment: str, instead_of: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_table_comment("search_debt", comment, existing_comment=instead_of)
