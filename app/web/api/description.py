"""The API described: for programs as OpenAPI, for people as a page that needs no third party."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from flask import Blueprint, Response, request

from app.config import ROOT
from app.domain.keys import KeyScope
from app.text.templates import template
from app.web.api.openapi import described
from app.web.api.problems import KINDS
from app.web.api.rooms import OURS
from app.web.current import site

bp = Blueprint("description", __name__)
AN_HOUR = "public, max-age=3600"


@bp.get("/api/openapi.json")
def openapi() -> Response:
    """The description. It says nothing that is secret."""
    return _cached(json.dumps(_description(), indent=1), "application/json")


@bp.get("/api/docs")
def docs() -> Response:
    """The same to read."""
    description = _description()
    html = template("api/docs.html", "en").render(
        root=request.script_root,
        description=description,
        scopes=[scope.value for scope in KeyScope],
        kinds=KINDS,
        resolved=lambda schema: _resolved(description, schema),
    )
    return _cached(html, "text/html")


@bp.get("/api/docs.css")
def stylesheet() -> Response:
    """What the page wears."""
    return _cached((ROOT / "static" / "api.css").read_text(encoding="utf-8"), "text/css")


def _description() -> dict[str, Any]:
    return _described(site().settings.base_url)


@cache
def _described(base_url: str) -> dict[str, Any]:
    return described((operation for room in OURS for operation in room), base_url)


def _cached(content: str, media_type: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.set_etag(hashlib.sha256(content.encode()).hexdigest()[:16], weak=True)
    response.headers["Cache-Control"] = AN_HOUR
    response.make_conditional(request)
    return response


def _resolved(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that is referred to, one step."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = description["components"]["schemas"].get(name, schema)
    return found
