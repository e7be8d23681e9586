"""A queue on a lock file: one writer at a time over all threads and processes of one machine."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHORTEST_NAP, LONGEST_NAP = 0.0002, 0.0004
LONG, BREATH = 0.02, 0.001
"""Seconds: who held it for longer rests for a breath, and so finds out whether anybody waits."""
RESTS = 2
"""How many times as long as it was held others go first then: who waits are people."""


class _Rest(threading.local):
    """Of each thread: until when it lets others go first, by the monotonic clock."""

    until = 0.0


class Queue:
    """Threads wait at a lock, the first of each process at the file. The kernel frees the file of
    a killed process. flock cannot wait with a limit, so the first asks again after short naps.

    Who had to wait for a turn, and then held it long, rests before the next: others go first.
    """

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._threads = threading.Lock()
        self._file = -1
        self._opened_by = 0
        self._rest = _Rest()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn and hold it. Raises TimeoutError after `patience` seconds."""
        time.sleep(max(0.0, self._rest.until - time.monotonic()))
        asked = time.monotonic()
        ends = asked + self._patience
        if not self._threads.acquire(timeout=self._patience):
            raise TimeoutError("other writers kept the database busy")
        try:
            file = self._open()
            _lock(file, ends)
            began = time.monotonic()
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
                self._rest.until = time.monotonic() + _rest(began - asked, time.monotonic() - began)
        finally:
            self._threads.release()

    def _open(self) -> int:
        """Opened after a fork: a lock is the open file's, and children would share it."""
        if self._opened_by != os.getpid():
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._opened_by = os.getpid()
        return self._file


def _rest(waited: float, held: float) -> float:
    """Seconds for which others go first; none after what was held for a moment, as by a choice."""
    if held < LONG:
        return 0.0
    return RESTS * held if waited > BREATH else BREATH


def _lock(file: int, ends: float) -> None:
    nap = SHORTEST_NAP
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                raise TimeoutError("another process kept the database busy") from None
            time.sleep(nap)
            nap = min(nap * 1.5, LONGEST_NAP)
