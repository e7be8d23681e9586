"""What the program has the driver do, written down, so that a yardstick can do just that."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import make_url

from app.store.engines import PRAGMAS

Statement = tuple[str, Any]
"""SQL, and its values or None."""


class Dialect(NamedTuple):
    """What statements ask of SQLAlchemy's dialect."""

    name: str


class Tape:
    """Stands for a connection of SQLAlchemy where statements run on the driver beneath it."""

    def __init__(self, driver: Any, dialect: str) -> None:
        self._driver = driver
        self.dialect = Dialect(dialect)
        self.connection = SimpleNamespace(driver_connection=self)
        self.statements: list[Statement] = []

    def execute(self, sql: str, values: Any = None) -> Any:
        """Write it down, and let it happen."""
        self.statements.append((sql, values))
        return self._driver.execute(sql) if values is None else self._driver.execute(sql, values)

    def cut(self) -> list[Statement]:
        """What was written down since the last cut. Nothing of it is kept in the database."""
        self._driver.execute("ROLLBACK")
        self._driver.execute("BEGIN")
        taken, self.statements = self.statements, []
        return taken


@contextmanager
def taping(url: str) -> Iterator[Tape]:
    """A tape on a database that keeps nothing of what happens."""
    connection = connect(url)
    connection.execute("BEGIN")
    try:
        yield Tape(connection, make_url(url).get_backend_name())
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def connect(url: str) -> Any:
    """A bare connection of the driver, set as the program sets its own."""
    if url.startswith("sqlite"):
        made = sqlite3.connect(
            url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
        )
        for pragma in PRAGMAS:
            made.execute(f"PRAGMA {pragma}")
        return made
    return psycopg.connect(
        url.replace("postgresql+psycopg://", "postgresql://"),
        autocommit=True,
        options="-c jit=off",
        prepare_threshold=1,
    )
