"""The index of what is searched forgets whoever was erased, a bit at a time."""

from __future__ import annotations

from app.store import search, traces
from app.web.site import Site


class Rewriting:
    """Rewrites SQLite's index of trigrams after an erasure."""

    def __init__(self, site: Site) -> None:
        self._database = site.database

    def work(self) -> int:
        """One part of it, where that is owed. It is owed until, after the last one, the database's
        own log could be swept."""
        with self._database.reading() as connection:
            begun = search.begun(connection)
        if begun is None:
            return 0
        done = self._database.write(search.forget_a_bit)
        swept = (done or not begun) and self._database.sweep(traces.SWEPT)
        if done and swept:
            self._database.write(search.settle)
        return int(swept or not done)
