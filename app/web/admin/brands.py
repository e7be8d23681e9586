"""Brands: made, saved as their form says, archived and restored."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain import lines
from app.domain.catalog import LINKS, Brand
from app.domain.colours import figures
from app.domain.deeds import Deed
from app.services import brands as services
from app.services.brands import DefaultBrand
from app.services.catalog import NewBrand, Taken, add_brand
from app.text.languages import LANGUAGES
from app.web.admin import brand_form
from app.web.admin.bodies import taking
from app.web.admin.brand_form import BrandForm
from app.web.admin.doing import do
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.admin.typed import Typed
from app.web.admin.types import spoken_by
from app.web.current import site

bp = Blueprint("admin_brands", __name__)


@bp.get("/admin/brands")
@guarded(Guard.VIEWER)
def index() -> Response:
    """All of them, those that still send first."""
    catalog = site().catalog()
    everyone = sorted(catalog.brands.values(), key=lambda brand: brand.archived)
    return screen("brands", brands=everyone, default=catalog.default_brand)


@bp.get("/admin/brands/new")
@guarded(Guard.OWNER)
def ask_new() -> Response:
    """The form of a brand to be."""
    return screen("brand-new", typed={})


@bp.post("/admin/brands/new")
@guarded(Guard.OWNER)
def make() -> AnyResponse:
    """Make a brand, and go on to the rest of it."""
    typed = Typed(request.form)
    name = typed.read("name", lines.name)
    slug = typed.read("slug", lambda text: lines.slug_or_of(text, name))
    new = NewBrand(slug, name, language=site().catalog().language)
    if not typed.problems:
        try:
            made = do(Deed.BRAND_MADE, ("brand", None), add_brand, new, site().now())
        except Taken:
            typed.problems["slug"] = "brand-slug-taken"
        else:
            flash("brand-made")
            return to(f"/admin/brands/{made}")
    return screen("brand-new", problems=typed.problems, typed=typed.sent)


@bp.get("/admin/brands/<int:id_>")
@guarded(Guard.VIEWER)
def show(id_: int) -> Response:
    """One brand."""
    brand = _brand(id_)
    return _form(brand, BrandForm(Typed(brand_form.stored(brand)), {"look": asdict(brand.look)}))


@bp.post("/admin/brands/<int:id_>")
@guarded(Guard.OWNER)
@taking(brand_form.LARGEST)
def save(id_: int) -> AnyResponse:
    """Save its look, sender, links, languages and texts."""
    brand = _brand(id_)
    form = brand_form.read(request.form, brand)
    chosen = request.files.get("logo")
    brand_form.read_logo(form, chosen.read() if chosen else b"")
    if not form.problems:
        saved = (id_, form.values, form.logo, site().now())
        try:
            do(Deed.BRAND_EDITED, ("brand", id_), services.save, *saved)
        except Taken:
            form.problems["slug"] = "brand-slug-taken"
        else:
            flash("brand-saved")
            return to(f"/admin/brands/{id_}")
    return _form(brand, form)


@bp.post("/admin/brands/<int:id_>/archive")
@guarded(Guard.OWNER)
def archive(id_: int) -> AnyResponse:
    """Archive it and its types. Its links go on opting out."""
    brand = _brand(id_)
    try:
        if not brand.archived:
            do(Deed.BRAND_ARCHIVED, ("brand", id_), services.archive, id_, site().now())
    except DefaultBrand:
        stands = Typed(brand_form.stored(brand))
        stands.problems["archive"] = "default-brand"
        return _form(brand, BrandForm(stands, {"look": asdict(brand.look)}))
    flash("brand-archived")
    return to("/admin/brands")


@bp.post("/admin/brands/<int:id_>/restore")
@guarded(Guard.OWNER)
def restore(id_: int) -> AnyResponse:
    """Have it send again, with the types that were archived with it."""
    if _brand(id_).archived:
        do(Deed.BRAND_RESTORED, ("brand", id_), services.restore, id_, site().now())
    flash("brand-restored")
    return to(f"/admin/brands/{id_}")


def _form(brand: Brand, form: BrandForm) -> Response:
    return screen(
        "brand",
        problems=form.problems,
        brand=brand,
        typed=form.typed.sent,
        offers=form.offers,
        figures=figures(brand_form.tried(form)),
        links=LINKS,
        all_languages=LANGUAGES,
        spoken=spoken_by(brand),
    )


def _brand(id_: int) -> Brand:
    return site().catalog().brands.get(id_) or abort(404)
