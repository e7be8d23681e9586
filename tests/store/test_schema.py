"""Migrations: run once, whoever starts (architecture.md)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.domain.words import Scope
from app.queries.settings import versions
from app.services import catalog
from app.services.catalog import NewBrand, NewType
from app.store import addresses, schema
from app.store.doors import Database, Unavailable
from tests.databases import migrate
from tests.world import ANA, NOW


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


def test_types_of_before_have_a_version_that_says_what_is_fixed(tmp_path: Path) -> None:
    """So that it shows where a type's brand, or whether it is transactional, is another."""
    database = Database(f"sqlite:///{tmp_path}/old.db")
    schema.upgrade(database, "0021")

    def make(connection: Connection) -> tuple[int, int]:
        brand_ = catalog.add_brand(connection, NewBrand("books", "Books"), NOW)
        new = NewType(brand_, "receipts", {}, transactional=True, public=False)
        return brand_, catalog.add_type(connection, new, NOW)

    brand_, type_ = database.write(make)
    schema.upgrade(database)
    with database.reading() as connection:
        versions_ = versions(connection)[Scope.type(type_)]
    fixed = {"brand": brand_, "transactional": True}
    rest = {"public": False, "confirms": False, "archived": False}
    assert [version.content for version in versions_] == [fixed | rest] * 2, "one of before"
    database.close()
