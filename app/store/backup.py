"""A whole database as one file while it is used, and back: SQLite by its own backup, PostgreSQL by
pg_dump and pg_restore (app/store/postgres_backup.py)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from app.store.copying import CannotCopy, InUse
from app.store.doors import Database
from app.store.engines import BUSY_SECONDS
from app.store.postgres_backup import PostgresDatabase

T = TypeVar("T")
BESIDE = ("-wal", "-shm", "-journal")
"""What lies beside a database that is used, or was not closed."""

HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def discard(file: Path) -> None:
    """Remove what was to become a database, and whatever lies beside it. What a process that was
    killed left in SQLite's log must not come into the next one of that name."""
    for end in ("", *BESIDE, "-writers", ".contents"):
        Path(f"{file}{end}").unlink(missing_ok=True)


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
        """Where a file lies best before `fill` takes it: on the same disk."""
        return self._staged

    def write(self, file: Path) -> None:
        """Copy it to `file` as it is at one moment. Nobody waits for that."""
        try:
            with (
                closing(sqlite3.connect(self._file, timeout=BUSY_SECONDS)) as source,
                closing(sqlite3.connect(file)) as copy,
            ):
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as fault:
            raise CannotCopy(f"SQLite says: {fault}.") from fault

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing yet."""
        return not self._file.exists() or self._file.stat().st_size == 0

    def refuse_if_used(self) -> None:
        """Raises InUse. Folds the write-ahead log into the file, so that it can be moved."""
        if not self.is_empty:
            _fold(self._file)

    def fill(self, file: Path, work: Callable[[Connection], T]) -> T:
        """Put `file` in its place, once `work` is done on it, and only then. What was there is
        moved aside."""
        try:
            with closing(Database(f"sqlite:///{file}")) as database:
                done = database.write(work)
        finally:
            Path(f"{file}-writers").unlink(missing_ok=True)
        _fold(file)
        self.refuse_if_used()
        moved = [] if self.is_empty else self._move_aside()
        try:
            file.rename(self._file)
        except OSError:
            for old, now in moved:
                now.rename(old)
                now.unlink(missing_ok=True)
            raise
        sync(self._file.parent)
        return done

    def put_back(self, aside: str, work: Callable[[Connection], T]) -> T:
        """Put what was moved to `aside` in its place again, as `fill` does."""
        if not Path(aside).is_file():
            raise CannotCopy(f"There is no file {aside}.")
        if self._file.exists() and self._file.samefile(aside):
            raise CannotCopy(f"{aside} is what is in its place: a restore was killed.")
        return self.fill(Path(aside), work)

    def close(self) -> None:
        """Nothing is kept open."""

    def _move_aside(self) -> list[tuple[Path, Path]]:
        """From where to where each of its files was moved. The database itself only gets its second
        name, and keeps the first till another takes it: at no moment is there none."""
        pairs = [(Path(f"{self._file}{end}"), Path(f"{self._aside}{end}")) for end in BESIDE]
        there = [(old, now) for old, now in pairs if old.exists()]
        for old, now in there:
            old.rename(now)
        try:
            os.link(self._file, self._aside)
        except OSError:  # on a disk where a file has one name
            self._file.rename(self._aside)
        return [*there, (self._file, self._aside)]


def database_of(url: URL, stamp: str) -> SqliteFile | PostgresDatabase:
    """The database at `url`. What is in the way of a restore is moved to a name with `stamp`."""
    made: dict[str, Any] = {"sqlite": SqliteFile, "postgresql": PostgresDatabase}
    database: SqliteFile | PostgresDatabase = made[url.get_backend_name()](url, stamp)
    return database


def _fold(file: Path) -> None:
    """Everything in the one file, with nobody at it. What is no database can be moved as it is."""
    with closing(sqlite3.connect(file, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF in HELD:
                raise InUse from None
            raise CannotCopy(f"SQLite says of {file}: {fault}.") from None
        except sqlite3.DatabaseError:
            return


def sync(directory: Path) -> None:
    """Have what its files are called on disk: a name given just now outlasts a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
