"""Imports: the list of them, and a file handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, cast

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.importing.orders import What
from app.files.shapes import DELIMITERS, ENCODINGS, Chosen, Unreadable
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
    return _form(_what(request.args.get("what")) or What.CONTACTS)


@bp.post("/admin/imports/new")
@taking(LARGEST_UPLOAD)
@guarded(Guard.EDITOR)
def hand_in() -> AnyResponse:
    """Keep the file, and ask what its columns hold."""
    what = _what(request.form.get("what"))
    file = request.files.get("file")
    if what is None:
        return _form(None, {"what": "import-what"})
    if file is None or not file.filename:
        return _form(what, {"file": "import-file"})
    by = presence.doer()
    given = (file.filename, by.reference)
    try:
        id_ = receive(site(), cast(BinaryIO, file.stream), what, given, by, _chosen())
    except Unreadable as fault:
        return _form(what, {"file": f"file-{fault.fault}"})
    return to(f"/admin/imports/{id_}/columns")


def _form(what: What | None, problems: Mapping[str, str] | None = None) -> Response:
    """As it was filled in, but for the file."""
    return screen(
        "import-new",
        what=what,
        encodings=ENCODINGS,
        delimiters=DELIMITERS,
        chosen=_chosen(),
        problems=problems,
    )


def _chosen() -> Chosen:
    encoding = request.form.get("encoding")
    delimiter = DELIMITERS.get(request.form.get("delimiter", ""))
    return Chosen(encoding if encoding in ENCODINGS else None, delimiter)


def _what(text: str | None) -> What | None:
    return What(text) if text in list(What) else None
