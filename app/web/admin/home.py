"""The admin's home. Most screens are not built yet: it says what does their work meanwhile."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen

bp = Blueprint("admin", __name__)


@bp.get("/admin")
@guarded(Guard.VIEWER)
def home() -> Response:
    """Who you are, and what can be done."""
    return screen("home")


@bp.get("/admin/<path:lost>")
@guarded(Guard.VIEWER)
def nowhere(lost: str) -> Response:
    """404, as a screen of the admin, to users; others sign in first."""
    del lost
    abort(404)
