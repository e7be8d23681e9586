"""Subscription types: listed in the page's order, made, edited, put in order, archived."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain import lines
from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.deeds import Deed
from app.domain.ids import id_in
from app.domain.lines import Reader
from app.queries.subscribed import COUNTED, subscribed
from app.services import catalog as services
from app.services import types as shelf
from app.services.catalog import NewType, Taken
from app.services.types import ArchivedBrand, Edited
from app.text.languages import LANGUAGES
from app.web.admin.bodies import taking
from app.web.admin.doing import do
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen, to
from app.web.admin.typed import LARGEST_FORM, Typed, as_typed
from app.web.current import site

bp = Blueprint("admin_types", __name__)
READERS: Mapping[str, Reader] = {
    "name": partial(lines.told, longest=lines.LONGEST_NAME),
    "description": lines.told,
    "frequency": partial(lines.told, longest=100),
}
MOVES = {"up": -1, "down": 1}


@bp.get("/admin/types")
@guarded(Guard.VIEWER)
def index() -> Response:
    """The types of one brand, in the order in which people see them."""
    with site().database.browsing() as connection:
        catalog = site().catalogs.current(connection)
        brand = _chosen_brand(catalog)
        types = [t for t in brand.types if not t.archived]
        counts = subscribed(connection, [t.id for t in types if not t.transactional])
    return screen(
        "types",
        brand=brand,
        brands=catalog.active_brands,
        types=types,
        archived=[t for t in brand.types if t.archived],
        spoken=spoken_by(brand),
        text=partial(text_of, brand),
        moved=request.args.get("moved", ""),
        subscribed=counts,
        most=COUNTED,
    )


@bp.post("/admin/types/order")
@guarded(Guard.EDITOR)
def order() -> AnyResponse:
    """Move one type by an arrow, or put all in the order in which their rows were dragged."""
    sent, catalog = request.form, site().catalog()
    brand = _chosen_brand(catalog)
    word = next((word for word in MOVES if word in sent), "")
    deed = (Deed.TYPES_ORDERED, ("brand", brand.id))
    if word:
        moved = _type(catalog, id_in(sent[word]) or 0).id
        do(*deed, shelf.move_type, moved, MOVES[word])
        return to(f"/admin/types?brand={brand.id}&moved={word}-{moved}")
    ids = [id_in(id_) or 0 for id_ in sent.get("order", "").split()]
    if not ids:
        abort(400)
    do(*deed, shelf.order_types, brand.id, ids)
    return to(f"/admin/types?brand={brand.id}")


@bp.get("/admin/types/new")
@guarded(Guard.EDITOR)
def ask_new() -> Response:
    """The form of a type to be."""
    return _form(_chosen_brand(site().catalog()), None, {"public": "1"}, {})


@bp.post("/admin/types/new")
@guarded(Guard.EDITOR)
@taking(LARGEST_FORM)
def make() -> AnyResponse:
    """Make a type, which subscribes nobody."""
    brand = _chosen_brand(site().catalog())
    typed = Typed(request.form)
    edited = edited_in(typed, brand)
    called = edited.texts.get(brand.language, {}).get("name", "")
    slug = typed.read("slug", lambda text: lines.slug_or_of(text, called))
    if not typed.problems:
        new = NewType(
            *(brand.id, slug, edited.texts),
            transactional=typed.ticked("transactional"),
            public=edited.public,
            confirms=edited.confirms,
        )
        try:
            do(Deed.TYPE_MADE, ("type", None), services.add_type, new, site().now())
        except Taken:
            typed.problems["slug"] = "type-slug-taken"
        except ArchivedBrand:
            abort(409)
        else:
            flash("type-made")
            return to(f"/admin/types?brand={brand.id}")
    return _form(brand, None, typed.sent, typed.problems)


@bp.get("/admin/types/<int:id_>")
@guarded(Guard.VIEWER)
def show(id_: int) -> Response:
    """One type."""
    catalog = site().catalog()
    type_ = _type(catalog, id_)
    stored = as_typed(type_.texts.by_language)
    flags = {"public": type_.public, "confirms": type_.confirms}
    ticked = {name: "1" for name, on in flags.items() if on}
    return _form(catalog.brands[type_.brand], type_, {**stored, **ticked}, {})


@bp.post("/admin/types/<int:id_>")
@guarded(Guard.EDITOR)
@taking(LARGEST_FORM)
def edit(id_: int) -> AnyResponse:
    """Save its settings and texts."""
    catalog = site().catalog()
    type_ = _type(catalog, id_)
    brand, typed = catalog.brands[type_.brand], Typed(request.form)
    edited = edited_in(typed, brand)
    if typed.problems:
        return _form(brand, type_, typed.sent, typed.problems)
    do(Deed.TYPE_EDITED, ("type", id_), shelf.edit_type, id_, edited, site().now())
    flash("type-edited")
    return to(f"/admin/types?brand={brand.id}")


@bp.post("/admin/types/<int:id_>/archive")
@guarded(Guard.EDITOR)
def archive(id_: int) -> AnyResponse:
    """Send and show it no more. Whoever opted out stays so, and its links go on opting out."""
    type_ = _type(site().catalog(), id_)
    if not type_.archived:
        do(Deed.TYPE_ARCHIVED, ("type", id_), services.archive_type, id_, site().now())
        flash("type-archived")
    return to(f"/admin/types?brand={type_.brand}")


@bp.post("/admin/types/<int:id_>/restore")
@guarded(Guard.EDITOR)
def restore(id_: int) -> AnyResponse:
    """Send and show it again."""
    catalog = site().catalog()
    type_ = _type(catalog, id_)
    if type_.archived:
        try:
            do(Deed.TYPE_RESTORED, ("type", id_), shelf.restore_type, id_, site().now())
        except ArchivedBrand:
            abort(409)
        flash("type-restored")
    return to(f"/admin/types?brand={type_.brand}")


def edited_in(typed: Typed, brand: Brand) -> Edited:
    """What a form says of a type. It needs a name in the language of its brand."""
    texts = typed.texts(READERS, LANGUAGES)
    if not texts.get(brand.language, {}).get("name"):
        typed.problems.setdefault(f"name-{brand.language}", "no-name")
    return Edited(typed.ticked("public"), typed.ticked("confirms"), texts)


def spoken_by(brand: Brand) -> list[str]:
    """The languages of its pages, its own first."""
    own = brand.language
    return [own, *(code for code in LANGUAGES if brand.speaks(code) and code != own)]


def text_of(brand: Brand, type_: SubscriptionType, name: str) -> str:
    """A text of a type as this user reads it."""
    return type_.texts.get(name, admin_language(), brand.language)


def _form(
    brand: Brand, type_: SubscriptionType | None, typed: object, problems: dict[str, str]
) -> Response:
    spoken = spoken_by(brand)
    others = [language for language in LANGUAGES if language not in spoken]
    return screen(
        "type",
        problems=problems,
        brand=brand,
        type=type_,
        typed=typed,
        spoken=[*spoken, *others],
        offered=spoken,
        text=partial(text_of, brand),
    )


def _chosen_brand(catalog: Catalog) -> Brand:
    """The brand that is asked for, else the default one, which is never archived."""
    wanted = catalog.brands.get(id_in(request.values.get("brand", "")) or 0)
    if wanted is None or (wanted.archived and request.method == "POST"):
        return catalog.brands[catalog.default_brand]
    return wanted


def _type(catalog: Catalog, id_: int) -> SubscriptionType:
    return catalog.types.get(id_) or abort(404)
