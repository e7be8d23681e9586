"""Bringing a database to the schema of this release, by Alembic, under the writer's lock."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.store.doors import Database
from app.store.revisions import alone


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that is due, all in one transaction. Safe to call from many processes."""
    database.write(bring_up, revision)


def is_current(connection: Connection) -> bool:
    """Whether the database has the schema of this release."""
    return revision(connection) == head()


def revision(connection: Connection) -> str | None:
    """The revision that the database has; None where it has no schema of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this release can upgrade from there."""
    found = ScriptDirectory.from_config(config()).walk_revisions()
    return revision in {script.revision for script in found}


def head() -> str | None:
    """The newest revision."""
    return ScriptDirectory.from_config(config()).get_current_head()


def config() -> Config:
    """Alembic's configuration. There is no alembic.ini: the program says it all."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return made


def bring_up(connection: Connection, revision: str = "head") -> None:
    """The same within a transaction that is open."""
    if not connection.in_transaction():
        connection.begin()  # tells Alembic that the transaction is not its own to commit
    alone(connection)
    configured = config()
    configured.attributes["connection"] = connection
    command.upgrade(configured, revision)
