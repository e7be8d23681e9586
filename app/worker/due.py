"""Duties that look whether something is due, and do a bit of it in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from app.domain.words import Instant
from app.services import evidence, feed, repeats, statistics
from app.web.site import Site


class Due:
    """Work that is looked for while reading. Any number of them may."""

    def __init__(
        self,
        site: Site,
        is_due: Callable[[Connection, Instant], bool],
        do: Callable[[Connection, Instant], int],
    ) -> None:
        self._site, self._is_due, self._do = site, is_due, do

    def work(self) -> int:
        """Do some of what is due; how much. Nothing due: 0, having only read."""
        database, now = self._site.database, self._site.now()
        with database.reading() as connection:
            if not self._is_due(connection, now):
                return 0
        return database.write(self._do, now)


def sequencing(site: Site) -> Due:
    """Gives positions in the changes feed to what is committed. One is at it at a time."""
    return Due(site, lambda connection, _: feed.is_due(connection), feed.sequence)


def counting(site: Site) -> Due:
    """Counts what happened by day, for the admin's home."""
    zone = site.settings.time_zone
    return Due(site, statistics.is_due, lambda c, now: statistics.count(c, zone, now))


def ageing(site: Site) -> Due:
    """Takes out IP addresses and user agents that have been kept for long enough."""
    return Due(site, evidence.is_due, evidence.age_out)


def repeating(site: Site) -> Due:
    """Forgets what was kept for a day for who asks the API again."""
    return Due(site, repeats.is_due, repeats.forget)
