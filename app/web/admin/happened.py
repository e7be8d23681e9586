"""The history of all addresses: who opted out, subscribed or complained, when and how."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from app.domain.catalog import Catalog
from app.domain.ids import MOST_STORED, id_in
from app.domain.statistics import Outcome
from app.domain.words import DAY, Via
from app.queries import happened
from app.queries.happened import Place, Search
from app.queries.references import called
from app.web.admin.contact_history import scope_name
from app.web.admin.days import bounds
from app.web.admin.guards import Guard, guarded
from app.web.admin.record import type_name
from app.web.admin.rendering import screen
from app.web.current import site

bp = Blueprint("admin_happened", __name__)
FILTERS = ("what", "via", "type", "mailing", "from", "to")
USUALLY = 14 * DAY


@bp.get("/admin/history")
@guarded(Guard.VIEWER)
def index() -> Response:
    """A page of it, newest first, of the last days unless others are asked for."""
    typed = {name: request.args.get(name, "") for name in FILTERS}
    with site().database.browsing() as connection:
        catalog = site().catalogs.current(connection)
        search = _search(typed, catalog)
        page = happened.page(connection, search)
        names = called(connection, (e.happened.event.reference for e in page.entries))
    return screen(
        "happened",
        page=page,
        search=search,
        typed=typed,
        called=names,
        outcomes=[outcome.name for outcome in Outcome],
        vias=[via.name for via in Via],
        types=[t for t in catalog.types.values() if not t.transactional],
        name=type_name(catalog),
        scope_name=scope_name(catalog),
        older=_older(typed, page.before),
    )


def _search(typed: Mapping[str, str], catalog: Catalog) -> Search:
    """What is asked. What is asked wrongly is not asked."""
    now, what, via = site().now(), typed["what"], typed["via"]
    since, until = bounds(typed["from"])[0], bounds(typed["to"])[1]
    type_, mailing = id_in(typed["type"]), id_in(typed["mailing"])
    until = now + 1 if until is None else until
    return Search(
        until - USUALLY if since is None else since,
        until,
        Outcome[what] if what in Outcome.__members__ else None,
        Via[via] if via in Via.__members__ else None,
        type_ if type_ in catalog.types else None,
        mailing or None,
        _before(),
    )


def _before() -> Place | None:
    """The place that a page begins at: its time, key and number."""
    at, _, rest = request.args.get("before", "").partition("-")
    key, _, number = rest.partition("-")
    moment, event = id_in(at, MOST_STORED), id_in(number)
    if moment is None or event is None:
        return None
    try:
        return Place(moment, bytes.fromhex(key), event)
    except ValueError:
        return None


def _older(typed: Mapping[str, str], before: Place | None) -> str:
    """The address of the next page; empty where there is none."""
    if before is None:
        return ""
    place = f"{before.at}-{before.key.hex()}-{before.number}"
    return f"/admin/history?{urlencode({**typed, 'before': place})}"
