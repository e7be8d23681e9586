"""Lists to take away: chosen on one screen, and streamed by a press that the audit trail keeps."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from app.domain.catalog import Catalog
from app.domain.deeds import Deed
from app.domain.words import Instant
from app.files.listing import Format, name_of, written
from app.queries.exports import NAMES, Wanted, What, export
from app.services import audit
from app.web.admin import presence
from app.web.admin.contact_index import chips_of, filters_of, typed_of
from app.web.admin.guards import Guard, guarded
from app.web.admin.naming import names
from app.web.admin.rendering import admin_language, screen
from app.web.current import site

bp = Blueprint("admin_exports", __name__)


@bp.get("/admin/exports")
@guarded(Guard.EDITOR)
def index() -> Response:
    """What there is to take away, and about what. Where filters come along: the contacts that
    match."""
    with site().database.browsing() as connection:
        catalog = site().catalogs.current(connection)
    brands = [*catalog.brands.values()]
    typed = typed_of(request.args, catalog)
    return screen(
        "exports",
        lists=[What.CONTACTS] if typed else list(What),
        brands=brands,
        types={b.id: [t for t in b.types if not t.transactional] for b in brands},
        at=site().now(),
        typed=typed,
        chips=chips_of(typed),
        all_types=list(catalog.types.values()),
        spoken=admin_language(),
        **names(catalog),
    )


@bp.post("/admin/exports")
@guarded(Guard.EDITOR)
def take() -> Response:
    """The list, as it is read."""
    what, form = request.form.get("what", ""), request.form.get("format", "")
    if what not in list(What) or form not in list(Format):
        abort(400)
    by = presence.doer()
    with site().database.browsing() as connection:
        wanted = _wanted(What(what), site().catalogs.current(connection), by.at)
    site().database.write(audit.note, by, Deed.LIST_EXPORTED, ("list", what))
    found = export(site().database.browsing, wanted)
    response = Response(written(Format(form), *found), mimetype=Format(form).media_type)
    name = name_of(NAMES[wanted.what], by.at, Format(form))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _wanted(what: What, catalog: Catalog, now: Instant) -> Wanted:
    """About a type or a brand, where one is named."""
    kind, _, id_ = request.form.get("about", "").partition(":")
    number = int(id_) if id_.isascii() and id_.isdigit() else 0
    type_ = catalog.types.get(number) if kind == "type" else None
    brand = catalog.brands.get(number) if kind == "brand" else None
    if kind and type_ is None and brand is None:
        abort(400)
    matching = what is What.CONTACTS and typed_of(request.form, catalog)
    filters = filters_of(request.form, catalog) if matching else None
    return Wanted(what, catalog, now, type_, brand, filters)
