"""Whether this process is alive, whether it can do its work, and what waits to be done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.queries.waiting import waiting
from app.store.revisions import is_newest
from app.web.current import site

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def health() -> Response:
    """200 when the database answers and has an account."""
    with site().database.reading() as connection:
        site().catalogs.current(connection)
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> tuple[dict[str, Any], int, dict[str, str]]:
    """200 when requests may be sent here: the database answers, has an account, and the schema of
    this release. 503 otherwise. What is owed is told, and takes no node away: it is nobody's.
    Which link secrets this process has is told as well, by their fingerprints."""
    with site().database.reading() as connection:
        site().catalogs.current(connection)
        current = is_newest(connection)
        waits = waiting(connection, site().now()) if current else {}
    answer = {
        "ready": current,
        "waitingSeconds": dict(waits),
        "linkSecrets": site().settings.link_fingerprints,
    }
    return answer, 200 if current else 503, {} if current else {"Retry-After": "30"}
