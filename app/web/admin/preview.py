"""The preference page as it would be, beside the form that changes it. Its buttons are off."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, abort, request

from app.domain.catalog import Brand, Catalog, Look, SubscriptionType, Texts
from app.domain.colours import COLOUR
from app.queries import previews
from app.queries.recipient import Page
from app.text.languages import chosen
from app.web import headers
from app.web.admin import brand_form
from app.web.admin.bodies import taking
from app.web.admin.guards import Guard, guarded
from app.web.admin.typed import LARGEST_FORM, Typed
from app.web.admin.types import edited_in
from app.web.current import site
from app.web.recipient.assets import style_in
from app.web.recipient.rendering import rendered

bp = Blueprint("admin_preview", __name__)
SCHEMES = ("light", "dark")
CONTENT_SECURITY_POLICY = headers.CONTENT_SECURITY_POLICY.replace(
    "form-action 'self'", "form-action 'none'"
).replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""What lies in a frame of the admin can send nothing, and lies in no other frame."""


@bp.get("/admin/preview.css")
@guarded(Guard.ANYBODY)
def stylesheet() -> Response:
    """The stylesheet of a look that may not be saved yet, as one scheme shows it."""
    colours = {name: request.args.get(name, "") for name in ("light", "on", "dark", "ondark")}
    if not all(map(COLOUR.fullmatch, colours.values())):
        abort(404)
    return Response(style_in(Look(*colours.values()), _scheme()), mimetype="text/css")


@bp.get("/admin/brands/<int:id_>/preview")
@guarded(Guard.VIEWER)
def of_brand(id_: int) -> Response:
    """As it is saved; `?type=` is shown where it is private too."""
    catalog = site().catalog()
    brand = catalog.brands.get(id_) or abort(404)
    type_ = catalog.types.get(request.args.get("type", 0, type=int))
    if type_ is None or type_.brand != brand.id:
        return _framed(previews.preview(catalog, brand, site().now()))
    shown = replace(type_, archived=False)
    return _framed(previews.preview_with(catalog, brand, shown, site().now()))


@bp.post("/admin/brands/<int:id_>/preview")
@guarded(Guard.OWNER)
@taking(brand_form.LARGEST)
def of_brand_form(id_: int) -> Response:
    """As the form beside it says. What is wrong with it is left as it is saved."""
    catalog = site().catalog()
    brand = catalog.brands.get(id_) or abort(404)
    form = brand_form.read(request.form, brand)
    values = {name: value for name, value in form.values.items() if name not in form.problems}
    values["languages"] = tuple(values["languages"])
    values["texts"] = Texts(brand.texts.version, values["texts"])
    values["look"] = Look(**values["look"])
    return _framed(previews.preview(catalog, replace(brand, **values), site().now()))


@bp.post("/admin/types/preview")
@guarded(Guard.EDITOR)
@taking(LARGEST_FORM)
def of_type_form() -> Response:
    """With a type as the form beside it says, made or to be made."""
    catalog = site().catalog()
    brand = _brand(catalog)
    typed = Typed(request.form)
    edited = edited_in(typed, brand)
    made = catalog.types.get(request.form.get("type", 0, type=int))
    shown = replace(
        made or _to_be(brand, transactional=typed.ticked("transactional")),
        public=edited.public,
        confirms=edited.confirms,
        archived=False,
        texts=Texts(0, edited.texts),
    )
    return _framed(previews.preview_with(catalog, brand, shown, site().now()))


def _to_be(brand: Brand, *, transactional: bool) -> SubscriptionType:
    texts = Texts(0, {})
    return SubscriptionType(
        0, brand.id, "", transactional, public=True, confirms=False, archived=False, position=0,
        texts=texts,
    )  # fmt: skip


def _brand(catalog: Catalog) -> Brand:
    return catalog.brands.get(request.form.get("brand", 0, type=int)) or abort(404)


def _scheme() -> str:
    wanted = request.values.get("scheme", "")
    return wanted if wanted in SCHEMES else SCHEMES[0]


def _framed(page: Page) -> Response:
    brand, scheme, look = page.brand, _scheme(), page.brand.look
    spoken = chosen(request.args.get("lang"), brand.language) or "en"
    colours = dict(zip(("light", "on", "dark", "ondark"), look_colours(look), strict=True))
    query = "&".join(f"{name}=%23{colour[1:]}" for name, colour in colours.items())
    response = rendered(
        "recipient/preferences.html",
        spoken,
        brand,
        stylesheet=f"{request.script_root}/admin/preview.css?scheme={scheme}&{query}",
        page=page,
        problem="",
        made=None,
        now=site().now(),
        keep=f"&scheme={scheme}",
        here=f"{request.script_root}/admin/brands/{brand.id}/preview",
    )
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def look_colours(look: Look) -> tuple[str, str, str, str]:
    """The four numbers that a brand is."""
    return look.light, look.on_light, look.dark, look.on_dark
