"""The loop that leases what is owed and does it. Idle, it only reads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from app.store.catalog import Missing, OtherSecret
from app.store.doors import Unavailable
from app.web.site import Site
from app.worker.due import ageing, counting, repeating, sequencing
from app.worker.enrolling import Entering, Stepping
from app.worker.forgetting import Forgetting
from app.worker.importing import Tidying
from app.worker.mailing import Mailing
from app.worker.rewriting import Rewriting
from app.worker.running import Running
from app.worker.shortening import Shortening
from app.worker.sifting import Sifting
from app.worker.telling import Telling

log = logging.getLogger(__name__)
SOON, SELDOM, TROUBLED = 1.0, 10.0, 10.0
"""How many seconds a duty rests that has nothing to do: few where somebody waits for it, more where
nobody does, so that an idle worker takes next to nothing; and one that just failed."""


class Duty(Protocol):
    """One kind of work that is owed as rows."""

    def work(self) -> int:
        """Do a little of what is due now, a second's worth at most where it can be divided, and
        note it; how much was dealt with. Nothing due: 0, having only read."""


DUTIES: dict[Callable[[Site], Duty], float] = {
    Mailing: SOON,
    sequencing: SOON,
    Telling: SOON,
    Entering: SOON,
    Stepping: SOON,
    Running: SOON,
    counting: SELDOM,
    ageing: SELDOM,
    Sifting: SELDOM,
    Tidying: SELDOM,
    Rewriting: SELDOM,
    Forgetting: SELDOM,
    repeating: SELDOM,
    Shortening: SELDOM,
}


class Worker:
    """Any number of them, as threads or processes, on any number of machines."""

    def __init__(self, site: Site) -> None:
        self._duties = [(make(site), rest) for make, rest in DUTIES.items()]

    def run(self, ending: threading.Event) -> None:
        """Work until `ending` is set. Each duty has a thread: none waits for the others."""
        threads = [
            threading.Thread(target=self._attend, args=(*duty, ending), daemon=True)
            for duty in self._duties
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _attend(self, duty: Duty, rest: float, ending: threading.Event) -> None:
        while not ending.is_set():
            ending.wait(self._nap_after(duty, rest))

    def work(self) -> int:
        """Do a little of everything that is due now; how much was dealt with."""
        return sum(duty.work() for duty, _ in self._duties)

    def _nap_after(self, duty: Duty, rest: float) -> float:
        """Do a little of one duty, whose failure leaves the others alone; how long to rest."""
        try:
            return 0.0 if duty.work() else rest
        except (Unavailable, OtherSecret, Missing) as fault:
            log.warning("Put off: %s", str(fault) or "there is no account yet")
        except Exception:
            log.exception("The worker failed, and goes on")
        return TROUBLED
