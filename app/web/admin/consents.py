"""Consents that end soon, by when they end, with the way to renew each."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.domain.ids import MOST_STORED, id_in
from app.domain.words import DAY
from app.queries import consents
from app.queries.consents import Cursor, Search
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen
from app.web.current import site

bp = Blueprint("admin_consents", __name__)
WITHIN = (30, 90, 365)


@bp.get("/admin/consents")
@guarded(Guard.VIEWER)
def index() -> Response:
    """Those that end within so many days. What is asked wrongly is not asked."""
    now, spoken = site().now(), admin_language()
    asked = request.args.get("within", type=int)
    within = asked if asked in WITHIN else WITHIN[0]
    type_ = request.args.get("type", type=int)
    with site().database.browsing() as connection:
        catalog = site().catalogs.current(connection)
        of_type = type_ if type_ in catalog.types else None
        after = _cursor(request.args.get("after", ""))
        found, following = consents.ending(
            connection, Search(now, now + within * DAY, of_type, after)
        )
    names = {
        t.id: t.texts.get("name", spoken, catalog.brands[t.brand].language) or t.slug
        for t in catalog.types.values()
    }
    return screen(
        "consents",
        found=found,
        after=following and f"{following[0]}.{following[1].hex()}.{following[2]}",
        within=within,
        choices=WITHIN,
        type=of_type,
        types=[t for t in catalog.types.values() if not t.transactional],
        names=names,
    )


def _cursor(text: str) -> Cursor | None:
    try:
        ends, key, type_ = text.split(".")
        place = id_in(ends, MOST_STORED), bytes.fromhex(key), id_in(type_)
    except ValueError:
        return None
    at, key_, of = place
    return None if at is None or of is None else (at, key_, of)
