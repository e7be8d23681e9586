"""Imports: the list of them, and a file handed in."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.importing.orders import What
from app.files.shapes import Unreadable
from app.queries import imports as known
from app.web.admin import presence
from app.web.admin.bodies import taking
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.current import site
from app.web.receiving import LARGEST_UPLOAD, receive

bp = Blueprint("admin_import_list", __name__)


@bp.get("/admin/imports")
@guarded(Guard.VIEWER)
def index() -> Response:
    """The latest, the newest first."""
    with site().database.browsing() as connection:
        found = known.latest(connection)
    return screen("imports", imports=found)


@bp.get("/admin/imports/new")
@guarded(Guard.EDITOR)
def ask() -> Response:
    """The form, for contacts unless opt-outs are asked for."""
    return screen("import-new", what=_what(request.args.get("what")) or What.CONTACTS)


@bp.post("/admin/imports/new")
@taking(LARGEST_UPLOAD)
@guarded(Guard.EDITOR)
def hand_in() -> AnyResponse:
    """Keep the file, and ask what its columns hold."""
    what = _what(request.form.get("what"))
    file = request.files.get("file")
    if what is None:
        return screen("import-new", what=None, problems={"what": "import-what"})
    if file is None or not file.filename:
        return screen("import-new", what=what, problems={"file": "import-file"})
    by = presence.doer()
    given = (file.filename, by.reference)
    try:
        id_ = receive(site(), cast(BinaryIO, file.stream), what, given, by)
    except Unreadable as fault:
        return screen("import-new", what=what, problems={"file": f"file-{fault.fault}"})
    return to(f"/admin/imports/{id_}/columns")


def _what(text: str | None) -> What | None:
    return What(text) if text in list(What) else None
