"""The index of what is searched forgets whoever was erased, a bit at a time."""

from __future__ import annotations

from app.store import search
from app.web.site import Site


class Rewriting:
    """Rewrites SQLite's index of trigrams after an erasure."""

    def __init__(self, site: Site) -> None:
        self._database = site.database

    def work(self) -> int:
        """One part of it, where that is owed; after the last one the database's own log goes."""
        if not self._owes():
            return 0
        self._database.write(search.forget_a_bit)
        if not self._owes():
            self._database.fold_log()
        return 1

    def _owes(self) -> bool:
        with self._database.reading() as connection:
            return search.owes_forgetting(connection)
