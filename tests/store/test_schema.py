"""Migrations: run once, whoever starts (architecture.md)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.store import addresses, schema
from app.store.doors import Database, Unavailable
from tests.databases import migrate
from tests.world import ANA


def is_current(url: str) -> bool:
    """Whether the database has the schema of this release."""
    database = Database(url)
    with database.reading() as connection:
        current = schema.is_current(connection)
    database.close()
    return current


def test_upgrading_what_is_current_changes_nothing(database: Database, database_url: str) -> None:
    schema.upgrade(database)
    assert is_current(database_url)


@pytest.mark.usefixtures("patient")
def test_many_who_start_at_once_on_a_new_file_upgrade_it_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4))
    assert is_current(url)


def test_a_database_without_tables_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(Unavailable), database.reading() as connection:
        addresses.known(connection, ANA.key)
    database.close()


def test_migrations_go_in_one_line() -> None:
    script = ScriptDirectory.from_config(schema.config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert not any(revision.is_branch_point for revision in script.walk_revisions())
