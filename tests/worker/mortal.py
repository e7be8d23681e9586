"""A database whose process may die in the midst of a write, or right after it: a cheap stand-in for
the real kills of tests/processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from app.store.doors import Database, Unavailable
from app.store.prepared import driver

STEPS = 25
"""Of SQLite's own machine, between two moments in which a process may die."""
AFTER = -1
"""It dies when all is stored, and nobody is told."""


class Killed(BaseException):
    """The process is gone."""


class Mortal(Database):
    """SQLite, by whose steps the moment of death is told."""

    _left: int | None = None

    @contextmanager
    def dying(self, moment: int | None) -> Iterator[None]:
        """Whoever writes dies at this moment, if the work takes so long; None: nobody does."""
        self._left = moment
        try:
            yield
        except (Killed, Unavailable):
            if moment is None:
                raise
        finally:
            self._left = None

    def write(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """As ever, if it is lived to see."""
        done = super().write(self._mortal, work, *args, **kwargs)
        if self._left == AFTER:
            raise Killed
        return done

    def _mortal(
        self, connection: Connection, work: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        if self._left in (None, AFTER):
            return work(connection, *args, **kwargs)
        own = driver(connection)
        own.set_progress_handler(self._strike, STEPS)
        try:
            return work(connection, *args, **kwargs)
        finally:
            own.set_progress_handler(None, STEPS)

    def _strike(self) -> bool:
        self._left = (self._left or 0) - 1
        return self._left < 0
