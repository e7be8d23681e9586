"""Tidies away what nobody confirmed in time, and mails to whoever was erased that lie as files."""

from __future__ import annotations

from app.domain.words import MINUTE, Instant
from app.queries import contact_list
from app.queries import runs as known
from app.queries.contact_filters import Filters
from app.services import runs, tidying
from app.services.runs import SEARCH
from app.store.mail import forgotten
from app.web.site import Site
from app.worker.mail import folder_of

BEHIND = MINUTE
"""How long after an erasure it is looked once more: by then, one that had an earlier time has
committed too."""


class Tidying:
    """Any number of them may."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._erased = 0
        """When the last erasure was of which nothing is left."""
        self._again: Instant = 0

    def work(self) -> int:
        """Tidy the next ones away."""
        site = self._site
        with site.database.reading() as connection:
            due = tidying.is_due(connection, site.now())
            erased = tidying.last_erasure(connection)
        if erased > self._erased or 0 < self._again <= site.now():
            self._again = site.now() + BEHIND if erased > self._erased else 0
            self._remove_mails()
            self._give_up_searches()
            self._erased = erased
        return site.database.write(tidying.tidy, site.now()) if due else 0

    def _remove_mails(self) -> None:
        """Those that lie on this machine as files."""
        files = {file.stem: file for file in folder_of(self._site).glob("*.eml")}
        if files:
            with self._site.database.reading() as connection:
                gone = forgotten(connection)
            for id_ in gone & files.keys():
                files[id_].unlink(missing_ok=True)

    def _give_up_searches(self) -> None:
        """Of jobs that stand still and by which nobody is found any more: they may name who was."""
        site = self._site
        with site.database.reading() as connection:
            catalog = site.catalogs.current(connection)
            texts = {r.id: r.words.get(SEARCH, {}).get("text") for r in known.stopped(connection)}
            names_nobody = [
                id_
                for id_, text in texts.items()
                if text and not contact_list.matching(connection, catalog, Filters(text), 0, 1)
            ]
        for id_ in names_nobody:
            site.database.write(runs.give_up, id_, site.now())
