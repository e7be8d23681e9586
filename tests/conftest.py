"""Fixtures for every room: databases of both kinds, empty or with the cast of tests/world.py."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import settings

from app.logs import configure
from app.store.doors import Database
from tests.databases import (
    BOTH,
    EMPTY,
    SETTLED,
    PostgresServer,
    SqliteFiles,
    postgres_binaries,
    room_for_databases,
    running_postgres,
    unexplained,
)
from tests.lacking import lacks
from tests.patient import patient
from tests.world import World, seen

ROOM = os.environ.get("TMPDIR", room_for_databases())
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", ROOM)
gc.set_threshold(20_000, 50, 50)  # what tests leave is little, and looking for it a tenth of all

BY_CHANCE, ALWAYS = "by chance", "always the same"
settings.register_profile(BY_CHANCE, deadline=None, max_examples=60, derandomize=False)
settings.register_profile(ALWAYS, settings.get_profile(BY_CHANCE), derandomize=True)
settings.load_profile(ALWAYS)

DATABASES = ("database_url", "installation")
"""The fixtures that make one of each kind."""


SQLITE_FIRST = ("web", "cli", "processes", "fuzz")
"""Rooms above what speaks to a database: PostgreSQL too only in make test-postgres, but for tests
that say ON_BOTH or ON_POSTGRES."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to make test-postgres what SQLite shows in make test. Begin with the slow ones:
    were one of them the last, all workers but one would wait for its end."""
    for item in items:
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        chosen = any(mark.args[0] in DATABASES for mark in item.iter_markers("parametrize"))
        if room in SQLITE_FIRST and item.get_closest_marker("postgres") and not chosen:
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """SQLite, migrated and settled once a worker."""
    return SqliteFiles(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[PostgresServer]:
    """PostgreSQL, a server a worker. Skips where the machine has none; under CI that fails."""
    binaries = postgres_binaries()
    if binaries is None:
        lacks("PostgreSQL's server (initdb, postgres, pg_ctl) is not installed")
    with running_postgres(binaries) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def however_slow_the_machine_is() -> Iterator[None]:
    """What is waited for is not given up, but where a test says so."""
    with patient():
        yield


@pytest.fixture(autouse=True)
def what_is_drawn(request: pytest.FixtureRequest) -> Iterator[None]:
    """The same each time; by the long tests, something else each time."""
    settings.load_profile(BY_CHANCE if request.node.get_closest_marker("long") else ALWAYS)
    yield
    settings.load_profile(ALWAYS)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database, of each kind in turn: empty, but for a test of the world.

    Whatever a test did, the ledger must explain what it left.
    """
    databases: SqliteFiles | PostgresServer = request.getfixturevalue(f"{request.param}_databases")
    with databases.fresh(tmp_path, SETTLED if "world" in request.fixturenames else EMPTY) as url:
        yield url
        database = Database(url)
        with database.reading() as connection:
            problems = unexplained(connection)
        database.close()
        assert problems == []


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, of each kind in turn: empty, but for a test of the world."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def world(database: Database) -> World:
    """The cast, settled in the database."""
    return seen(database)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What the program writes to standard error, logging as `sayso serve` does."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    written = StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        configure("text", logging.DEBUG)
    yield written
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)
