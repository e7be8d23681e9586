"""A user's own account: name, password, sessions."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, flash, request
from limits import RateLimitItemPerMinute
from werkzeug.wrappers import Response as AnyResponse

from app.domain.contacts import BadValue, cleaned
from app.queries import users
from app.queries.users import User
from app.services import credentials, sessions
from app.services.sessions import Outdated
from app.web.admin import passwords, presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_own_account", __name__)
TRIES = RateLimitItemPerMinute(10, 15)


@bp.get("/admin/account")
@guarded(Guard.VIEWER)
def show() -> Response:
    """The page."""
    return _page()


@bp.post("/admin/account/name")
@guarded(Guard.VIEWER)
def change_name() -> AnyResponse:
    """Be called something else."""
    try:
        name = cleaned(request.form.get("name", ""))
    except BadValue:
        name = ""
    if not name:
        return _page({"name": "name"})
    site().database.write(credentials.change_name, presence.me().user.id, name, presence.doer())
    flash("name-changed")
    return to("/admin/account")


@bp.post("/admin/account/password")
@guarded(Guard.VIEWER)
def change_password() -> AnyResponse:
    """Change it, knowing the present one. Other sessions end, and this one gets a new id."""
    here = presence.me()
    if problem := present_password_problem(here.user):
        return _page({"present": problem})
    wanted = request.form.get("new", "")
    if problem := passwords.problem(wanted, here.user.email):
        return _page({"new": problem})
    try:
        token = site().database.write(
            credentials.change_password,
            presence.arriving(here.user, complete=True),
            here.session.digest,
            passwords.hashed(wanted),
            presence.doer(),
        )
    except Outdated:
        return _page({"present": "present"})
    presence.keep(token)
    flash("password-changed")
    return to("/admin/account")


@bp.post("/admin/account/sessions/end")
@guarded(Guard.SIGNED_IN)
def sign_out_everywhere() -> AnyResponse:
    """End every session, this one too."""
    here = presence.me()
    site().database.write(sessions.end_everywhere, here.user.id, presence.doer())
    presence.leave()
    flash("signed-out-everywhere")
    return to("/admin/sign-in")


def present_password_problem(user: User) -> str:
    """What is wrong with the present password that a form asks for; empty where it proves the user.
    Tries are counted: a session left open is no way to find a password."""
    if not site().counts.allow(TRIES, "admin-present", str(user.id)):
        return "busy"
    return "" if passwords.proves(user, request.form.get("present", "")) else "present"


def _page(problems: Mapping[str, str] | None = None) -> Response:
    here = presence.me()
    with site().database.reading() as connection:
        open_ = users.sessions_of(connection, here.user.id)
    now = site().now()
    rows = [(s, presence.last_seen(s)) for s in open_]
    return screen(
        "account",
        problems=problems,
        name=request.form.get("name", here.user.name),
        sessions=[(s, seen) for s, seen in rows if not s.is_over(seen, now)],
        this=here.session.digest,
    )
