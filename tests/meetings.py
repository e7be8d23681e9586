"""Two who come at once: the second begins while the first is at work, and has not committed yet."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, text

from app.store.doors import Database
from tests.processes.installation import until

T = TypeVar("T")
Part = Callable[[Connection], object]


def nothing(_: Connection) -> None:
    """All was done before."""


def meeting(
    database: Database, first: Part, second: Callable[[Database], T], then: Part = nothing
) -> T:
    """What `second` comes to, by a database of its own. It begins after `first`; once it waits, or
    did not have to, `then` is done in the same transaction as `first`, and that is committed."""
    other = Database(database.url.render_as_string(hide_password=False))
    begun: list[Future[T]] = []

    def work(connection: Connection) -> None:
        first(connection)
        if not begun:
            begun.append(pool.submit(second, other))
        until(lambda: begun[0].done() or waits(database), "the second one comes")
        then(connection)

    with ThreadPoolExecutor(1) as pool:
        database.write(work)
    try:
        return begun[0].result()
    finally:
        other.close()


def waits(database: Database) -> bool:
    """Whether somebody waits for a lock."""
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with database.reading() as connection:
        return bool(connection.scalar(text(asked)))
