"""What people are told when something goes wrong: plain words, and never a false 200."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from app.domain.catalog import Brand, Look, Texts
from app.store.catalog import Missing, OtherSecret
from app.store.doors import Unavailable
from app.web.current import site
from app.web.recipient.fallback import lost_link
from app.web.recipient.rendering import language, rendered

log = logging.getLogger(__name__)
RETRY_AFTER = "30"
NOBODY = Brand(0, "", "", False, "en", "", "", "", Look(), Texts(0, {}))
ABOUT = {
    400: "method",
    405: "method",
    408: "silent",
    413: "large",
    414: "large",
    429: "busy",
    431: "large",
}


def register(app: Flask) -> None:
    """Let the application answer every failure with a page of ours."""
    app.register_error_handler(Unavailable, unavailable)
    app.register_error_handler(Missing, unavailable)
    app.register_error_handler(OtherSecret, unavailable)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, failed)


def unavailable(fault: Exception) -> Response:
    """Nothing could be stored, or shown: 503, and when to come back."""
    log.error("The database is unavailable: %s", fault)
    response = _message(503, "unstored" if request.method == "POST" else "unavailable")
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def refused(fault: HTTPException) -> Response:
    """A link that cannot be read leads to the page that needs none; the rest is said in words."""
    status = fault.code or 500
    if status == 404:
        return _or_unavailable(404)
    response = _message(status, ABOUT.get(status, "failed"))
    for name, value in fault.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    if status == 429:
        response.headers.setdefault("Retry-After", "60")
    return response


def failed(fault: Exception) -> Response:
    """A mistake of ours: logged without the link and the address, told without details."""
    log.error("Failed: %s %s", request.method, request.endpoint, exc_info=fault)
    return _message(500, "failed")


def _or_unavailable(status: int) -> Response:
    try:
        return lost_link(status)
    except (Unavailable, Missing, OtherSecret) as fault:
        return unavailable(fault)


def _message(status: int, about: str) -> Response:
    """Says it without asking the database anything."""
    kept = site().catalogs.kept
    brand = kept.brand_or_default(0) if kept else NOBODY
    return rendered(
        "recipient/message.html", language(None, brand.language), brand, status, about=about
    )
