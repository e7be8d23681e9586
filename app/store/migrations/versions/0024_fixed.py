"""A type's versions say what was fixed when it was made, too: brand, and whether transactional."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
TYPE_SCOPE = 2
FLAGS = ("transactional", "public", "confirms")
TYPES = sa.table(
    "subscription_type",
    sa.column("id", sa.Integer()),
    sa.column("brand", sa.Integer()),
    *(sa.column(name, sa.Boolean()) for name in FLAGS),
    sa.column("archived_at", sa.BigInteger()),
)
VERSIONS = sa.table(
    "setting_version",
    sa.column("scope_kind", sa.SmallInteger()),
    sa.column("scope_id", sa.BigInteger()),
    sa.column("at", sa.BigInteger()),
    sa.column("content", sa.JSON()),
)


def upgrade() -> None:
    """Make a version of each type as it is."""
    connection, now = op.get_bind(), int(time.time() * 1000)
    for row in connection.execute(sa.select(TYPES)).all():
        content = {"brand": row.brand, **{name: getattr(row, name) for name in FLAGS}}
        content["archived"] = row.archived_at is not None
        connection.execute(
            sa.insert(VERSIONS).values(
                scope_kind=TYPE_SCOPE, scope_id=row.id, at=now, content=content
            )
        )


def downgrade() -> None:
    """They say nothing that is not so, and stay: versions are append-only."""
