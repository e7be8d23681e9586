"""Brings forward what a clock that was ahead put off."""

from __future__ import annotations

import time

from app.services import delays
from app.web.site import Site

EVERY_SECONDS = 60.0


class ShorteningDelays:
    """Any number of them may."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._next = 0.0

    def work(self) -> int:
        """Once a minute, by a clock that nobody sets; how much was brought forward."""
        site = self._site
        if time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + EVERY_SECONDS
        with site.database.reading() as connection:
            if not delays.any_too_long(connection, site.now()):
                return 0
        return site.database.write(delays.shorten, site.now())
