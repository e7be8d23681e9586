"""Connections at rest between two uses.

To ask the pool for a connection and to give it back costs more than a page's statement. What was
used just now is therefore used again at once; what rested longer goes back to the pool, which looks
whether it still lives.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress

from sqlalchemy import Connection, Engine

from app.store.engines import IDLE_SECONDS, SINCE


class Resting:
    """An engine's connections, each for one use at a time, the one used last first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._resting: deque[tuple[float, Connection]] = deque()
        self._waiting: list[None] = []

    def take(self) -> Connection:
        """A connection of one's own, until it is put back."""
        with suppress(IndexError):
            since, connection = self._resting.pop()
            if time.monotonic() - since <= IDLE_SECONDS:
                return connection
            _return(since, connection)
        return self._fresh()

    def put(self, connection: Connection) -> None:
        """It was used and is well."""
        if connection.in_transaction():
            connection.rollback()
        self._resting.append((time.monotonic(), connection))
        if self._waiting:
            self._return_all()

    def put_doubtful(self, connection: Connection) -> None:
        """Something went wrong meanwhile: if it is dead, the pool doubts those that rested then."""
        connection.close()
        self._return_all()

    def dispose(self) -> None:
        """Close every connection that nobody uses."""
        self._return_all()
        self._engine.dispose()

    def _fresh(self) -> Connection:
        """From the pool, which may have to wait until others return theirs."""
        self._waiting.append(None)
        try:
            self._return_all()
            return self._engine.connect()
        finally:
            self._waiting.pop()

    def _return_all(self) -> None:
        with suppress(IndexError):
            while True:
                _return(*self._resting.pop())


def _return(since: float, connection: Connection) -> None:
    """To the pool, which asks it whether it still lives if it rested long."""
    connection.info[SINCE] = since
    connection.close()
