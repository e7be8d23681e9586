"""The loop that leases what is owed and does it. Idle, it only reads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from itertools import count
from typing import NamedTuple, Protocol

from app.queries.waiting import due
from app.store.catalog import Missing, OtherSecret
from app.store.doors import Unavailable
from app.web.site import Site
from app.worker.delivering import Delivering
from app.worker.due import ageing, counting, repeating, sequencing
from app.worker.enrolling import Entering, Stepping
from app.worker.import_erasing import ErasingFromImports
from app.worker.importing import ForgettingFiles
from app.worker.mailing import Mailing
from app.worker.running import Running
from app.worker.shortening_delays import ShorteningDelays
from app.worker.sweeping import Sweeping
from app.worker.tidying import Tidying

log = logging.getLogger(__name__)
SOON, SELDOM, TROUBLED = 1.0, 10, 10.0
"""Seconds between two looks for what is due; every how manyth of them is everybody's own; seconds
for which a duty rests that just failed."""


class Duty(Protocol):
    """One kind of work that is owed as rows."""

    def work(self) -> int:
        """Do a little of what is due now, a second's worth at most where it can be divided, and
        note it; how much was dealt with. Nothing due: 0, having only read."""


DUTIES: dict[Callable[[Site], Duty], str | None] = {
    Mailing: "outbox",
    sequencing: "unsequenced",
    Delivering: "webhooks",
    Entering: "workflows",
    Stepping: "workflows",
    Running: "runs",
    counting: None,
    ageing: None,
    ErasingFromImports: None,
    ForgettingFiles: None,
    Tidying: None,
    Sweeping: None,
    repeating: None,
    ShorteningDelays: None,
}
"""Each with the queue in which somebody waits for it, by its name in queries/waiting.py. Where
nobody does, it looks by itself, and seldom: so an idle worker takes next to nothing."""


class Attended(NamedTuple):
    """A duty, and what wakes it."""

    duty: Duty
    queue: str | None
    bell: threading.Event


class Worker:
    """Any number of them, as threads or processes, on any number of machines."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._all = [Attended(make(site), of, threading.Event()) for make, of in DUTIES.items()]

    def run(self, ending: threading.Event) -> None:
        """Work until `ending` is set. Each duty has a thread: none waits for the others."""
        threads = [
            threading.Thread(target=self._attend, args=(each, ending), daemon=True)
            for each in self._all
        ]
        for thread in threads:
            thread.start()
        for look in count(1):
            if ending.wait(SOON):
                break
            self._wake(self._due() if look % SELDOM else None)
        self._wake(None)
        for thread in threads:
            thread.join()

    def work(self) -> int:
        """Do a little of everything that is due now; how much was dealt with."""
        return sum(each.duty.work() for each in self._all)

    def _due(self) -> frozenset[str] | None:
        """In which queues something may be due; None: that cannot be told now."""
        try:
            with self._site.database.reading() as connection:
                return due(connection, self._site.now())
        except Exception:
            return None  # whoever looks then says why

    def _wake(self, queues: frozenset[str] | None) -> None:
        """Whoever deals with these, or everybody."""
        for each in self._all:
            if queues is None or each.queue in queues:
                each.bell.set()

    def _attend(self, each: Attended, ending: threading.Event) -> None:
        """Let a duty work until nothing is due to it, and again when its bell rings, which it also
        may while the duty looks."""
        while True:
            each.bell.clear()
            if ending.is_set():
                return
            rest = self._rest_after(each.duty)
            if rest is None:
                each.bell.wait()
            else:
                ending.wait(rest)

    def _rest_after(self, duty: Duty) -> float | None:
        """Do a little of one duty, whose failure leaves the others alone; for how many seconds to
        rest, None where nothing is due."""
        try:
            return 0.0 if duty.work() else None
        except (Unavailable, OtherSecret, Missing) as fault:
            log.warning("Put off: %s", str(fault) or "there is no account yet")
        except Exception:
            log.exception("The worker failed, and goes on")
        return TROUBLED
