"""People's requests about their data: noted, shown, copied, erased, with their dates (R-81)."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.address import MalformedAddress, fault_in, unwrapped
from app.domain.ids import MOST_ID, MOST_STORED, id_in
from app.domain.rights import Outcome, Right
from app.files.cells import lines
from app.queries import copies, requests
from app.queries.requests import Request
from app.services import requests as service
from app.services.requests import Ended
from app.services.rights import Asked
from app.web.admin import presence, stored
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen, to
from app.web.current import site

bp = Blueprint("admin_requests", __name__)


@bp.get("/admin/requests")
@guarded(Guard.EDITOR)
def index() -> Response:
    """Those that wait, or all of them."""
    listed = requests.all_of_them if request.args.get("show") == "all" else requests.open_ones
    with site().database.browsing() as connection:
        found, after = listed(connection, _cursor(request.args.get("after", "")))
    return screen(
        "requests",
        requests=found,
        after=after,
        all=request.args.get("show") == "all",
        now=site().now(),
    )


@bp.get("/admin/requests/new")
@guarded(Guard.EDITOR)
def ask_whose() -> Response:
    """The form."""
    return screen("new-request", typed="", chosen=None, rights=Right)


@bp.post("/admin/requests/new")
@guarded(Guard.EDITOR)
def note() -> AnyResponse:
    """Keep that somebody asked. The typed address itself is not kept."""
    typed, chosen = unwrapped(request.form.get("email", "")), request.form.get("right", "")
    problems, key = {}, b""
    try:
        key = site().keys(typed)
    except MalformedAddress:
        problems["email"] = fault_in(typed)
    if chosen not in Right.__members__:
        problems["right"] = "right"
    if problems:
        return screen("new-request", problems=problems, typed=typed, chosen=chosen, rights=Right)
    by, brand = presence.doer(), site().catalog().default_brand
    asked = Asked(Right[chosen], key, brand, admin_language(), by.at, user=by.user)
    id_ = site().database.write(service.note, asked, by)
    flash("request-noted")
    return to(f"/admin/requests/{id_}")


@bp.get("/admin/requests/<int:id_>")
@guarded(Guard.EDITOR)
def show(id_: int) -> Response:
    """What is kept about the address, and what can be done."""
    return _screen("request", id_)


@bp.get("/admin/requests/<int:id_>/copy.json")
@guarded(Guard.EDITOR)
def copy_for_software(id_: int) -> Response:
    """A copy of all that is kept, as JSON."""
    text = json.dumps(_copied(id_), ensure_ascii=False, indent=2)
    return _file(text, "application/json", f"request-{id_}.json")


@bp.get("/admin/requests/<int:id_>/copy.csv")
@guarded(Guard.EDITOR)
def copy_for_a_spreadsheet(id_: int) -> Response:
    """A copy of all that is kept, as CSV."""
    text = "".join(lines(copies.HEADING, copies.rows(_copied(id_))))
    return _file(text, "text/csv", f"request-{id_}.csv")


@bp.post("/admin/requests/<int:id_>/end")
@guarded(Guard.EDITOR)
def end(id_: int) -> AnyResponse:
    """Note that it was answered, or refused."""
    outcome = Outcome.REFUSED if request.form.get("do") == "refuse" else Outcome.DONE
    _found(id_)
    try:
        site().database.write(service.finish, id_, outcome, presence.doer())
    except Ended:
        abort(409)
    flash("request-ended")
    return to("/admin/requests")


@bp.get("/admin/requests/<int:id_>/erasure")
@guarded(Guard.OWNER)
def ask_once_more(id_: int) -> Response:
    """What goes and what stays."""
    return _screen("erase", id_)


@bp.post("/admin/requests/<int:id_>/erasure")
@guarded(Guard.OWNER)
def erase(id_: int) -> AnyResponse:
    """Erase it, for the person."""
    found, policy = _found(id_), site().catalog().policy
    try:
        site().database.write(service.erase, id_, found.key, policy, presence.doer())
    except Ended:
        abort(409)
    flash("person-erased")
    return to("/admin/requests?show=all")


def _screen(name: str, id_: int) -> Response:
    found = _found(id_)
    with site().database.reading() as connection:
        kept = stored.told(connection, found.key, found.brand)
    return screen(name, subject=found, now=site().now(), **kept)


def _copied(id_: int) -> dict[str, Any]:
    found = _found(id_)
    with site().database.reading() as connection:
        catalog = site().catalogs.current(connection)
        return copies.copy(connection, catalog, found.key, site().now())


def _found(id_: int) -> Request:
    with site().database.reading() as connection:
        found = requests.one(connection, id_) if id_ <= MOST_ID else None
    if found is None:
        abort(404)
    return found


def _cursor(text: str) -> tuple[int, int] | None:
    """What a link to the next page says; one that says something else begins anew."""
    due, _, number = text.partition(".")
    at, id_ = id_in(due, MOST_STORED), id_in(number)
    return None if at is None or id_ is None else (at, id_)


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
