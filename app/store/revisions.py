"""Which schema this release has, without loading what brings a database there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, column, select, table, text

NEWEST = max(
    path.name.partition("_")[0]
    for path in Path(__file__).parent.glob("migrations/versions/[0-9]*.py")
)
"""The newest revision: they are numbered, and their files are named by their numbers."""
UPGRADE_LOCK = 7_305_808_401
"""The advisory lock that lets one process upgrade while others wait."""
IN_FORCE: Select[Any] = select(column("version_num")).select_from(table("alembic_version"))


def is_newest(connection: Connection) -> bool:
    """Whether the database has the schema of this release."""
    return bool(connection.scalar(IN_FORCE) == NEWEST)


def alone(connection: Connection) -> None:
    """Wait, however long, until no other process upgrades or sets up. On SQLite the door did so."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
