"""The counting door: rate limits, and when a session was last seen. They may be lost, and when
counting fails, requests pass.

SQLite keeps them in a file of their own that never waits for the disk, PostgreSQL in an unlogged
table.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection, Engine, bindparam, create_engine, event, exc, text
from sqlalchemy.engine import make_url

from app.domain.words import DAY, Instant
from app.store.engines import KEPT, prepare_where_kept
from app.store.prepared import driver
from app.store.resting import Resting

COUNTS = "hit_count.ends_at > :now AND hit_count.ends_at <= :ends_at + 60"
"""One that ends much later than one begun now was begun when the clock was ahead."""
HIT = (
    "INSERT INTO hit_count (key, hits, ends_at) VALUES (:key, :amount, :ends_at) "  # noqa: S608
    "ON CONFLICT (key) DO UPDATE SET "
    f"hits = CASE WHEN {COUNTS} THEN hit_count.hits + :amount ELSE :amount END, "
    f"ends_at = CASE WHEN {COUNTS} THEN hit_count.ends_at ELSE :ends_at END "
    "RETURNING hits, ends_at"
)
HITS = {"sqlite": HIT, "postgresql": re.sub(r":(\w+)", r"%(\1)s", HIT)}
"""As each driver takes it: every call of the API counts, so it goes past SQLAlchemy."""
SEEN = text(
    "INSERT INTO last_seen (key, at) VALUES (:key, :at) ON CONFLICT (key) DO UPDATE SET at = :at"
)
LAST_SEEN = text("SELECT key, at FROM last_seen WHERE key IN :keys").bindparams(
    bindparam("keys", expanding=True)
)
FORGET_SEEN = text("DELETE FROM last_seen WHERE at < :at")
CREATE_SEEN = "last_seen (key VARCHAR(200) PRIMARY KEY, at BIGINT NOT NULL)"
CREATE = "hit_count (key VARCHAR(200) PRIMARY KEY, hits INTEGER NOT NULL, ends_at BIGINT NOT NULL)"
LONGEST_SECONDS = 86_400
"""No limit counts for longer than a day."""
SWEEP_EVERY = 1_000
FORGOTTEN_AFTER = 400 * DAY
FAULTS = (exc.SQLAlchemyError, OSError)


class Counts:
    """Counts hits against limits. When it fails, requests pass."""

    def __init__(self, url: str) -> None:
        self._storage = _Storage(url)
        self._limiter = FixedWindowRateLimiter(self._storage)

    def allow(self, limit: RateLimitItem, *whom: str) -> bool:
        """Count one hit of `whom`; whether it is within `limit`."""
        try:
            return self._limiter.hit(limit, *whom)
        except FAULTS:
            return True

    def spend(self, limit: RateLimitItem, *whom: str) -> tuple[int, int]:
        """Count one hit of `whom`; how many are left, fewer than none where it is too many, and in
        how many seconds they begin anew."""
        try:
            hits, ends_at = self._storage.count(limit.key_for(*whom), limit.get_expiry())
        except FAULTS:
            return limit.amount, limit.get_expiry()
        return limit.amount - hits, max(0, ends_at - int(time.time()))

    def exceeded(self, limit: RateLimitItem, *whom: str) -> bool:
        """Whether `whom` has used up `limit`, without counting."""
        try:
            return not self._limiter.test(limit, *whom)
        except FAULTS:
            return False

    def forget(self, limit: RateLimitItem, *whom: str) -> None:
        """Let `whom` begin anew. It may fail silently."""
        with suppress(*FAULTS):
            self._limiter.clear(limit, *whom)

    def see(self, key: str, at: Instant) -> None:
        """Note that `key` was seen, and forget what was not for a year. It may fail silently."""
        with suppress(*FAULTS), self._storage.engine.connect() as connection:
            _make(connection, CREATE_SEEN)
            connection.execute(SEEN, {"key": key, "at": at})
            connection.execute(FORGET_SEEN, {"at": at - FORGOTTEN_AFTER})

    def last_seen(self, key: str) -> Instant | None:
        """When `key` was seen last, as far as is known."""
        return self.all_last_seen([key]).get(key)

    def all_last_seen(self, keys: Sequence[str]) -> dict[str, Instant]:
        """When each of `keys` was seen last, those that were."""
        with suppress(*FAULTS), self._storage.engine.connect() as connection:
            _make(connection, CREATE_SEEN)
            return {key: int(at) for key, at in connection.execute(LAST_SEEN, {"keys": keys})}
        return {}

    def close(self) -> None:
        """Close every connection."""
        self._storage.connections.dispose()


class _Storage(Storage):
    """The table hit_count as a storage of the limits library."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.engine = _engine(url)
        self.connections = Resting(self.engine)
        self._ready = False
        self._hits = 0
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        return exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self.count(key, expiry, amount)[0]

    def count(self, key: str, expiry: int, amount: int = 1) -> tuple[int, int]:
        """Hits so far, and the second at which they begin anew."""
        now = int(time.time())
        values = {"key": key[:200], "amount": amount, "now": now, "ends_at": now + expiry}
        connection = self.connections.take()
        try:
            self._make_table(connection)
            self._sweep(connection, now)
            hits, ends_at = self._hit(connection, values)
        except BaseException:
            self.connections.put_doubtful(connection)
            raise
        self.connections.put(connection)
        return int(hits), int(ends_at)

    def _hit(self, connection: Connection, values: Mapping[str, Any]) -> tuple[int, int]:
        """What SQLAlchemy would do: a connection that failed is thrown away."""
        sql = HITS[connection.dialect.name]
        try:
            found: tuple[int, int] = driver(connection).execute(sql, values).fetchone()
        except connection.dialect.loaded_dbapi.Error as fault:
            connection.invalidate()
            raise exc.DBAPIError(sql, None, fault) from None
        return found

    def get(self, key: str) -> int:
        return self._read("hits", key) or 0

    def get_expiry(self, key: str) -> float:
        return float(self._read("ends_at", key) or time.time())

    def _read(self, column: str, key: str) -> int | None:
        sql = f"SELECT {column} FROM hit_count WHERE key = :key AND {COUNTS}"  # noqa: S608
        now = int(time.time())
        values = {"key": key[:200], "now": now, "ends_at": now + LONGEST_SECONDS}
        with self.engine.connect() as connection:
            self._make_table(connection)
            return connection.execute(text(sql), values).scalar_one_or_none()

    def check(self) -> bool:
        with self.engine.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar())

    def reset(self) -> int | None:
        with self.engine.connect() as connection:
            return connection.execute(text("DELETE FROM hit_count")).rowcount

    def clear(self, key: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text("DELETE FROM hit_count WHERE key = :key"), {"key": key[:200]})

    def _make_table(self, connection: Connection) -> None:
        if not self._ready:
            _make(connection, CREATE)
            self._ready = True

    def _sweep(self, connection: Connection, now: int) -> None:
        """Now and then forget what has ended, so that the table stays small."""
        with self._lock:
            self._hits += 1
            due = self._hits % SWEEP_EVERY == 0
        if due:
            connection.execute(text("DELETE FROM hit_count WHERE ends_at <= :now"), {"now": now})


def _make(connection: Connection, table: str) -> None:
    """Make a table where there is none."""
    unlogged = "" if connection.dialect.name == "sqlite" else "UNLOGGED "
    connection.execute(text(f"CREATE {unlogged}TABLE IF NOT EXISTS {table}"))


def counting_url(database_url: str, data_dir: str) -> str:
    """Where an installation counts: beside its SQLite file, or in its PostgreSQL."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return f"sqlite:///{data_dir}/counts.db"
    return database_url


def _engine(url: str) -> Engine:
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_timeout": 1}
    if make_url(url).get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": 1.0, "check_same_thread": False}
    else:
        options |= {"pool_size": KEPT, "max_overflow": 0, "use_native_hstore": False}
        options["connect_args"] = {"connect_timeout": 2}
    engine = create_engine(url, pool_reset_on_return=None, hide_parameters=True, **options)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def hurry(connection: sqlite3.Connection, _: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")

    else:
        prepare_where_kept(engine)
    return engine
