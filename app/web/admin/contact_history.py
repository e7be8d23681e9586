"""The History tab: every event of an address, in words, with its evidence; and as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, abort, request

from app.domain.catalog import Catalog
from app.domain.ledger import Event
from app.domain.words import Actor, Scope, ScopeKind
from app.files import cells
from app.queries import contacts, history
from app.queries import record as records
from app.queries.history import COLUMNS, EVIDENCE, Search
from app.queries.references import called
from app.text.dates import exact
from app.web.admin.guards import Guard, guarded
from app.web.admin.record import brands, number, type_name
from app.web.admin.rendering import screen
from app.web.current import site

bp = Blueprint("admin_contact_history", __name__)


@bp.get("/admin/contacts/<int:id_>/history")
@guarded(Guard.VIEWER)
def index(id_: int) -> Response:
    """A page of it, newest first."""
    with site().database.reading() as connection:
        found = records.person(connection, site().catalogs, id_)
        if found is None:
            abort(404)
        happened, before = history.page(connection, found.key, _search(found.catalog))
        names = called(connection, (h.event.reference for h in happened))
        post = records.post(connection, found, site().now())
        values = contacts.told(connection, id_)
    return screen(
        "history",
        person=found,
        post=post,
        values=values,
        happened=happened,
        before=before,
        called=names,
        brands=brands(found.catalog),
        types=[t for t in found.catalog.types.values() if not t.transactional],
        actors=list(Actor),
        asked={name: request.args.get(name, "") for name in ("brand", "type", "actor")},
        name=type_name(found.catalog),
        scope_name=scope_name(found.catalog),
        exact=exact,
    )


@bp.get("/admin/contacts/<int:id_>/history.csv")
@guarded(Guard.VIEWER)
def as_csv(id_: int) -> Response:
    """All that the filter finds, as a table for spreadsheets."""
    lines = cells.lines((*COLUMNS, *EVIDENCE), (list(_cells(told)) for told in _told(id_)))
    return _file("".join(lines), "text/csv", f"history-{id_}.csv")


@bp.get("/admin/contacts/<int:id_>/history.json")
@guarded(Guard.VIEWER)
def as_json(id_: int) -> Response:
    """The same, for programs: in the words of the API, exactly as they are kept."""
    text = json.dumps(_told(id_), ensure_ascii=False, indent=1)
    return _file(text, "application/json", f"history-{id_}.json")


def _told(id_: int) -> list[dict[str, Any]]:
    with site().database.browsing() as connection:
        found = records.person(connection, site().catalogs, id_)
        if found is None:
            abort(404)
        search = _search(found.catalog)
        return list(history.history(connection, found.catalog, found.key, search))


def _cells(told: Mapping[str, Any]) -> Iterator[object]:
    yield from (told[name] for name in COLUMNS)
    yield from ((told["evidence"] or {}).get(name) for name in EVIDENCE)


def _search(catalog: Catalog) -> Search:
    """What is asked. What is asked wrongly is not asked."""
    actor = request.args.get("actor", "")
    return Search(
        _scopes(catalog),
        Actor[actor] if actor in Actor.__members__ else None,
        number("before"),
    )


def _scopes(catalog: Catalog) -> tuple[Scope, ...] | None:
    """A type, or else a brand with its types; None for everything."""
    if (type_ := number("type")) is not None:
        return (Scope.type(type_),)
    brand = catalog.brands.get(number("brand") or 0)
    if brand is None:
        return None
    return (Scope.brand(brand.id), *(Scope.type(t.id) for t in brand.types))


def scope_name(catalog: Catalog) -> Callable[[Event], str]:
    """What an event's brand or type is called; its number where nobody knows it."""
    name = type_name(catalog)

    def called_so(event: Event) -> str:
        if event.scope_kind is ScopeKind.TYPE and event.scope_id in catalog.types:
            return name(catalog.types[event.scope_id])
        brand = catalog.brands.get(event.scope_id)
        return brand.name if brand else str(event.scope_id)

    return called_so


def _file(text: str, media_type: str, name: str) -> Response:
    response = Response(text, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
