"""Whether this process is alive and can do its work."""

from __future__ import annotations

from flask import Blueprint, Response

from app.web.site import site

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def health() -> Response:
    """200 when the database answers and has an account."""
    with site().database.reading() as connection:
        site().catalogs.current(connection)
    return Response("ok\n", mimetype="text/plain")
