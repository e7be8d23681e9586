"""Installations on both databases: nothing set up yet, or with the example in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import Connection, text

from app.store.doors import Database
from tests.cli.running import run
from tests.databases import BOTH, PostgresServer, unexplained
from tests.processes.installation import SECRETS, Installation, Shop

LONG_POSTGRES = [pytest.mark.postgres, pytest.mark.long]

ON_SQLITE = pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
"""For a test that only SQLite can pass, or that is too dear to be done on PostgreSQL as well."""
FIRST_ON_SQLITE = pytest.mark.parametrize(
    "installation", ["sqlite", pytest.param("postgresql", marks=LONG_POSTGRES)], indirect=True
)
"""For a dear test: on PostgreSQL only in make test-long."""


@pytest.fixture(params=BOTH)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation that never ran: no data directory, an empty database, of each kind in turn.

    Whatever a test did, the ledger must explain what it left.
    """
    if request.param == "sqlite":
        made = Installation(tmp_path)
        yield made
        if made.database_file.exists():
            _explained(f"sqlite:///{made.database_file}")
        return
    server: PostgresServer = request.getfixturevalue("postgresql_databases")
    with _empty(server, tmp_path) as url:
        yield Installation(tmp_path, {"SAYSO_DATABASE_URL": url, **SECRETS})
        _explained(url)


class Examples:
    """What `sayso init --example` leaves: on SQLite, copies of what it left once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._made: dict[frozenset[tuple[str, str]], Path] = {}

    def move_into(self, installation: Installation) -> None:
        """Have the example in it."""
        if "SAYSO_DATABASE_URL" in installation.settings:
            _init(installation)
        else:
            copytree(self._like(installation.settings), installation.var)

    def _like(self, settings: dict[str, str]) -> Path:
        wanted = frozenset(settings.items())
        if wanted not in self._made:
            made = Installation(self._directory / str(len(self._made)), settings)
            _init(made)
            self._made[wanted] = made.var
        return self._made[wanted]


def _init(installation: Installation) -> None:
    finished = run(("init", "--example"), installation.environment)
    assert finished.status == 0, finished.err


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    """What installations with the example are copied from."""
    return Examples(tmp_path_factory.mktemp("examples"))


@pytest.fixture
def shop(installation: Installation, examples: Examples) -> Iterator[Shop]:
    """The example, in an installation that serves nothing yet."""
    examples.move_into(installation)
    site = installation.site()
    yield Shop(site)
    site.database.close()
    site.counts.close()


@contextmanager
def _empty(server: PostgresServer, directory: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    with server.fresh(directory) as url:
        database = Database(url)
        database.write(_without_tables)
        database.close()
        yield url


def _without_tables(connection: Connection) -> None:
    connection.execute(text("DROP SCHEMA public CASCADE"))
    connection.execute(text("CREATE SCHEMA public"))


def _explained(url: str) -> None:
    database = Database(url)
    with closing(database), database.reading() as connection:
        assert unexplained(connection) == []
