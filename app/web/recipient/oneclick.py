"""RFC 8058: what it does, and a body as tolerant as mail programs need it (R-06, R-07, R-14)."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from flask import Request, abort

from app.domain.catalog import Catalog
from app.domain.leaving import leaving
from app.domain.words import Scope, Via
from app.links.purposes import Purpose
from app.links.tokens import Link
from app.services import choices
from app.services.choices import Press
from app.services.preferences import Source
from app.web.current import site
from app.web.recipient.opening import evidence, scope_of
from app.web.site import Site

FIELD, VALUE = "list-unsubscribe", "one-click"
DONE = b"Unsubscribed.\n"


def opt_out(site: Site, link: Link, environ: WSGIEnvironment) -> None:
    """Do what the provider asks: it is on disk when this returns. What shows it is theirs, and no
    text was shown."""
    if link.purpose is Purpose.EXAMPLE:
        return
    scope = scope_of(link)
    catalog = _catalog_for(site, scope)
    source = Source(link.message, link.purpose, link.scope_id)
    shows = evidence("provider", environ)
    press = Press(link.key, catalog, Via.ONE_CLICK, site.now(), source, evidence=shows)
    site.database.write(choices.leave, press, leaving(catalog, scope))


def _catalog_for(site: Site, scope: Scope) -> Catalog:
    """A catalogue that knows `scope` if anything does. The kept one does, but for new ids."""
    kept = site.catalogs.kept
    if kept and kept.knows(scope):
        return kept
    return site.catalog()


def is_one_click(request: Request) -> bool:
    """Whether the body speaks of List-Unsubscribe at all."""
    return any(name.casefold() == FIELD for name, _ in _fields(request))


def require_one_click(request: Request) -> None:
    """400 where a readable body says something else than One-Click, and where a strict
    installation gets none."""
    fields = _fields(request)
    said = next((value for name, value in fields if name.casefold() == FIELD), None)
    if said is not None:
        if said.strip().casefold() != VALUE:
            abort(400)
    elif fields or _is_json(request) or site().settings.one_click == "strict":
        abort(400)


def _fields(request: Request) -> list[tuple[str, str]]:
    """The body's fields, in order; none where it is absent or unreadable."""
    raw = request.get_data(cache=True)
    if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return list(request.form.items(multi=True))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return []
    return [] if text.lstrip().startswith("--") else parse_qsl(text)


def _is_json(request: Request) -> bool:
    try:
        return isinstance(json.loads(request.get_data(cache=True)), dict | list)
    except RecursionError:
        return True
    except ValueError:
        return request.mimetype == "application/json"
