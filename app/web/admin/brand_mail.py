"""The text of a brand's mail with the preferences link, by language, with its preview."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.catalog import Brand
from app.domain.letters import BRAND, LINK, Letter
from app.services import letters
from app.text import letters as made
from app.text.languages import LANGUAGES, chosen
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_brand_mail", __name__)


@bp.get("/admin/brands/<int:id_>/mail")
@guarded(Guard.OWNER)
def show(id_: int) -> Response:
    """The text in one language, and how the mail reads."""
    brand = _brand(id_)
    language = _language(brand)
    kept = Letter.among(brand.texts.by_language.get(language, {}))
    return _screen(brand, language, kept, {})


@bp.post("/admin/brands/<int:id_>/mail")
@guarded(Guard.OWNER)
def save(id_: int) -> AnyResponse:
    """Save it, or only show how it would read. Both empty: the program's own text again."""
    brand = _brand(id_)
    language, fields = _language(brand), request.form
    typed = Letter.typed(fields.get("subject", ""), fields.get("body", ""))
    problems = typed.problems()
    if problems or fields.get("do") == "preview":
        return _screen(brand, language, typed, problems)
    site().database.write(letters.word, id_, language, typed, presence.doer())
    flash("mail-worded")
    return to(f"/admin/brands/{id_}/mail?language={language}")


def _screen(brand: Brand, language: str, typed: Letter, problems: Mapping[str, str]) -> Response:
    own = {
        code for code in LANGUAGES if Letter.among(brand.texts.by_language.get(code, {})).texts()
    }
    return screen(
        "brand-mail",
        problems=problems,
        brand=brand,
        language=language,
        own=own,
        typed=typed,
        placeholders=(LINK, BRAND),
        preview=None if problems else _preview(brand, language, typed),
    )


def _preview(brand: Brand, language: str, typed: Letter) -> Letter:
    """As the mail reads with these words. Its link is an example, which changes nothing."""
    url = site().links.example_url(brand.id)
    return made.preferences_link(brand, language, url, typed)


def _brand(id_: int) -> Brand:
    found = site().catalog().brands.get(id_)
    if found is None:
        abort(404)
    return found


def _language(brand: Brand) -> str:
    return chosen(request.values.get("language"), brand.language) or "en"
