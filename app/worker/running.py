"""Runs that are owed work: leased in turn, and carried on for a moment each."""

from __future__ import annotations

import logging
import time
from functools import partial

from app.domain.words import Instant
from app.services import runs
from app.store.doors import Unavailable
from app.store.runs import Run
from app.web.site import Site
from app.worker.ahead import Chunks

log = logging.getLogger(__name__)
TURN_SECONDS = 0.5
"""How long a worker stays at one run before other duties and runs have their turn."""


class Running:
    """Carries runs on. Any number of them may, on any number of machines."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._chunks = Chunks(site)

    def work(self) -> int:
        """Do some chunks of the run that waited longest; how many."""
        site = self._site
        with site.database.reading() as connection:
            if not runs.owed(connection, site.now()):
                return 0
        run = site.database.write(runs.claim, site.now())
        return 0 if run is None else self._carry_on(run)

    def _carry_on(self, claimed: Run) -> int:
        run: Run | None = claimed
        ends, chunks = time.monotonic() + TURN_SECONDS, 0
        try:
            while run and run.at_work and (not chunks or time.monotonic() < ends):
                run = self._chunk(run)
                chunks += 1
        except Unavailable:
            raise  # not the run's own fault; its lease ends by itself
        except Exception as mistake:
            log.exception("Run %s cannot go on now", claimed.id)
            fault = type(mistake).__name__
            self._site.database.write(runs.stumble, claimed, fault, self._site.now())
            return chunks + 1
        finally:
            self._chunks.settle()
        if run and run.at_work:
            self._site.database.write(runs.release, run.id, self._site.now())
        return chunks

    def _chunk(self, run: Run) -> Run | None:
        """One chunk; the run as it is then, or None where it is another's."""
        began = time.monotonic()
        work = self._chunks.next(run)
        spent = partial(_spent_since, began)
        return self._site.database.write(runs.advance, run, work, spent, self._site.now())


def _spent_since(began: float) -> Instant:
    return int((time.monotonic() - began) * 1000)
