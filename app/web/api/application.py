"""The API's application: no session, no form, no page; every failure a problem (issue 4)."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from app.store.catalog import Missing, OtherSecret
from app.store.doors import Unavailable
from app.web.api import description
from app.web.api.caller import quota_headers
from app.web.api.compression import compress
from app.web.api.problems import Problem, told
from app.web.api.rooms import ROOMS
from app.web.bare import bare

log = logging.getLogger(__name__)
LARGEST_BODY = 8 * 1024 * 1024
KINDS = {
    400: "malformed",
    404: "nothing-here",
    405: "method",
    408: "malformed",
    413: "large",
    414: "large",
    415: "media",
}
SAID = {408: "The body did not come in time."}


def create(main: Flask) -> Flask:
    """The API beside `main`, of which it shares the site."""
    app = bare(__name__, LARGEST_BODY)
    app.extensions = main.extensions
    main.extensions["sayso"].meter.watch(app)
    for room in ROOMS:
        room.register(app)
    app.register_blueprint(description.bp)
    app.register_error_handler(Problem, told)
    app.register_error_handler(HTTPException, refused)
    for fault in (Unavailable, Missing, OtherSecret):
        app.register_error_handler(fault, unavailable)
    app.register_error_handler(Exception, failed)
    app.after_request(finish)
    return app


def finish(response: Response) -> Response:
    """Tell what is left of the key's calls, and pack what is large."""
    response.headers.extend(quota_headers())
    return compress(response)


def refused(fault: HTTPException) -> Response:
    """A failure of HTTP's own, in our shape."""
    kept = {n: v for n, v in fault.get_headers() if n in ("Allow", "Retry-After")}
    status = fault.code or 500
    return told(Problem(KINDS.get(status, "malformed"), SAID.get(status, ""), headers=kept))


def unavailable(fault: Exception) -> Response:
    """Nothing could be read or stored: 503, and when to come back."""
    log.error("The database is unavailable: %s", fault)
    return told(Problem("unavailable", headers={"Retry-After": "30"}))


def failed(fault: Exception) -> Response:
    """A mistake of ours: logged without the address, told without details."""
    log.error("Failed: %s %s", request.method, request.endpoint, exc_info=fault)
    return told(Problem("failed"))
