"""The one sequencer of the changes feed."""

from __future__ import annotations

from app.services import feed
from app.web.site import Site


class Sequencing:
    """Gives positions to what is committed. Any number of them may: one is at it at a time."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def work(self) -> int:
        """Give the next events their positions."""
        with self._site.database.reading() as connection:
            if not feed.is_due(connection):
                return 0
        return self._site.database.write(feed.sequence, self._site.now())
