"""Duties that walk the ledger in the order of time, behind the present."""

from __future__ import annotations

from app.services import evidence, statistics
from app.web.site import Site


class Counting:
    """Counts what happened by day, for the admin's home."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def work(self) -> int:
        """Count the next events that nobody has counted."""
        site = self._site
        with site.database.reading() as connection:
            if not statistics.is_due(connection, site.now()):
                return 0
        return site.database.write(statistics.count, site.settings.time_zone, site.now())


class Ageing:
    """Takes out IP addresses and user agents that have been kept for long enough."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def work(self) -> int:
        """Take them out of the next evidence that is too old."""
        site = self._site
        with site.database.reading() as connection:
            if not evidence.is_due(connection, site.now()):
                return 0
        return site.database.write(evidence.age_out, site.now())
