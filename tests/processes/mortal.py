"""Processes that are killed at the nth thing they do to the database: forks of this one. On
PostgreSQL the server lives on, and finds itself left alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.pool import Pool

from app.store.doors import WRITING

NEVER = 0
READING = ("SELECT", "WITH", "SHOW", "PRAGMA")
FILES = ("os.rename", "os.remove", "os.link", "os.mkdir", "sqlite3.connect", "subprocess.Popen")
"""What Python tells of a process that does something with files."""


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


class Closely(Fate):
    """Counts more: each statement that may change something, each part of a COPY, each file that is
    made, opened to be written, named anew or removed, each program that is started."""

    def listen(self) -> None:
        """To all of this process, for ever."""
        sys.addaudithook(self._hear)
        event.listen(Pool, "connect", self._watch)
        event.listen(Pool, "close", lambda *_: self.step("closed"))
        connect = sqlite3.connect

        def watched(*given: Any, **more: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*given, **more)
            connection.set_trace_callback(self.step)
            return connection

        # Only this fork has it. What Python tells of a connection that is made comes too early to
        # ask anything of it.
        sqlite3.connect = watched  # type: ignore[assignment]
        for kind, name in ((psycopg.Cursor, "execute"), (psycopg.Copy, "write")):
            self._before(kind, name)
        self._before(psycopg.Connection, "commit", lambda: self.step("committed"))

    def _before(self, kind: type, name: str, after: Callable[[], object] = bool) -> None:
        does = getattr(kind, name)

        def watched(of: Any, *given: Any, **more: Any) -> Any:
            first = given[0] if given else name
            self.step(first.decode() if isinstance(first, bytes) else str(first))
            done = does(of, *given, **more)
            after()
            return done

        setattr(kind, name, watched)

    def _hear(self, what: str, given: tuple[Any, ...]) -> None:
        if what in FILES or (what == "open" and given[2] & os.O_ACCMODE):
            self.step(what)

    def step(self, statement: str) -> None:
        """One thing more."""
        if "journal_mode" in statement or not statement.lstrip().startswith(READING):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


def lives(work: Callable[[], object], number: int = NEVER, fate: type[Fate] = Fate) -> bool:
    """Do `work` in a process of its own that is killed before its nth step, if it takes so many;
    whether it came to its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads here only serve it
        pid = os.fork()
    if not pid:
        _live(work, fate(number))
    _, status = os.waitpid(pid, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "it failed; see above"
    return os.WIFEXITED(status)


def _live(work: Callable[[], object], fate: Fate) -> None:
    try:
        fate.listen()
        work()
        fate.step("")  # as when the answer is to be sent
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
