"""Databases to test with: copies of a migrated SQLite file, a PostgreSQL server to throw away."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, select

from app.domain.ledger import GENESIS, Event, broken, replayed
from app.domain.standing import Held
from app.domain.words import Cause
from app.store import schema
from app.store.addresses import STANDS, standing
from app.store.doors import Database
from app.store.tables import email_address, event, preference
from tests import engines, world

QUICK_TO_LOSE = """
listen_addresses = ''
unix_socket_directories = '{socket}'
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 60
shared_buffers = 32MB
"""
ROOM = 2**30
ROLES = Path(__file__).parents[1] / "deploy/postgresql/roles.sh"

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
ON_BOTH = pytest.mark.parametrize("database_url", BOTH, indirect=True)
"""For a test that must pass on both in make test, wherever it stands."""
ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
"""For a test that only PostgreSQL can pass."""
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For a test that only SQLite can pass."""


EMPTY, SETTLED = "empty", "settled"
"""What databases are copied from: one of the present schema, and one with the cast in it."""


class SqliteFiles:
    """SQLite databases of the present schema, each a copy of one that was made once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        engines.know("sqlite://")
        migrate(_sqlite_url(directory / EMPTY))
        shutil.copy(directory / EMPTY, directory / SETTLED)
        settle(_sqlite_url(directory / SETTLED))

    @contextmanager
    def fresh(self, directory: Path, like: str = EMPTY) -> Iterator[str]:
        """The URL of a database in `directory`."""
        copy = directory / "sayso.db"
        shutil.copy(self._directory / like, copy)
        yield _sqlite_url(copy)


class PostgresServer:
    """A running server, reached by a unix socket only, with databases to make others like.

    One connection makes and drops them all: to open one takes as long as to make a database.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._own = psycopg.connect(
            host=str(socket), user="postgres", dbname="postgres", autocommit=True
        )
        self._say(f"CREATE DATABASE {EMPTY}")
        engines.know(self.url(EMPTY))
        migrate(self.url(EMPTY))
        self._say(f"CREATE DATABASE {SETTLED} TEMPLATE {EMPTY} {self._copying()}")
        settle(self.url(SETTLED))

    def close(self) -> None:
        """Make no more."""
        self._own.close()

    def url(self, name: str, role: str = "postgres") -> str:
        """The URL of the database called `name`."""
        return f"postgresql+psycopg://{role}@/{name}?host={self._socket}"

    @contextmanager
    def with_roles(self) -> Iterator[None]:
        """The database `sayso` of deploy/, its owner and its reader, dropped afterwards."""
        told = {"PGHOST": str(self._socket), "OWNER_PASSWORD": "o", "READER_PASSWORD": "r"}
        subprocess.run(
            ["sh", str(ROLES)], check=True, env={**os.environ, **told}, stdout=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            self._say("DROP DATABASE sayso WITH (FORCE)")
            self._say("DROP ROLE sayso, sayso_reader")

    @contextmanager
    def fresh(self, _: Path, like: str = EMPTY) -> Iterator[str]:
        """The URL of a database, dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {like} {self._copying()}")
        try:
            yield self.url(name)
        finally:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def _copying(self) -> str:
        """How to copy a template: its files, which before version 15 was the only way."""
        return "STRATEGY file_copy" if self._own.info.server_version >= 150_000 else ""

    def _say(self, statement: str) -> None:
        self._own.execute(statement.encode())


def migrate(url: str) -> None:
    """Bring the database to the present schema."""
    database = Database(url)
    try:
        schema.upgrade(database)
    finally:
        database.close()


def settle(url: str) -> None:
    """Let the cast of tests/world.py settle in an empty database."""
    database = Database(url)
    try:
        world.settled(database)
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
def running_postgres(binaries: Path, disk: str = "") -> Iterator[PostgresServer]:
    """A server in a short temporary directory: the path of a unix socket has 107 bytes at most."""
    home = Path(tempfile.mkdtemp(prefix="sayso-", dir=disk or room_for_databases()))
    identity = unprivileged()
    if identity:
        os.chown(home, identity["user"], identity["group"])

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-D", str(home / "data"), *arguments]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, **identity)

    try:
        run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")
        with (home / "data/postgresql.conf").open("a") as settings:
            settings.write(QUICK_TO_LOSE.format(socket=home))
        run("pg_ctl", "start", "--wait", "--silent", "-l", str(home / "log"))
        try:
            with closing(PostgresServer(home)) as server:
                yield server
        finally:
            run("pg_ctl", "stop", "--mode=immediate", "--silent")
    finally:
        shutil.rmtree(home)


def room_for_databases() -> str:
    """A disk in memory, where the machine has a roomy one: databases are made 15 times as fast."""
    memory = "/dev/shm"
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else "/tmp"


def unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: whom to be instead, as subprocess takes it."""
    if os.geteuid():
        return {}
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def unexplained(connection: Connection) -> list[str]:
    """What the ledger does not explain, in words: it must yield what stands, its chain be whole,
    and each address name its last event (rules.md, 7)."""
    events = _events(connection)
    stands = _stands(connection)
    last = {
        bytes(row.key): (row.number, bytes(row.hash))
        for row in connection.execute(select(email_address))
    }
    problems = []
    for key in events.keys() | stands.keys() | last.keys():
        replay = replayed(events.get(key, []))
        problems += [f"{key.hex()}: {problem}" for problem in broken(events.get(key, []))]
        stand = stands.get(key, Held())
        if tidied(replay.held, stand) != stand:
            problems.append(f"{key.hex()}: {stands.get(key)} stands, the ledger says {replay.held}")
        if (replay.number, replay.hash) != last.get(key, (0, GENESIS)):
            problems.append(f"{key.hex()}: the address does not name its last event")
    return problems


def tidied(ledger: Held, stands: Held) -> Held:
    """What the ledger yields, without the requests whose time is over and that were tidied away."""
    gone = {p for p in ledger if p.cause is Cause.REQUEST and p not in stands}
    return Held((place, what) for place, what in ledger.items() if place not in gone)


def _events(connection: Connection) -> dict[bytes, list[Event]]:
    events: dict[bytes, list[Event]] = {}
    for row in connection.execute(select(event).order_by(event.c.number)):
        events.setdefault(bytes(row.address_key), []).append(Event(*row))
    return events


def _stands(connection: Connection) -> dict[bytes, Held]:
    stands: dict[bytes, Held] = {}
    for row in connection.execute(select(preference.c.address_key, *STANDS)):
        place, what = standing(row[1:])
        stands.setdefault(bytes(row.address_key), Held())[place] = what
    return stands
