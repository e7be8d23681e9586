"""How soon the program answers, and what it does while nobody asks for anything."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import pairwise

import psycopg

from app.store.doors import Database
from bench import serving, world
from bench.databases import Kind
from bench.report import Measured
from bench.serving import Running
from bench.sizes import IDLE
from bench.turns import in_turns, medians, ratio

SETTLING_SECONDS = 15
"""What is done once after a start is done by then."""
Start = Callable[[], AbstractContextManager[Running]]


def measure(kind: Kind) -> list[Measured]:
    """From the command to the first answer, beside a Flask hello by the same server; then a minute
    in which nothing is asked: the processor's time of all processes, and what was written."""
    url = kind.empty()
    database = Database(url)
    world.settle(database)
    database.close()
    pairs = in_turns(
        lambda _: _started(lambda: serving.sayso(url, kind.home)),
        lambda _: _started(lambda: serving.floor("hello")),
    )
    ours, hello = (f"{seconds:.2f} s" for seconds in medians(pairs, float))
    start = "start, until it answers"
    measured = [Measured(start, kind.name, ours, hello, ratio(pairs, float), "< 1 s")]
    with _undisturbed(kind, url), serving.sayso(url, kind.home) as running:
        return [*measured, *_idle(kind, url, running)]


@contextmanager
def _undisturbed(kind: Kind, url: str) -> Iterator[None]:
    """PostgreSQL analyses the catalogues of a new database by itself within a minute or two, a
    transaction number for each: its own housekeeping rests, so that only ours are counted."""
    if kind.name == "sqlite":
        yield
        return
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("ALTER SYSTEM RESET autovacuum")
            connection.execute("SELECT pg_reload_conf()")


def _started(start: Start) -> float:
    """How many seconds until the first answer."""
    with start() as running:
        return running.started_in


def _idle(kind: Kind, url: str, running: Running) -> list[Measured]:
    """Of all processes together; one core is 1."""
    time.sleep(SETTLING_SECONDS)
    before, begun = running.cpu_seconds_of_all(), time.monotonic()
    written = (_sqlite_writes if kind.name == "sqlite" else _postgresql_writes)(url)
    share = (running.cpu_seconds_of_all() - before) / (time.monotonic() - begun)
    what = f"idle for {IDLE} s"
    return [
        Measured(f"{what}, of a core", kind.name, f"{share:.2%}", "1 %", share / 0.01, "≤ 1"),
        Measured(f"{what}, writes", kind.name, str(written), "0", float(written), "0"),
    ]


def _sqlite_writes(url: str) -> int:
    """In how many seconds of the idle time somebody committed a change."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        seen = [_version(connection)]
        for _ in range(IDLE):
            time.sleep(1)
            seen.append(_version(connection))
    return sum(one != other for one, other in pairwise(seen))


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _postgresql_writes(url: str) -> int:
    """How many transactions got a number, which only those do that write."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        begun = _next_number(connection)
        time.sleep(IDLE)
        return _next_number(connection) - begun


def _next_number(connection: psycopg.Connection[tuple[int]]) -> int:
    asked = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    found = asked.fetchone()
    return found[0] if found else 0
