"""The first screen of a new installation: how is the data privacy switch to stand?"""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.admin.settings import turn

bp = Blueprint("admin_first_run", __name__)
PATH = "/admin/first-run"


@bp.get(PATH)
@guarded(Guard.OWNER)
def ask() -> Response:
    """Both ways, side by side, with what each means."""
    return screen("first-run")


@bp.post(PATH)
@guarded(Guard.OWNER)
def decide() -> AnyResponse:
    """Go on as the owner says."""
    said = request.form.get("do")
    if said not in ("on", "off"):
        abort(400)
    turn(on=said == "on")
    flash("privacy-on" if said == "on" else "privacy-stays-off")
    return to("/admin")
