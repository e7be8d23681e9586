"""What a link opts out of when no page is shown: as by one-click, so by mail."""

from __future__ import annotations

from app.domain.leaving import Leaving, leaving
from app.domain.words import Via
from app.links.tokens import Link
from app.services.choices import Press
from app.services.preferences import Source
from app.web.recipient.opening import scope_of
from app.web.site import Site


def leaving_by(site: Site, link: Link, via: Via) -> tuple[Press, Leaving]:
    """The press and what it opts out of. A preferences link counts as one for its brand."""
    with site.database.reading() as connection:
        catalog = site.catalogs.current(connection)
    source = Source(link.message, link.purpose, link.scope_id)
    return Press(link.key, catalog, via, site.now(), source), leaving(catalog, scope_of(link))
