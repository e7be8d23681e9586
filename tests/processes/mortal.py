"""Processes that are killed at the nth thing they do to the database: forks of this one. On
PostgreSQL the server lives on, and finds itself left alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.pool import Pool

from app.store.doors import WRITING

NEVER = 0


class Fate:
    """Counts the steps of all connections: a write transaction begins, commits (all in it is done,
    and nothing is kept), and what comes first after it. The process may be killed before each."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._after = False
        self._begins = WRITING["postgresql"]

    def listen(self) -> None:
        """To every connection that opens from now on."""
        event.listen(Pool, "connect", self._watch)
        execute = psycopg.Cursor.execute

        def watched(cursor: Any, query: Any, *rest: Any, **more: Any) -> Any:
            self.step(query if isinstance(query, str) else str(query))
            return execute(cursor, query, *rest, **more)

        psycopg.Cursor.execute = watched  # type: ignore[method-assign, assignment]

    def _watch(self, connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            self._begins = WRITING["sqlite"]
            connection.set_trace_callback(self.step)

    def step(self, statement: str) -> None:
        """One thing more: a statement, or what is no statement."""
        first_after, self._after = self._after, statement == "COMMIT"
        if first_after or statement in (self._begins, "COMMIT"):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


def lives(work: Callable[[], object], number: int = NEVER) -> bool:
    """Do `work` in a process of its own that is killed before its nth step, if it takes so many;
    whether it came to its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads here only serve it
        pid = os.fork()
    if not pid:
        _live(work, number)
    _, status = os.waitpid(pid, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "it failed; see above"
    return os.WIFEXITED(status)


def _live(work: Callable[[], object], number: int) -> None:
    try:
        fate = Fate(number)
        fate.listen()
        work()
        fate.step("")  # as when the answer is to be sent
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
