"""The admin's stylesheet: cached, and the same for everybody."""

from __future__ import annotations

import hashlib
from functools import cache

from flask import Blueprint, Response, request

from app.config import ROOT
from app.web.admin.guards import Guard, guarded
from app.web.recipient.assets import FOR_A_YEAR, FOR_AN_HOUR

bp = Blueprint("admin_assets", __name__)


@cache
def style() -> str:
    """The stylesheet."""
    return (ROOT / "static" / "admin.css").read_text(encoding="utf-8")


@cache
def style_version() -> str:
    """Changes with what the stylesheet says."""
    return hashlib.sha256(style().encode()).hexdigest()[:10]


@bp.get("/admin/admin.css")
@guarded(Guard.ANYBODY)
def stylesheet() -> Response:
    """With its version in the URL it may be kept for ever."""
    response = Response(style(), mimetype="text/css")
    fresh = request.args.get("v") == style_version()
    response.headers["Cache-Control"] = FOR_A_YEAR if fresh else FOR_AN_HOUR
    return response
