"""The doors to the database: read from the primary, browse a replica, write. `commit` is said here.

The database itself refuses a write through the read doors: SQLite by `query_only`, PostgreSQL by
`default_transaction_read_only` or, behind a pooler, by a role that may only SELECT.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, exc, make_url
from sqlalchemy.engine import URL

from app.store.engines import BUSY_SECONDS, engine_for
from app.store.prepared import driver
from app.store.queue import Queue
from app.store.resting import Resting

P = ParamSpec("P")
T = TypeVar("T")
TRIES = 3
SNAPSHOT = {
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
    "SET LOCAL plan_cache_mode = force_custom_plan",
}
"""Lists ask now for what is rare and now for what is common: each deserves a plan of its own."""
WRITING = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN ISOLATION LEVEL READ COMMITTED"}
"""Under any other isolation, which may be the server's default, who waited for an address's lock
would see what was before it."""
PASSING = {"40001", "40P01"}
"""SQLSTATE of a serialisation failure and of a deadlock."""
UNDEFINED_TABLE, INSUFFICIENT_PRIVILEGE = "42P01", "42501"
LOCK_NOT_AVAILABLE = "55P03"


class Unavailable(Exception):
    """The database cannot be read or written now. Nothing is half done; asking again may help."""


class NoTables(Unavailable):
    """The database has no tables of ours: it was never set up."""


class NotAllowed(Unavailable):
    """The role may not do that with these tables."""


class Database:
    """One database, by its doors. Connections open when first used, so after a fork."""

    def __init__(
        self, url: str, read_url: str | None = None, browse_url: str | None = None
    ) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        reader = engine_for(make_url(read_url or url), read_only=True)
        self._dbapi = reader.dialect.loaded_dbapi
        self._reader = Resting(reader)
        browser = engine_for(make_url(browse_url), read_only=True) if browse_url else None
        self._browser = Resting(browser) if browser else self._reader
        writer = _SqliteWriter if self.dialect == "sqlite" else _PostgresWriter
        self._writer: _SqliteWriter | _PostgresWriter = writer(self.url)

    def reading(self) -> AbstractContextManager[Connection]:
        """The primary, read-only, each statement by itself (no BEGIN)."""
        return self._use(self._reader)

    @contextmanager
    def browsing(self) -> Iterator[Connection]:
        """A replica where there is one: a read-only transaction with one unmoving view."""
        with self._use(self._browser) as connection:
            driver(connection).execute(SNAPSHOT[self.dialect])
            try:
                yield connection
            finally:
                if not connection.invalidated:  # else it died, and the server ended it
                    driver(connection).execute("ROLLBACK")

    def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do `work` in one transaction and commit it: what is returned is on disk.

        `work` runs again after a serialisation failure, and where another writer was quicker to
        take an id or a name; so it must leave nothing outside the database, and draw its ids
        itself. Raises Unavailable when it could not be stored.
        """
        for left in reversed(range(TRIES)):
            try:
                with self._honest(), self._writer.transaction() as connection:
                    return work(connection, *args, **kwargs)
            except (Unavailable, exc.IntegrityError, self._dbapi.IntegrityError) as fault:
                if not left or not _passes(fault):
                    raise
        raise Unavailable

    def sweep(self, tables: Sequence[str]) -> bool:
        """Let nothing that was erased lie on: SQLite folds its write-ahead log into the file and
        cuts it, PostgreSQL clears the pages of `tables` and draws anew what it notes of their
        values, at no more haste than its own housekeeping; whether that was possible now."""
        with self._honest():
            return self._writer.sweep(tables)

    def close(self) -> None:
        """Close every connection."""
        self._writer.close()
        self._reader.dispose()
        self._browser.dispose()

    @contextmanager
    def _use(self, connections: Resting) -> Iterator[Connection]:
        with self._honest():
            connection = connections.take()
            try:
                yield connection
            except BaseException:
                connections.put_doubtful(connection)
                raise
            connections.put(connection)

    @contextmanager
    def _honest(self) -> Iterator[None]:
        """Every fault of the database or its driver, but for a mistake of ours, is Unavailable."""
        try:
            yield
        except (exc.TimeoutError, exc.DisconnectionError, OSError) as fault:
            raise Unavailable(str(fault)) from fault
        except (exc.DBAPIError, self._dbapi.Error) as fault:
            origin = fault.orig if isinstance(fault, exc.DBAPIError) else fault
            if _lacks_tables(origin):
                raise NoTables(str(origin)) from fault
            if _state(origin) == INSUFFICIENT_PRIVILEGE:
                raise NotAllowed(str(origin)) from fault
            ours = self._dbapi.IntegrityError, self._dbapi.ProgrammingError, self._dbapi.DataError
            if isinstance(origin, ours):
                raise
            raise Unavailable(str(origin)) from fault


def _passes(fault: Exception) -> bool:
    """Whether the same may succeed when it is done again."""
    if not isinstance(fault, Unavailable):
        return True
    cause = fault.__cause__
    return _state(cause.orig if isinstance(cause, exc.DBAPIError) else cause) in PASSING


def _state(fault: BaseException | None) -> str | None:
    """The SQLSTATE, which SQLite does not know."""
    return getattr(fault, "sqlstate", None)


def _lacks_tables(fault: BaseException | None) -> bool:
    return _state(fault) == UNDEFINED_TABLE or str(fault).startswith("no such table")


class _SqliteWriter:
    """One writer at a time: threads and processes queue, then BEGIN IMMEDIATE.

    SQLite's own busy handler sleeps and polls, which starves writers. The connection is kept: what
    counts is how long the lock is held.
    """

    def __init__(self, url: URL) -> None:
        self._engine = engine_for(url, read_only=False)
        self._queue = Queue(Path(f"{url.database}-writers"), BUSY_SECONDS)
        self._connection: Connection | None = None
        self._opened_by = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self._queue.turn():
            connection = self._open()
            try:
                driver(connection).execute(WRITING["sqlite"])
                yield connection
                driver(connection).execute("COMMIT")
            except BaseException:
                self.close()  # which rolls back, also what a failed COMMIT left open
                raise

    def sweep(self, _: Sequence[str]) -> bool:
        """Readers are not waited for: they would keep other writers waiting too."""
        with self._queue.turn(), self._engine.connect() as connection:
            driver(connection).execute("PRAGMA busy_timeout=100")
            busy, *_ = driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def _open(self) -> Connection:
        if self._connection is None or self._opened_by != os.getpid():
            self._connection, self._opened_by = self._engine.connect(), os.getpid()
        return self._connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and self._opened_by == os.getpid():
            connection.close()


class _PostgresWriter:
    """READ COMMITTED, the transaction's edges said on the driver."""

    def __init__(self, url: URL) -> None:
        self._engine = engine_for(url, read_only=False)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            try:
                driver(connection).execute(WRITING["postgresql"])
                yield connection
                driver(connection).execute("COMMIT")
            except BaseException as fault:
                connection.invalidate(fault)  # closed rather than trusted
                raise

    def sweep(self, tables: Sequence[str]) -> bool:
        """Nobody is kept waiting, and nobody waited for: who holds a table puts it off."""
        warned = set[str | None]()

        def note(said: Any) -> None:
            warned.add(said.sqlstate)

        with self._engine.connect() as connection:
            own = driver(connection)
            own.add_notice_handler(note)
            try:
                own.execute(f"VACUUM (ANALYZE, SKIP_LOCKED) {', '.join(tables)}", prepare=False)
            finally:
                own.remove_notice_handler(note)
        return LOCK_NOT_AVAILABLE not in warned

    def close(self) -> None:
        self._engine.dispose()
