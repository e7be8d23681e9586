"""A limit on how long a question may take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, exc

from app.store.prepared import driver

PATIENCE_SECONDS = 2.0
"""How long whoever opens a list waits for it at the most."""
OFTEN = 4_000
"""After how many steps of SQLite's machine the clock is looked at: some tens of microseconds."""
CANCELLED = "57014"


class TooSlow(Exception):
    """The answer took too long. On PostgreSQL the transaction answers nothing more."""


@contextmanager
def in_time(connection: Connection) -> Iterator[None]:
    """Let what is asked meanwhile take PATIENCE_SECONDS, on SQLite all of it together, on
    PostgreSQL each statement; and what is asked later as long as before. Raises TooSlow."""
    own, sqlite = driver(connection), connection.dialect.name == "sqlite"
    if sqlite:
        ends = time.monotonic() + PATIENCE_SECONDS
        own.set_progress_handler(lambda: time.monotonic() > ends, OFTEN)
    else:
        own.execute(f"SET LOCAL statement_timeout = {int(PATIENCE_SECONDS * 1000)}")
    try:
        yield
    except exc.OperationalError as fault:
        if getattr(fault.orig, "sqlstate", None) == CANCELLED or str(fault.orig) == "interrupted":
            raise TooSlow from fault
        raise
    finally:
        if sqlite:
            own.set_progress_handler(None, 0)
    if not sqlite:
        own.execute("SET LOCAL statement_timeout = DEFAULT")
