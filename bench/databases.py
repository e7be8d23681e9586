"""Databases to measure with: a SQLite file and a PostgreSQL server, both to throw away.

Unlike those of the tests they wait for the disk, as a database that keeps opt-outs must.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, NamedTuple, Protocol

import psycopg
from sqlalchemy import make_url

from app.store import schema
from app.store.doors import Database

SERVER_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
max_connections = 100
shared_buffers = 256MB
max_wal_size = 4GB
"""
NO_POSTGRESQL = "PostgreSQL's server (initdb, postgres, pg_ctl) is not installed"


class Kind(Protocol):
    """One kind of database, at `home`: makes empty ones and copies of filled ones."""

    name: str
    home: Path
    holds: int
    """How many addresses whatever it gives is filled with; 0 where it is empty."""

    def __hash__(self) -> int:
        """By identity."""

    def empty(self) -> str:
        """The URL of a new database of the present schema."""

    def bare(self) -> str:
        """The URL of a new database with nothing in it."""

    def copy(self, url: str) -> str:
        """The URL of a copy of the one at `url`, which nobody uses now."""


class Chosen(NamedTuple):
    """The kinds of database there are to measure, and why others are not."""

    kinds: list[Kind]
    skipped: list[str]


@contextmanager
def stored(url: str, holds: int) -> Iterator[Chosen]:
    """The one at `url`."""
    with TemporaryDirectory(prefix="sayso-bench-", dir="/tmp") as home:
        yield Chosen([Stored(Path(home), url, holds)], [])


@contextmanager
def databases(names: list[str]) -> Iterator[Chosen]:
    """Those of `names` that this machine can run, until they are no longer needed."""
    home = Path(mkdtemp(prefix="sayso-bench-", dir="/tmp"))
    kinds: list[Kind] = [SqliteFiles(home)] if "sqlite" in names else []
    try:
        if "postgresql" not in names:
            yield Chosen(kinds, [])
        elif (binaries := postgres_binaries()) is None:
            yield Chosen(kinds, [f"postgresql: skipped, {NO_POSTGRESQL}"])
        else:
            with running_postgres(binaries, home) as server:
                yield Chosen([*kinds, server], [])
    finally:
        shutil.rmtree(home)


class SqliteFiles:
    """SQLite files in one directory."""

    name, holds = "sqlite", 0

    def __init__(self, home: Path) -> None:
        self.home = home
        self._numbers = count(1)

    def empty(self) -> str:
        url = self.bare()
        migrate(url)
        return url

    def bare(self) -> str:
        return self._next()

    def copy(self, url: str) -> str:
        made = self._next()
        shutil.copy(url.removeprefix("sqlite:///"), made.removeprefix("sqlite:///"))
        return made

    def _next(self) -> str:
        return f"sqlite:///{self.home}/{next(self._numbers)}.db"


class PostgresServer:
    """A running server, reached by a unix socket only."""

    name, holds = "postgresql", 0

    def __init__(self, home: Path) -> None:
        self.home = home
        self._numbers = count(1)

    def empty(self) -> str:
        url = self.bare()
        migrate(url)
        return url

    def bare(self) -> str:
        return self._create("")

    def copy(self, url: str) -> str:
        name = url.partition("@/")[2].partition("?")[0]
        return self._create(f"TEMPLATE {name}")

    def _create(self, how: str) -> str:
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(
            host=str(self.home), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name} {how}".encode())
            connection.execute("CHECKPOINT")
        return f"postgresql+psycopg://postgres@/{name}?host={self.home}"


class Stored:
    """A database that fill.py filled: measured as it is, and written to, as there is no copy."""

    def __init__(self, home: Path, url: str, holds: int) -> None:
        self.home, self.holds, self._url = home, holds, url
        self.name = make_url(url).get_backend_name()

    def empty(self) -> str:
        return self._url

    def bare(self) -> str:
        return self._url

    def copy(self, url: str) -> str:
        return url


def migrate(url: str) -> None:
    """Bring the database to the present schema."""
    database = Database(url)
    try:
        schema.upgrade(database)
    finally:
        database.close()


def postgres_binaries() -> Path | None:
    """Where the machine has PostgreSQL's server: on the PATH, or where Debian puts it."""
    found = shutil.which("initdb")
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(versions, key=lambda p: float(p.parent.name), reverse=True)
    candidates = [Path(found).resolve().parent] if found else []
    for directory in (*candidates, *newest_first):
        if all((directory / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            return directory
    return None


@contextmanager
def running_postgres(binaries: Path, parent: Path) -> Iterator[PostgresServer]:
    """A server in `parent`, as another user than root, whom PostgreSQL refuses."""
    identity = _unprivileged()
    home = parent / "pg"
    home.mkdir()
    if identity:
        parent.chmod(0o711)
        os.chown(home, identity["user"], identity["group"])

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-D", str(home / "data"), *arguments]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, **identity)

    run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")
    with (home / "data/postgresql.conf").open("a") as settings:
        settings.write(SERVER_SETTINGS.format(socket=home))
    run("pg_ctl", "start", "--wait", "--silent", "-l", str(home / "log"))
    try:
        yield PostgresServer(home)
    finally:
        run("pg_ctl", "stop", "--mode=immediate", "--silent")


def _unprivileged() -> dict[str, Any]:
    if os.geteuid():
        return {}
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
