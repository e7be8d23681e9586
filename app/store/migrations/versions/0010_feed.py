"""The changes feed. A trigger tells of each new event, so that none can pass it by."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "unsequenced",
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("address_key", "number", name=op.f("pk_unsequenced")),
        sqlite_with_rowid=False,
        comment="Events without a position yet. A trigger of the ledger writes it.",
    )
    op.create_table(
        "feed",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_feed")),
        comment="Given out by one sequencer, after the events are committed.",
    )
    op.create_table(
        "feed_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_state")),
        comment="One row: the last position given. `epoch` changes with each restore.",
    )
    op.execute(f"INSERT INTO feed_state VALUES (1, {secrets.randbits(40)}, 0)")
    op.execute("INSERT INTO unsequenced SELECT address_key, number FROM event")
    _tell_of_each_event()


def _tell_of_each_event() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER event_is_unsequenced AFTER INSERT ON event BEGIN "
            "INSERT INTO unsequenced VALUES (NEW.address_key, NEW.number); END"
        )
        return
    op.execute(
        "CREATE FUNCTION event_is_unsequenced() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN INSERT INTO unsequenced SELECT address_key, number FROM added; "
        "RETURN NULL; END$$"
    )
    op.execute(
        "CREATE TRIGGER event_is_unsequenced AFTER INSERT ON event "
        "REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_is_unsequenced()"
    )
