"""The admin, put together: every route under one guard of presses, headers and errors."""

from __future__ import annotations

import logging

from flask import Blueprint, Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import BadRequest, HTTPException

from app.store.catalog import Missing, OtherSecret
from app.store.doors import Unavailable
from app.web import headers
from app.web.admin import (
    assets,
    brand_mail,
    brands,
    bulk_edit,
    consents,
    contact_edit,
    contact_history,
    contact_index,
    contact_moving,
    deciding,
    export_lists,
    first_run,
    happened,
    home,
    import_list,
    import_steps,
    jobs,
    key_list,
    mailing_list,
    own_account,
    own_second_factor,
    password_links,
    preferences_links,
    preview,
    property_list,
    record,
    requests,
    settings,
    sign_up,
    signing_in,
    stored,
    trail,
    types,
    user_list,
    webhook_list,
    workflow_edit,
    workflow_enrolments,
    workflow_list,
)
from app.web.admin.bodies import allow
from app.web.admin.elsewhere import caused_elsewhere
from app.web.admin.guards import guard_of
from app.web.admin.presence import present
from app.web.admin.rendering import screen

log = logging.getLogger(__name__)
bp = Blueprint("entrance", __name__)
ROOMS = (
    assets.bp,
    brand_mail.bp,
    brands.bp,
    consents.bp,
    bulk_edit.bp,
    contact_edit.bp,
    contact_history.bp,
    contact_index.bp,
    contact_moving.bp,
    deciding.bp,
    export_lists.bp,
    first_run.bp,
    happened.bp,
    home.bp,
    import_list.bp,
    import_steps.bp,
    jobs.bp,
    key_list.bp,
    mailing_list.bp,
    own_account.bp,
    own_second_factor.bp,
    password_links.bp,
    preferences_links.bp,
    preview.bp,
    property_list.bp,
    record.bp,
    requests.bp,
    settings.bp,
    sign_up.bp,
    signing_in.bp,
    stored.bp,
    trail.bp,
    types.bp,
    user_list.bp,
    webhook_list.bp,
    workflow_edit.bp,
    workflow_enrolments.bp,
    workflow_list.bp,
)
ABOUT = {
    403: "role",
    404: "nowhere",
    405: "nowhere",
    408: "silent",
    409: "form",
    413: "large",
    429: "busy",
    503: "unavailable",
}
for room in ROOMS:
    bp.register_blueprint(room)
_csrf = CSRFProtect()
CONTENT_SECURITY_POLICY = (
    f"{headers.CONTENT_SECURITY_POLICY}; script-src 'self'; connect-src 'self'; frame-src 'self'"
)


def register(app: Flask) -> None:
    """Add the admin to an application that keeps its sessions (cookie.configure)."""
    _csrf.init_app(app)
    app.register_blueprint(bp)


@bp.before_request
def refuse() -> None:
    """A route without a guard, and presses that no page of ours asked for (H-26, H-27)."""
    endpoint = request.endpoint or ""
    view = current_app.view_functions[endpoint]
    if guard_of(view) is None:
        raise LookupError(f"{endpoint} names no guard")
    allow(view)
    if request.method == "POST" and caused_elsewhere():
        raise CSRFError
    _csrf.protect()


@bp.after_request
def add_headers(response: Response) -> Response:
    """R-110: with no referrer at all, a form's press on https could not be told from others'."""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    return response


@bp.errorhandler(HTTPException)
def refused(fault: HTTPException) -> Response:
    """Told as a screen of the admin."""
    status = fault.code or 500
    if status == 403 and (here := present()):
        log.warning("User %s was refused: %s", here.user.id, request.endpoint)
    about = "form" if isinstance(fault, BadRequest) else ABOUT.get(status, "failed")
    response = screen("message", status, about=about)
    for name, value in fault.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


@bp.errorhandler(Unavailable)
@bp.errorhandler(Missing)
@bp.errorhandler(OtherSecret)
def unavailable(fault: Exception) -> Response:
    """Nothing could be read or stored: 503, and when to come back. Nobody is asked who they are."""
    log.error("The database is unavailable: %s", fault)
    g.presence = None
    response = screen("message", 503, about="unavailable")
    response.headers["Retry-After"] = "30"
    return response


@bp.errorhandler(Exception)
def failed(fault: Exception) -> Response:
    """A mistake of ours: logged without details of the request. Nobody is asked who they are."""
    log.error("Failed: %s %s", request.method, request.endpoint, exc_info=fault)
    g.presence = None
    return screen("message", 500, about="failed")
