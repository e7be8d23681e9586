"""A whole database as one file while it is used, and back: SQLite by its own backup, PostgreSQL by
pg_dump and pg_restore."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from app.store.engines import BUSY_SECONDS

DEBIANS = Path("/usr/lib/postgresql")
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
EXTENSIONS = text(
    "SELECT extname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
    "WHERE n.nspname = :schema AND extrelocatable"
)


OTHERS_OWN = re.compile(r" (SCHEMA - public|COMMENT - (SCHEMA public|EXTENSION)) ")
"""What a restore need not, and may not be allowed to, make in a database that is there."""


class CannotCopy(Exception):
    """A database that cannot be written to a file or brought back now, and what to do."""


class InUse(CannotCopy):
    """Something still uses the database that is to be replaced."""

    def __init__(self) -> None:
        super().__init__(
            "Something still uses the database. End `sayso serve`, `sayso worker`, `sayso lmtp` "
            "and whatever pools connections to it, and try again."
        )


class SqliteFile:
    """A database that is a file."""

    name = "sqlite"

    def __init__(self, url: URL, stamp: str) -> None:
        self._file = Path(url.database or "")
        self._staged = self._file.with_name(f"{self._file.name}.restoring")
        self._aside = self._file.with_name(f"{self._file.name}.{stamp}")

    @property
    def aside(self) -> str:
        """Where what was there before is moved."""
        return str(self._aside)

    @property
    def staging(self) -> Path:
        """Where a file lies best before `filled` takes it: on the same disk."""
        return self._staged

    def write(self, file: Path) -> None:
        """Copy it to `file` as it is at one moment. Nobody waits for that."""
        with (
            closing(sqlite3.connect(self._file, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(file)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing yet."""
        return not self._file.exists() or self._file.stat().st_size == 0

    def refuse_if_used(self) -> None:
        """Raises InUse. Folds the write-ahead log into the file, so that it can be moved."""
        if not self.is_empty:
            _fold(self._file)

    @contextmanager
    def filled(self, file: Path) -> Iterator[str]:
        """The URL of what `file` holds. It takes its place when the block ends well, and only then;
        what was there is moved aside."""
        yield f"sqlite:///{file}"
        Path(f"{file}-writers").unlink()
        _fold(file)
        self.refuse_if_used()
        if not self.is_empty:
            for end in ("", "-wal", "-shm"):
                old = self._file.with_name(self._file.name + end)
                if old.exists():
                    old.rename(f"{self._aside}{end}")
        file.rename(self._file)
        _sync(self._file.parent)


class PostgresDatabase:
    """A database on a server."""

    name = "postgresql"

    def __init__(self, url: URL, stamp: str) -> None:
        self._url = url
        self._engine: Engine = sqlalchemy.create_engine(url, poolclass=NullPool)
        self.aside = stamp.replace("-", "_")
        self.staging: Path | None = None

    def write(self, file: Path) -> None:
        """Dump it to `file` in PostgreSQL's custom format, as it is at one moment."""
        what = ("--format=custom", "--no-owner", "--no-privileges", "--no-unlogged-table-data")
        self._run("pg_dump", f"--dbname={self.address}", *what, f"--file={file}")

    @property
    def is_empty(self) -> bool:
        """Whether it has no table yet."""
        return not inspect(self._engine).get_table_names(schema="public")

    def refuse_if_used(self) -> None:
        """Raises InUse."""
        with self._engine.connect() as connection:
            if connection.scalar(OTHERS):
                raise InUse

    @contextmanager
    def filled(self, file: Path) -> Iterator[str]:
        """The URL of what `file` holds. Where the block fails, what was there comes back; else it
        lies in the schema `aside`."""
        had = not self.is_empty
        self.refuse_if_used()
        if had:
            self._move("public", self.aside)
        try:
            self._restore(file)
            yield self._url.render_as_string(hide_password=False)
        except BaseException:
            if had:
                self._say("DROP SCHEMA public CASCADE")
                self._move_back()
            raise

    def _restore(self, file: Path) -> None:
        """All of it or nothing, but for what the server's owner has made."""
        contents = file.with_suffix(".contents")
        lines = self._run("pg_restore", "--list", str(file)).splitlines(keepends=True)
        contents.write_text("".join(line for line in lines if not OTHERS_OWN.search(line)))
        try:
            to = f"--dbname={self.address}"
            whole = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
            self._run("pg_restore", to, *whole, f"--use-list={contents}", str(file))
        finally:
            contents.unlink()

    def _move(self, schema: str, to: str) -> None:
        """Extensions stay in reach of what comes: they are the database's, not the schema's."""
        self._say(f"ALTER SCHEMA {schema} RENAME TO {to}", "CREATE SCHEMA public")
        with self._engine.connect() as connection:
            found = list(connection.scalars(EXTENSIONS, {"schema": to}))
        self._say(*(f'ALTER EXTENSION "{name}" SET SCHEMA public' for name in found))

    def _move_back(self) -> None:
        self._say(f"ALTER SCHEMA {self.aside} RENAME TO public")

    def _say(self, *statements: str) -> None:
        with self._engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    @property
    def address(self) -> str:
        """The database as PostgreSQL's programs name it, without the password."""
        bare = self._url._replace(drivername="postgresql", password=None)
        return bare.render_as_string(hide_password=False)

    def _run(self, program: str, *arguments: str) -> str:
        """What one of PostgreSQL's own programs says. The password goes by the environment."""
        environment = {**os.environ}
        if self._url.password:
            environment["PGPASSWORD"] = str(self._url.password)
        ended = subprocess.run(  # noqa: S603
            [_program(program), *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
        )
        if ended.returncode:
            raise CannotCopy(f"{program} failed: {ended.stderr.strip()}")
        return ended.stdout


def database_of(url: URL, stamp: str) -> SqliteFile | PostgresDatabase:
    """The database at `url`. What is in the way of a restore is moved to a name with `stamp`."""
    made: dict[str, Any] = {"sqlite": SqliteFile, "postgresql": PostgresDatabase}
    database: SqliteFile | PostgresDatabase = made[url.get_backend_name()](url, stamp)
    return database


def _program(name: str) -> str:
    """The newest one: it must not be older than the server."""
    versions = (p for p in DEBIANS.glob(f"*/bin/{name}") if p.parts[-3].isdecimal())
    newest = max(versions, key=lambda p: int(p.parts[-3]), default=None)
    found = str(newest) if newest else shutil.which(name)
    if found is None:
        raise CannotCopy(
            f"{name} is not on this machine. Install PostgreSQL's client programs (Debian: "
            "postgresql-client), of the server's version or newer, or use your own backups."
        )
    return found


def _fold(file: Path) -> None:
    """Everything in the one file, with nobody at it. What is no database can be moved as it is."""
    with closing(sqlite3.connect(file, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            raise InUse from None
        except sqlite3.DatabaseError:
            return


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
