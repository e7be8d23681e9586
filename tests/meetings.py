"""Two who come at once: the second begins while the first is at work, and has not committed yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, text

from app.store.doors import Database
from tests.processes.installation import until

T = TypeVar("T")
U = TypeVar("U")
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


def unblocked(database: Database, first: Part, second: Callable[[Connection], T], then: Part) -> T:
    """The same, of which neither begins twice: of two who blocked each other, one would be ended
    after a second, and begin anew."""
    begun: list[object] = []

    def counted(part: Callable[[Connection], U]) -> Callable[[Connection], U]:
        def work(connection: Connection) -> U:
            begun.append(part)
            return part(connection)

        return work

    try:
        return meeting(database, counted(first), lambda other: other.write(counted(second)), then)
    finally:
        assert begun == [first, second]


def rows(database: Database, asked: Select[Any]) -> Sequence[Row[Any]]:
    """What is stored."""
    with database.reading() as connection:
        return connection.execute(asked).all()


def waits(database: Database) -> bool:
    """Whether somebody waits for a lock."""
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with database.reading() as connection:
        return bool(connection.scalar(text(asked)))
