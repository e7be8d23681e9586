"""Rendering a screen of the admin: its language, and what every template is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, get_flashed_messages, redirect, request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as AnyResponse

from app.domain.users import Role
from app.text import dates, numbers
from app.text.languages import chosen
from app.text.templates import template
from app.web.admin.assets import script_version, style_version
from app.web.admin.presence import user_here
from app.web.current import site
from app.web.recipient.rendering import language


def screen(
    name_of: str, status: int = 200, *, problems: Mapping[str, str] | None = None, **context: Any
) -> Response:
    """The template `admin/NAME_OF.html`. `problems`: what is wrong, by field, by its word in
    components/admin_problems.html; with some, the status is 400 unless it is told."""
    spoken, zone = admin_language(), site().settings.time_zone
    problems = problems or {}
    html = template(f"admin/{name_of}.html", spoken).render(
        root=request.script_root,
        stylesheet=f"{request.script_root}/admin/admin.css?v={style_version()}",
        script=f"{request.script_root}/admin/admin.js?v={script_version()}",
        user=user_here(),
        roles=Role,
        path=request.path,
        csrf=generate_csrf(),
        said=_said(),
        problems=problems,
        number=lambda number: numbers.number(number, spoken),
        day=lambda at: dates.day(at, spoken, zone),
        dated=lambda day: dates.dated(day, spoken),
        time=lambda at: dates.time(at, spoken, zone),
        **context,
    )
    if problems and status == 200:
        status = 400
    return Response(html, status, mimetype="text/html")


def to(path: str) -> AnyResponse:
    """To another screen, as the answer to a press."""
    return redirect(request.script_root + path, 303)


def admin_language() -> str:
    """?lang=, then Accept-Language, then the account's."""
    kept = site().catalogs.kept
    return language(None, chosen(kept.language if kept else None))


def _said() -> str:
    """The word for what was just done; it is said once."""
    return str(next(iter(get_flashed_messages()), ""))
