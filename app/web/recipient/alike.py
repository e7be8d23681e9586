"""The preference page, rendered once for all who see the same, with what is a person's own set in.

Most people have ticked what most people have ticked. What differs between two of them, the masked
address and the event number, is left out while rendering, so that nothing kept is about anybody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable

from flask import Response, request
from markupsafe import escape

from app.domain.words import Instant
from app.queries.recipient import Page, of_nobody
from app.text import dates
from app.web.recipient.rendering import kept_query
from app.web.site import site

MOST_KEPT = 1_000
ADDRESS = f"[{secrets.token_hex(16)}]"
NUMBER = 2**31 - 1
NUMBER_FIELD = 'name="number" value="{}"'


def alike(page: Page, language: str, now: Instant, render: Callable[[Page], Response]) -> Response:
    """The page; `render` is asked where nobody saw its like before."""
    pages, likeness = site().pages, _likeness(page, language, now)
    html = pages.get(likeness)
    if html is None:
        html = render(of_nobody(page, NUMBER, ADDRESS)).get_data(as_text=True)
        if len(pages) >= MOST_KEPT:
            pages.clear()
        pages[likeness] = html
    html = html.replace(ADDRESS, str(escape(page.masked or "")))
    number = NUMBER_FIELD.format(page.known.number)
    return Response(html.replace(NUMBER_FIELD.format(NUMBER), number), mimetype="text/html")


def _likeness(page: Page, language: str, now: Instant) -> Hashable:
    return (
        page.catalog.version,
        page.brand.id,
        language,
        kept_query(),
        request.script_root,
        dates.date_of(now, site().settings.time_zone),
        page.example,
        page.covered,
        page.paused_until,
        page.masked is None,
        tuple((box.type.id, box.ticked, box.awaits) for box in page.boxes),
    )
