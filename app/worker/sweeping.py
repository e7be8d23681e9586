"""The database forgets what it keeps beside the rows of whoever was erased, a bit at a time."""

from __future__ import annotations

from app.domain.words import HOUR, Instant
from app.store import search, traces
from app.web.site import Site

EVERY: dict[str, Instant] = {"sqlite": 0, "postgresql": HOUR}
"""How often at most it is swept, however many are erased. PostgreSQL draws what it notes of columns
from tens of thousands of pages of each table, whatever there is to be forgotten."""


class Sweeping:
    """Rewrites SQLite's index of trigrams, and has the database swept. Any number of them may."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._next: Instant = 0

    def work(self) -> int:
        """One part of it, where that is owed. It is owed until, after the last one, the database
        could be swept."""
        database, now = self._site.database, self._site.now()
        with database.reading() as connection:
            begun = search.begun(connection)
        if begun is None or 0 < self._next - now <= HOUR:
            return 0  # a longer wait was begun when the clock was ahead
        done = database.write(search.forget_a_bit)
        if begun and not done:
            return 1
        self._next = now + EVERY[database.dialect]
        swept = database.sweep(traces.SWEPT)
        if done and swept:
            database.write(search.settle)
        return int(swept or not done)
