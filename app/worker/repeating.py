"""Forgets what was kept for who asks the API again (services/repeats.py)."""

from __future__ import annotations

from app.services import repeats
from app.web.site import Site


class Repeating:
    """Takes away answers that were kept for a day."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def work(self) -> int:
        """Take away some of those that are due."""
        site = self._site
        with site.database.reading() as connection:
            if not repeats.is_due(connection, site.now()):
                return 0
        return site.database.write(repeats.forget, site.now())
