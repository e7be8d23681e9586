"""Engines for SQLite and PostgreSQL. Each statement stands by itself unless a door says BEGIN."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event, exc
from sqlalchemy.engine import URL

BUSY_SECONDS = 5.0
IDLE_SECONDS = 1.0
KEPT = 24
"""Connections a process has at most: one for each of its threads that needs one just then. They are
kept, for to sign in costs more than most of what is then asked."""
SINCE = "since"
"""Where a connection bears the moment since which it rests."""
NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
"""A machine that is gone says nothing: that its database has gone counts half a minute later."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "secure_delete=ON",
)
READ_CACHE, WRITE_CACHE = 512, 2048
"""KiB of the file's pages that a connection keeps by itself. Of readers there is one for each
thread, and the system keeps the same pages for all of them."""


def engine_for(url: URL, *, read_only: bool) -> Engine:
    """An engine whose connections refuse to write if `read_only`. It connects when first used."""
    make = _sqlite if url.get_backend_name() == "sqlite" else _postgres
    return make(url, read_only)


def _sqlite(url: URL, read_only: bool) -> Engine:
    pool: dict[str, Any] = (
        {
            "pool_timeout": BUSY_SECONDS,
            "pool_size": KEPT,
            "max_overflow": 64,
            "pool_reset_on_return": None,
        }
        if read_only
        else {"poolclass": NullPool}
    )
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
        **pool,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA cache_size=-{READ_CACHE if read_only else WRITE_CACHE}")
        connection.execute(f"PRAGMA query_only={int(read_only)}")

    return engine


def _postgres(url: URL, read_only: bool) -> Engine:
    options = f"-c jit=off -c vacuum_cost_delay=2ms -c lock_timeout={int(BUSY_SECONDS * 1000)}"
    if read_only:
        options += " -c default_transaction_read_only=on"
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        pool_timeout=BUSY_SECONDS,
        pool_size=KEPT,
        max_overflow=0,
        hide_parameters=True,  # a fault is logged, and no person's words with it
        pool_use_lifo=True,  # so that few rest, and are asked whether they still live
        use_native_hstore=False,  # for which each process would look through the server's types
        connect_args={"options": options, **NETWORK},
    )

    prepare_where_kept(engine)
    died = 0.0

    @event.listens_for(engine, "checkin")
    def rest(connection: Any, record: Any) -> None:
        """A dead one is not kept, and makes the others doubtful: they may have died with it."""
        nonlocal died
        record.info.setdefault(SINCE, time.monotonic())
        if connection is not None and connection.closed:
            died = time.monotonic()
            record.invalidate()

    @event.listens_for(engine, "checkout")
    def wake(connection: Any, record: Any, _: object) -> None:
        """One that rested, or was there when another died, may be dead; a busy one is not asked."""
        since = record.info.pop(SINCE, time.monotonic())
        if since <= died or time.monotonic() - since > IDLE_SECONDS:
            try:
                connection.execute("SELECT 1")
            except engine.dialect.loaded_dbapi.Error as dead:
                raise exc.DisconnectionError from dead

    return engine


def prepare_where_kept(engine: Engine) -> None:
    """Let PostgreSQL prepare statements, unless a pooler is between: that may give the next
    transaction another server, which knows nothing of them."""

    @event.listens_for(engine, "connect")
    def look(connection: Any, _: object) -> None:
        connection.prepare_threshold = None if is_pooled(connection) else 1


def is_pooled(connection: Any) -> bool:
    """Whether a pooler is between: the process number that it gives is not the server's."""
    server = connection.execute("SELECT pg_backend_pid()").fetchone()
    return bool(server != (connection.info.backend_pid,))
