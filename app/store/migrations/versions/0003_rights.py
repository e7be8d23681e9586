"""People's requests about their data, sign-ups that wait, and consent by when it ends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=True),
        sa.Column("brand", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.SmallInteger(), nullable=True),
        sa.Column("link", sa.LargeBinary(length=32), nullable=True),
        sa.Column("other_key", sa.LargeBinary(length=16), nullable=True),
        sa.Column("other_address", sa.Text(), nullable=True),
        sa.Column("agreed", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_request")),
        sa.UniqueConstraint("link", name=op.f("uq_rights_request_link")),
        comment="The log of people's requests. No user: the person, by `link`, which acts once. "
        "`other_address` only until both mailboxes agreed to a change of address, or a week "
        "went by.",
    )
    op.create_index(op.f("ix_rights_request_address_key"), "rights_request", ["address_key"])
    op.create_index(op.f("ix_rights_request_other_key"), "rights_request", ["other_key"])
    op.create_index(op.f("ix_rights_request_kind_id"), "rights_request", ["kind", "id"])
    _partial("ix_rights_request_open", "rights_request", ["due_at", "id"], "ended_at IS NULL")
    op.create_table(
        "sign_up",
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("record", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address_key", "record", name=op.f("pk_sign_up")),
        comment="The address typed into a sign-up form, until its mailbox said yes or the time "
        "ended.",
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sign_up_ends_at"), "sign_up", ["ends_at"])
    ends, by_type = ["basis_ends", "address_key", "scope_id"], ["scope_id", "basis_ends"]
    where = "basis_ends IS NOT NULL"
    _partial("ix_preference_consent_ends", "preference", ends, where)
    _partial("ix_preference_consent_ends_by_type", "preference", [*by_type, "address_key"], where)
    _partial("ix_preference_request_ends", "preference", ["until"], "cause = 5")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over the few rows it is for."""
    op.create_index(
        name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
