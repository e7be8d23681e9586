"""Mailings, named by editors so that history and home call them by name."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain import lines
from app.domain.catalog import Catalog
from app.domain.ids import id_in
from app.queries import messages as named
from app.queries.messages import PAGE, Message
from app.services import messages
from app.services.messages import NewMessage, Taken
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.admin.typed import Typed
from app.web.current import site

bp = Blueprint("admin_mailings", __name__)
FOLDER = "/admin/mailings"
FIELDS = ("name", "number", "volume", "brand")


@bp.get(FOLDER)
@guarded(Guard.VIEWER)
def index() -> Response:
    """A page of them, by their numbers."""
    after = id_in(request.args.get("after", "")) or 0
    catalog = site().catalog()
    with site().database.browsing() as connection:
        found = named.page(connection, catalog.brands, after)
    last = found[-1].number if len(found) == PAGE else None
    return screen("mailings", mailings=found, last=last, brands=catalog.brands)


@bp.get(f"{FOLDER}/new")
@guarded(Guard.EDITOR)
def ask() -> Response:
    """The form; with the number filled in, where home leads from an unnamed one."""
    return _form(site().catalog(), None, {}, {"number": request.args.get("number", "")})


@bp.post(f"{FOLDER}/new")
@guarded(Guard.EDITOR)
def name() -> AnyResponse:
    """Name one."""
    catalog, typed = site().catalog(), Typed(request.form)
    called, volume = typed.read("name", lines.name), _number(typed, "volume", "volume", least=0)
    number = _number(typed, "number", "mailing-number", least=1)
    brand = id_in(request.form.get("brand", ""))
    if brand not in catalog.brands:
        typed.problems["brand"] = "brand"
    if not typed.problems:
        new = NewMessage(brand or 0, called, number, volume)
        try:
            site().database.write(messages.name, new, presence.doer())
        except Taken:
            typed.problems["number"] = "mailing-taken"
    return _done_or(catalog, None, typed)


@bp.get(f"{FOLDER}/<int:id_>")
@guarded(Guard.EDITOR)
def show(id_: int) -> Response:
    """One of them, to be changed."""
    found = _mailing(id_)
    volume = "" if found.volume is None else str(found.volume)
    return _form(site().catalog(), found, {}, {"name": found.name, "volume": volume})


@bp.post(f"{FOLDER}/<int:id_>")
@guarded(Guard.EDITOR)
def change(id_: int) -> AnyResponse:
    """Call it otherwise, or tell how many mails it has."""
    found, typed = _mailing(id_), Typed(request.form)
    called, volume = typed.read("name", lines.name), _number(typed, "volume", "volume", least=0)
    if not typed.problems:
        changed = {"name": called, "volume": volume}
        site().database.write(messages.change, id_, changed, presence.doer())
    return _done_or(site().catalog(), found, typed)


def _done_or(catalog: Catalog, found: Message | None, typed: Typed) -> AnyResponse:
    """To the list; or the form again, with what is wrong."""
    if typed.problems:
        sent = {name: request.form.get(name, "") for name in FIELDS}
        return _form(catalog, found, typed.problems, sent)
    flash("mailing-named")
    return to(FOLDER)


def _form(
    catalog: Catalog, found: Message | None, problems: dict[str, str], typed: Mapping[str, str]
) -> Response:
    shown = {**dict.fromkeys(FIELDS, ""), **typed}
    return screen(
        "mailing", problems=problems, mailing=found, typed=shown, brands=catalog.active_brands
    )


def _mailing(number: int) -> Message:
    with site().database.reading() as connection:
        found = named.by_number(connection, number)
    if found is None:
        abort(404)
    return found


def _number(typed: Typed, field: str, problem: str, *, least: int) -> int | None:
    """The number in a field that may be left empty."""
    text = typed.sent.get(field, "").strip()
    number = id_in(text)
    if text and (number is None or number < least):
        typed.problems[field] = problem
    return number
