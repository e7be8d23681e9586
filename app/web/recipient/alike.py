"""The preference page, rendered once for all who see the same, with what is a person's own set in.

Most people have ticked what most people have ticked. What differs between two of them, the masked
address and the last event, is left out while rendering, so that nothing kept is about anybody.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable
from typing import NamedTuple

from flask import Response
from markupsafe import escape

from app.domain.ids import MOST_ID
from app.domain.ledger import GENESIS, mark
from app.domain.words import Instant
from app.queries.recipient import Page, of_nobody
from app.text import dates
from app.web.site import Site

MOST_KEPT = 1_000
READ = "sayso.page"
"""Where a request bears a page that was read for it already."""
ADDRESS = f"[{secrets.token_hex(16)}]".encode()
LAST_EVENT = b'name="number" value="%d">\n<input type="hidden" name="mark" value="%s"'
NOBODYS = LAST_EVENT % (MOST_ID, mark(GENESIS).encode())
OWN = re.compile(b"(%s|%s)" % (re.escape(ADDRESS), re.escape(NOBODYS)))


class Asked(NamedTuple):
    """How a page is asked for, as far as it shows: the language it speaks, the query that keeps a
    chosen one, and the prefix of every path."""

    language: str
    query: str
    root: str


def alike(
    site: Site, page: Page, asked: Asked, now: Instant, render: Callable[[Page], Response]
) -> bytes:
    """The page; `render` is asked where nobody saw its like before."""
    likeness = _likeness(site, page, asked, now)
    pieces = site.pages.get(likeness)
    if pieces is None:
        pieces = OWN.split(render(of_nobody(page, MOST_ID, ADDRESS.decode())).get_data())
        if len(site.pages) >= MOST_KEPT:
            site.pages.clear()
        site.pages[likeness] = pieces
    return _own(pieces, page)


def seen(site: Site, page: Page, asked: Asked, now: Instant) -> bytes | None:
    """The page where somebody saw its like before, or None."""
    pieces = site.pages.get(_likeness(site, page, asked, now))
    return None if pieces is None else _own(pieces, page)


def _own(pieces: list[bytes], page: Page) -> bytes:
    """With the person's own address and last event set in."""
    last = LAST_EVENT % (page.known.number, page.known.mark.encode())
    own = {ADDRESS: escape(page.masked or "").encode(), NOBODYS: last}
    return b"".join([own.get(piece, piece) for piece in pieces])


def _likeness(site: Site, page: Page, asked: Asked, now: Instant) -> Hashable:
    return (
        page.catalog.version,
        page.brand.id,
        asked,
        dates.date_of(now, site.settings.time_zone),
        page.example,
        page.covered,
        page.paused_until,
        page.masked is None,
        page.moved_at and dates.date_of(page.moved_at, site.settings.time_zone),
        tuple([(box.type.id, box.ticked, box.awaits) for box in page.boxes]),
    )
