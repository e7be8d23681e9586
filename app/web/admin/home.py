"""The admin's address. Its screens are not built yet: it says so, and what works meanwhile."""

from __future__ import annotations

from flask import Blueprint, Response

from app.web.recipient.rendering import language, rendered
from app.web.site import site

bp = Blueprint("admin", __name__)


@bp.get("/admin")
def home() -> Response:
    """What does the work until there are screens."""
    with site().database.reading() as connection:
        brand = site().catalogs.current(connection).brand_or_default(0)
    return rendered("admin/home.html", language(None, brand.language), brand)
