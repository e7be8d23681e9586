"""Rendering a recipient's page: its language, and what every template is given."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Response, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.domain.catalog import Brand
from app.queries.recipient import Page
from app.queries.your_data import YourData
from app.text import dates
from app.text.languages import SOURCE, chosen
from app.text.templates import template
from app.web.current import site
from app.web.recipient.assets import style_version


def language(address_language: str | None, brand_language: str | None) -> str:
    """The language to answer the present request in."""
    header = request.headers.get("Accept-Language", "")
    return spoken(request.args.get("lang"), address_language, header, brand_language)


def language_of(page: Page | YourData) -> str:
    """The language to answer somebody in, of whom the page is."""
    return language(page.known.language, page.brand.language)


def spoken(
    chosen_now: str | None, of_address: str | None, accept_language: str, of_brand: str | None
) -> str:
    """?lang=, then the address's own, then Accept-Language, then the brand's."""
    return (
        chosen(chosen_now, of_address) or _accepted(accept_language) or chosen(of_brand) or SOURCE
    )


@lru_cache(256)
def _accepted(header: str) -> str | None:
    """The first language of an Accept-Language that we speak; most browsers send one of a few."""
    wishes = parse_accept_header(header, LanguageAccept)
    return chosen(*(wish for wish, quality in wishes if quality > 0))


def kept_query() -> str:
    """What keeps a chosen language in an URL: `?lang=nl`, or nothing."""
    kept = chosen(request.args.get("lang"))
    return f"?lang={kept}" if kept else ""


def rendered(name: str, language: str, brand: Brand, status: int = 200, **context: Any) -> Response:
    """The template `name` for this brand as a response, in its own language where it does not speak
    the one that is wanted."""
    language = language if brand.speaks(language) else brand.language
    zone = site().settings.time_zone
    root = request.script_root
    usual = {
        "brand": brand,
        "root": root,
        "stylesheet": f"{root}/brand/{brand.id}.css?v={style_version(brand.look)}",
        "type_text": lambda type_, text: type_.texts.get(text, language, brand.language),
        "brand_text": lambda text: brand.texts.get(text, language, brand.language),
        "day": lambda at: dates.day(at, language, zone),
        "short_day": lambda at: dates.short_day(at, language, zone),
        "time": lambda at: dates.time(at, language, zone),
        "kept_language": chosen(request.args.get("lang")),
    }
    html = template(name, language).render(usual | context)
    return Response(html, status, mimetype="text/html")
