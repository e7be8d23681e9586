"""The properties of contacts, as owners define them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.contacts import SLUG, BadValue, PropertyKind, cleaned
from app.domain.lines import slug_of
from app.queries import contacts as known
from app.queries.contacts import Property
from app.services import properties
from app.services.properties import NewProperty, SlugTaken
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_properties", __name__)
FIELDS = ("name", "slug", "kind")
LONGEST_SLUG = 64


@bp.get("/admin/properties")
@guarded(Guard.OWNER)
def index() -> Response:
    """All of them."""
    with site().database.reading() as connection:
        return screen("properties", properties=known.properties(connection))


@bp.get("/admin/properties/new")
@guarded(Guard.OWNER)
def ask() -> Response:
    """The form."""
    return _new(dict.fromkeys(FIELDS, ""), {})


@bp.post("/admin/properties/new")
@guarded(Guard.OWNER)
def define() -> AnyResponse:
    """Make one."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    problems, slug = _name_problems(typed["name"]), typed["slug"] or slug_of(typed["name"])
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        problems["slug"] = "slug"
    if typed["kind"] not in PropertyKind.__members__:
        problems["kind"] = "kind"
    if problems:
        return _new(typed, problems)
    new = NewProperty(slug, cleaned(typed["name"]), PropertyKind[typed["kind"]])
    try:
        site().database.write(properties.define, new, presence.doer())
    except SlugTaken:
        return _new(typed, {"slug": "slug-taken"})
    flash("property-created")
    return to("/admin/properties")


@bp.get("/admin/properties/<int:id_>")
@guarded(Guard.OWNER)
def show(id_: int) -> Response:
    """One of them: its name, and whether it is asked for."""
    return _show(_property(id_))


@bp.post("/admin/properties/<int:id_>/name")
@guarded(Guard.OWNER)
def rename(id_: int) -> AnyResponse:
    """Call it otherwise."""
    found, name = _property(id_), request.form.get("name", "").strip()
    if problems := _name_problems(name):
        return _show(found, problems)
    site().database.write(properties.rename, id_, cleaned(name), presence.doer())
    flash("property-renamed")
    return to("/admin/properties")


@bp.post("/admin/properties/<int:id_>/archiving")
@guarded(Guard.OWNER)
def archive(id_: int) -> AnyResponse:
    """Ask for it no more."""
    _property(id_)
    site().database.write(properties.archive, id_, presence.doer())
    flash("property-archived")
    return to("/admin/properties")


@bp.post("/admin/properties/<int:id_>/restoring")
@guarded(Guard.OWNER)
def restore(id_: int) -> AnyResponse:
    """Ask for it again."""
    _property(id_)
    site().database.write(properties.restore, id_, presence.doer())
    flash("property-restored")
    return to("/admin/properties")


def _name_problems(name: str) -> dict[str, str]:
    try:
        return {} if cleaned(name) else {"name": "property-name"}
    except BadValue:
        return {"name": "property-name"}


def _property(id_: int) -> Property:
    with site().database.reading() as connection:
        found = next((p for p in known.properties(connection) if p.id == id_), None)
    if found is None:
        abort(404)
    return found


def _new(typed: dict[str, str], problems: dict[str, str]) -> Response:
    return screen("new-property", problems=problems, typed=typed, kinds=PropertyKind)


def _show(found: Property, problems: dict[str, str] | None = None) -> Response:
    return screen("property", problems=problems, subject=found)
