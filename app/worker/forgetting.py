"""Tidies away what nobody confirmed in time, and what erasure left in the database's own log."""

from __future__ import annotations

from app.services import tidying
from app.web.site import Site


class Forgetting:
    """Any number of them may."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._erased = 0
        """The last erasure after which the log was folded."""

    def work(self) -> int:
        """Tidy the next ones away."""
        site = self._site
        with site.database.reading() as connection:
            due = tidying.is_due(connection, site.now())
            erased = tidying.last_erasure(connection)
        if erased > self._erased and site.database.fold_log():
            self._erased = erased
        return site.database.write(tidying.tidy, site.now()) if due else 0
