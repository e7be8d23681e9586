"""The admin's stylesheet and script: cached, and the same for everybody."""

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
def script() -> str:
    """The script, which no screen needs."""
    return (ROOT / "static" / "admin.js").read_text(encoding="utf-8")


@cache
def style_version() -> str:
    """Changes with what the stylesheet says."""
    return _version(style())


@cache
def script_version() -> str:
    """Changes with what the script says."""
    return _version(script())


@bp.get("/admin/admin.css")
@guarded(Guard.ANYBODY)
def stylesheet() -> Response:
    """With its version in the URL it may be kept for ever."""
    return _kept(style(), "text/css", style_version())


@bp.get("/admin/admin.js")
@guarded(Guard.ANYBODY)
def scripts() -> Response:
    """The same."""
    return _kept(script(), "text/javascript", script_version())


def _version(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:10]


def _kept(content: str, media_type: str, version: str) -> Response:
    response = Response(content, mimetype=media_type)
    fresh = request.args.get("v") == version
    response.headers["Cache-Control"] = FOR_A_YEAR if fresh else FOR_AN_HOUR
    return response
