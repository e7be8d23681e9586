"""A brand's stylesheet (base and colours) and its logo: cached, and the same for everybody."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache

from flask import Blueprint, Response, abort, request

from app.config import ROOT
from app.domain.catalog import Look
from app.queries.logos import logo_of
from app.web.current import site

bp = Blueprint("assets", __name__)
FOR_A_YEAR = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
MOST_LOOKS = 100
"""Stylesheets kept: anybody may ask for any colours, of which there are no end."""


@cache
def base_style() -> str:
    """What every brand shares, without its comments."""
    return (ROOT / "static" / "recipient.css").read_text(encoding="utf-8")


@lru_cache(MOST_LOOKS)
def style(look: Look) -> str:
    """The whole stylesheet of a brand: four numbers, and what is shared."""
    return (
        f":root{{--brand-light:{look.light};--on-brand-light:{look.on_light};"
        f"--brand-dark:{look.dark};--on-brand-dark:{look.on_dark}}}\n{base_style()}"
    )


@lru_cache(MOST_LOOKS)
def style_version(look: Look) -> str:
    """Changes with what the stylesheet says."""
    return hashlib.sha256(style(look).encode()).hexdigest()[:10]


IN_DARK = "@media (prefers-color-scheme: dark)"


@lru_cache(MOST_LOOKS)
def style_in(look: Look, scheme: str) -> str:
    """The stylesheet as a device in this scheme, "light" or "dark", sees it."""
    forced = style(look).replace("color-scheme: light dark", f"color-scheme: {scheme}")
    return forced.replace(IN_DARK, "@media all" if scheme == "dark" else "@media not all")


@bp.get("/brand/<int:brand>.css")
def stylesheet(brand: int) -> Response:
    """Base and colours. With its version in the URL it may be kept for ever."""
    look = site().catalog().brand_or_default(brand).look
    response = Response(style(look), mimetype="text/css")
    fresh = request.args.get("v") == style_version(look)
    response.headers["Cache-Control"] = FOR_A_YEAR if fresh else FOR_AN_HOUR
    return response


@bp.get("/brand/<int(max=2147483647):brand>/logo")
def logo(brand: int) -> Response:
    """The brand's logo, as a raster image."""
    with site().database.reading() as connection:
        found = logo_of(connection, brand)
    if found is None:
        abort(404)
    response = Response(found.content, mimetype=found.media_type)
    response.headers["Cache-Control"] = FOR_A_YEAR if "v" in request.args else FOR_AN_HOUR
    return response
