"""The chunks of a run, one after the other: the next one is worked out while the last one is
written, as a database and a worker need not wait for each other."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from app.domain.words import SECOND, Instant
from app.services.runs import Work
from app.store.runs import Run
from app.web.site import Site
from app.worker.handlers import prepared
from app.worker.importing import Chunk

FRESH = 5 * SECOND
"""What was worked out longer ago is worked out anew: it carries the time when that was."""


class _Next(NamedTuple):
    """A chunk that is being worked out, of which run, where, and since when."""

    place: tuple[Any, ...]
    since: Instant
    work: Future[Work]


class Chunks:
    """Makes chunks ready, one ahead where the kind of run allows it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._thread: ThreadPoolExecutor | None = None
        self._next: _Next | None = None

    def next(self, run: Run) -> Work:
        """The next chunk of `run`, to be done in the transaction."""
        work = self._ahead(run) or prepared(self._site, run)
        if isinstance(work, Chunk) and work.then:
            self._begin(work.then)
        return work

    def settle(self) -> None:
        """Wait until nothing is worked out any more. What was is kept for a while."""
        if self._next:
            self._next.work.exception()

    def _ahead(self, run: Run) -> Work | None:
        """What was worked out for this very place, not long ago."""
        ahead, self._next = self._next, None
        fits = ahead and ahead.place == _place(run) and self._site.now() - ahead.since < FRESH
        return ahead.work.result() if ahead and fits else None

    def _begin(self, run: Run) -> None:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "ahead")
        work = self._thread.submit(prepared, self._site, run)
        self._next = _Next(_place(run), self._site.now(), work)


def _place(run: Run) -> tuple[Any, ...]:
    """Where a run is, and all that its rows are judged by."""
    words = run.words, run.explanation, run.nonce
    return run.id, run.state, run.cursor, run.parameters, words
