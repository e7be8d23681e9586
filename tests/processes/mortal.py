"""Processes that are killed at the nth thing they do to the database: forks of this one."""

from __future__ import annotations

import os
import signal
import sqlite3
import traceback
import warnings
from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.pool import Pool

NEVER = 0


class Fate:
    """Counts the steps of all connections: each statement of a write transaction, its edges, and
    whatever comes first after it. Before a step is done, the process may be killed."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._after = False

    def listen(self) -> None:
        """To every connection that opens from now on."""
        event.listen(Pool, "connect", self._watch)

    def _watch(self, connection: object, _: object) -> None:
        assert isinstance(connection, sqlite3.Connection)
        writing = False

        def step(statement: str) -> None:
            nonlocal writing
            first_after, self._after = self._after, False
            writing = writing or statement.startswith("BEGIN IMMEDIATE")
            if (writing or first_after) and not statement.startswith("--"):
                self._left -= 1
                if not self._left:
                    os.kill(os.getpid(), signal.SIGKILL)
            if statement.startswith("COMMIT"):
                writing, self._after = False, True

        connection.set_trace_callback(step)


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
        Fate(number).listen()
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
