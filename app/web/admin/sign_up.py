"""A brand's sign-up form: where it is, its HTML for other pages, and what it says of consent."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.catalog import Brand, Catalog
from app.domain.signing_up import NOTICE, offered
from app.services import signing_up
from app.text.languages import chosen
from app.text.templates import template
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_sign_up", __name__)
LONGEST = 1_000


@bp.get("/admin/brands/<int:id_>/sign-up")
@guarded(Guard.VIEWER)
def show(id_: int) -> Response:
    """The form's address and its HTML in one language."""
    catalog, brand = _found(id_)
    language = chosen(request.args.get("language"), brand.language) or "en"
    return screen(
        "sign-up",
        brand=brand,
        language=language,
        types=offered(brand),
        url=f"{site().links.base.text}/s/{brand.slug}?lang={language}",
        snippet=_snippet(catalog, brand, language),
        notice=brand.texts.by_language.get(language, {}).get(NOTICE, ""),
        longest=LONGEST,
    )


@bp.post("/admin/brands/<int:id_>/sign-up")
@guarded(Guard.EDITOR)
def word(id_: int) -> AnyResponse:
    """Say something else of consent, as a new version of the brand's texts."""
    _found(id_)
    language = chosen(request.form.get("language")) or "en"
    typed = request.form.get("notice", "").replace("\0", "").strip()[:LONGEST]
    site().database.write(signing_up.word, id_, language, typed, presence.doer())
    flash("sign-up-worded")
    return to(f"/admin/brands/{id_}/sign-up?language={language}")


def _snippet(catalog: Catalog, brand: Brand, language: str) -> str:
    """Plain HTML, without script, cookie or style of ours; it carries the versions it shows."""
    made = template("components/sign-up.html", language).make_module()
    form = made.form(  # type: ignore[attr-defined]
        brand,
        offered(brand),
        catalog,
        f"{site().links.base.text}/s/{brand.slug}?lang={language}",
        lambda type_, text: type_.texts.get(text, language, brand.language),
        brand.texts.get(NOTICE, language, brand.language),
        "",
        "",
        (),
    )
    return "\n".join(line for line in str(form).splitlines() if line.strip())


def _found(id_: int) -> tuple[Catalog, Brand]:
    catalog = site().catalog()
    if id_ not in catalog.brands:
        abort(404)
    return catalog, catalog.brands[id_]
