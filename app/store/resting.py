"""Connections at rest between two uses.

To ask the pool for a connection and to give it back costs more than a page's statement. What was
used just now is therefore used again at once; what rested longer goes back to the pool, which looks
whether it still lives.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, QueuePool

from app.store.engines import IDLE_SECONDS


class Resting:
    """An engine's connections, each for one use at a time, the one used last first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._resting: deque[tuple[float, Connection]] = deque()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection of one's own meanwhile."""
        connection = self._taken()
        try:
            yield connection
        except BaseException:
            self._return_all()  # before the one that may be dead: the pool then doubts them too
            connection.close()
            raise
        self._put(connection)

    def dispose(self) -> None:
        """Close every connection that nobody uses."""
        self._return_all()
        self._engine.dispose()

    def _taken(self) -> Connection:
        try:
            since, connection = self._resting.pop()
        except IndexError:
            return self._engine.connect()
        if time.monotonic() - since <= IDLE_SECONDS:
            return connection
        connection.close()
        self._return_all()
        return self._engine.connect()

    def _put(self, connection: Connection) -> None:
        """Where the pool is empty, somebody may wait there."""
        pool = self._engine.pool
        if isinstance(pool, QueuePool) and pool.checkedout() < pool.size():
            self._resting.append((time.monotonic(), connection))
        else:
            connection.close()

    def _return_all(self) -> None:
        while self._resting:
            try:
                _, connection = self._resting.pop()
            except IndexError:
                return
            connection.close()
