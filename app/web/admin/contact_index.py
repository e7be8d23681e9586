"""The list of contacts: searched and filtered by its address, sorted, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from app.domain.address import unwrapped
from app.domain.catalog import Catalog
from app.domain.contacts import LONGEST_SEARCH, Source
from app.domain.ids import MOST_STORED, id_in
from app.domain.words import Status
from app.queries import contact_list
from app.queries.contact_filters import Filters, Out
from app.queries.contact_list import COUNTED, Order, Search
from app.text.languages import LANGUAGES
from app.web.admin import stored
from app.web.admin.days import bounds
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen
from app.web.current import site

bp = Blueprint("admin_contacts", __name__)
FILTERS = ("q", "brand", "type", "status", "out", "from", "to", "source", "language")
NO_SORT: Mapping[str, str] = {}


class Chip(NamedTuple):
    """A filter that is set: its name, what it says, and the address of the list without it."""

    name: str
    value: str
    without: str


@bp.get("/admin/contacts")
@guarded(Guard.VIEWER)
def index() -> Response:
    """A page of it. What is asked wrongly is not asked."""
    args = request.args
    order = args.get("sort", "").upper()
    with site().database.browsing() as connection:
        catalog = site().catalogs.current(connection)
        search = Search(
            filters_of(args, catalog),
            Order[order] if order in Order.__members__ else Order.ADDRESS,
            id_in(args.get("after", ""), MOST_STORED),
            id_in(args.get("before", ""), MOST_STORED),
        )
        page = contact_list.page(connection, catalog, search, site().now())
        whole = "" if page.rows or page.slow else unwrapped(search.filters.text)
        gone = whole if stored.remembered(connection, whole) else None
    typed = typed_of(args, catalog)
    sort = {} if search.order is Order.ADDRESS else {"sort": search.order.name.lower()}
    return screen(
        "contacts",
        page=page,
        stored=gone,
        most=COUNTED,
        longest=LONGEST_SEARCH,
        typed={name: typed.get(name, "") for name in FILTERS},
        sort=search.order.name.lower(),
        orders=[each.name.lower() for each in Order],
        chips=chips_of(typed, sort),
        query=urlencode(typed),
        address=lambda **more: _address({**typed, **sort, **more}),
        brands=list(catalog.brands.values()),
        types=[t for t in catalog.types.values() if not t.transactional],
        statuses=[status.name.lower() for status in Status],
        outs=[out.value for out in Out],
        sources=[source.name.lower() for source in Source],
        spoken=admin_language(),
    )


def filters_of(args: Mapping[str, str], catalog: Catalog) -> Filters:
    """The filters that a query or a form names."""
    typed = typed_of(args, catalog)
    return Filters(
        text=typed.get("q", ""),
        type=id_in(typed.get("type", "")),
        status=Status[typed["status"].upper()] if "status" in typed else None,
        out=Out(typed["out"]) if "out" in typed else None,
        since=bounds(typed.get("from", ""))[0],
        until=bounds(typed.get("to", ""))[1],
        source=Source[typed["source"].upper()] if "source" in typed else None,
        brand=id_in(typed.get("brand", "")),
        language=typed.get("language"),
    )


def typed_of(args: Mapping[str, str], catalog: Catalog) -> dict[str, str]:
    """Those of the fields FILTERS that say something, as a form or an address carries them."""
    typed = {name: args.get(name, "").replace("\0", "").strip() for name in FILTERS}
    typed["q"] = typed["q"][:LONGEST_SEARCH]
    good = {
        "brand": id_in(typed["brand"]) in catalog.brands,
        "type": id_in(typed["type"]) in catalog.types and typed["status"] != "",
        "status": id_in(typed["type"]) in catalog.types
        and typed["status"].upper() in Status.__members__,
        "out": typed["out"] in list(Out),
        "from": bounds(typed["from"])[0] is not None,
        "to": bounds(typed["to"])[1] is not None,
        "source": typed["source"].upper() in Source.__members__,
        "language": typed["language"] in LANGUAGES,
    }
    return {name: value for name, value in typed.items() if value and good.get(name, True)}


def chips_of(typed: Mapping[str, str], sort: Mapping[str, str] = NO_SORT) -> list[Chip]:
    """The filters that are set."""
    return list(_chips(typed, sort))


def _chips(typed: Mapping[str, str], sort: Mapping[str, str]) -> Iterator[Chip]:
    """A type and its status are one filter."""
    for name, value in typed.items():
        if name != "status":
            gone = {name, "status"} if name == "type" else {name}
            left = {n: v for n, v in typed.items() if n not in gone}
            yield Chip(name, value, _address({**left, **sort}))


def _address(asked: Mapping[str, object]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return f"{request.script_root}/admin/contacts" + (f"?{query}" if query else "")
