"""The audit trail, for owners: what users did, by user, kind and day."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.domain.deeds import Deed
from app.domain.ids import id_in
from app.queries import audit, users
from app.queries.audit import Search
from app.web.admin.days import bounds
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen
from app.web.current import site

bp = Blueprint("admin_trail", __name__)


@bp.get("/admin/audit")
@guarded(Guard.OWNER)
def index() -> Response:
    """A page of it, newest first. What is asked wrongly is not asked."""
    typed = {name: request.args.get(name, "") for name in ("user", "action", "day")}
    since, until = bounds(typed["day"])
    search = Search(
        user=id_in(typed["user"]),
        action=typed["action"] if typed["action"] in list(Deed) else None,
        since=since,
        until=until,
        before=id_in(request.args.get("before", "")),
    )
    with site().database.browsing() as connection:
        entries, before = audit.page(connection, search)
        everybody = users.everybody(connection)
        named = audit.workflows(connection, entries) | audit.contacts(connection, entries)
    return screen(
        "audit",
        named=_named() | named,
        entries=entries,
        before=before,
        typed=typed,
        users=everybody,
        deeds=[deed.value for deed in Deed],
        searched=any(typed.values()) or search.before is not None,
    )


def _named() -> dict[tuple[str, str], str]:
    """What types and brands are called, by kind and id."""
    catalog = site().catalog()
    brands = {("brand", str(brand.id)): brand.name for brand in catalog.brands.values()}
    types = {
        ("type", str(type_.id)): type_.texts.get("name", admin_language())
        for type_ in catalog.types.values()
    }
    return brands | types
