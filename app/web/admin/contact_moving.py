"""A contact's change of address: what both have chosen is shown before (rules.md, 2)."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.address import unwrapped
from app.domain.catalog import Catalog
from app.queries import contacts as known
from app.queries.contacts import Contact
from app.queries.moving import Chosen, chosen
from app.services import moving
from app.services.contacts import Gone, Taken
from app.services.moving import Move
from app.web.admin import presence
from app.web.admin.contact_edit import address_problems
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen, to
from app.web.current import site

bp = Blueprint("admin_contact_moving", __name__)


class Moving(NamedTuple):
    """The contact that moves, and what stands for its old address and the new one."""

    catalog: Catalog
    contact: Contact
    here: Chosen
    there: Chosen | None
    taken: int | None


@bp.get("/admin/contacts/<int:id_>/address")
@guarded(Guard.EDITOR)
def ask(id_: int) -> Response:
    """Which address it is to be."""
    return _screen(id_, "", {})


@bp.post("/admin/contacts/<int:id_>/address")
@guarded(Guard.EDITOR)
def change(id_: int) -> AnyResponse:
    """First show what both have chosen; told so, change it."""
    typed = unwrapped(request.form.get("email", ""))
    problems = address_problems(typed)
    if problems or request.form.get("do") != "change":
        return _screen(id_, typed, problems)
    catalog = site().catalog()
    along = request.form.get("along") == "yes"
    move = Move(id_, site().keys(typed), typed, take_along=along)
    try:
        site().database.write(moving.change_address, move, catalog, presence.doer())
    except Gone:
        abort(404)
    except Taken:
        return _screen(id_, typed, {})
    flash("contact-moved")
    return to(f"/admin/contacts/{id_}")


def _screen(id_: int, typed: str, problems: dict[str, str]) -> Response:
    found = _moving(id_, "" if problems else typed)
    if found.taken is not None:
        problems = {"email": "contact-taken"}
    return screen(
        "contact-address",
        problems=problems,
        moving=found,
        contact=found.contact,
        typed=typed,
        language=admin_language(),
        brands=found.catalog.brands,
        types=found.catalog.types,
    )


def _moving(id_: int, typed: str) -> Moving:
    with site().database.reading() as connection:
        catalog = site().catalogs.current(connection)
        contact = known.by_id(connection, id_)
        if contact is None:
            abort(404)
        here = chosen(connection, contact.key)
        if not typed:
            return Moving(catalog, contact, here, None, None)
        key = site().keys(typed)
        other = known.by_key(connection, key) if key != contact.key else None
        there = None if key == contact.key else chosen(connection, key)
        return Moving(catalog, contact, here, there, other.id if other else None)
