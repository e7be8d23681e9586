"""Users, as owners see them: invited by mail, given a role, deactivated."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.address import MalformedAddress, fault_in, matching_form
from app.domain.ids import MOST_ID
from app.domain.mail import MailKind
from app.domain.users import Role
from app.queries import users as known
from app.queries.users import User
from app.services import invitations, users
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.password_links import user_mail
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_users", __name__)


@bp.get("/admin/users")
@guarded(Guard.OWNER)
def index() -> Response:
    """All of them."""
    with site().database.reading() as connection:
        everybody = known.everybody(connection)
        required = known.factor_required(connection)
    return screen("users", users=everybody, factor_required=required)


@bp.post("/admin/users/second-factor")
@guarded(Guard.OWNER)
def require_second_factor() -> AnyResponse:
    """Have everybody need a second factor, or leave it to them."""
    required = request.form.get("do") == "require"
    site().database.write(users.require_second_factor, required, presence.doer())
    flash("factor-required" if required else "factor-optional")
    return to("/admin/users")


@bp.get("/admin/users/new")
@guarded(Guard.OWNER)
def ask_whom() -> Response:
    """The form."""
    return _invitation("", None)


@bp.post("/admin/users/new")
@guarded(Guard.OWNER)
def invite() -> AnyResponse:
    """Invite somebody by mail."""
    typed, role = request.form.get("email", "").strip(), _role()
    problems = {}
    try:
        email = matching_form(typed)
    except MalformedAddress:
        email, problems["email"] = "", fault_in(typed)
    if role is None:
        problems["role"] = "role"
    if problems or role is None:
        return _invitation(typed, role, problems)
    mail = user_mail(MailKind.INVITATION, email)
    try:
        site().database.write(invitations.send, mail, role, presence.doer())
    except users.Taken:
        return _invitation(typed, role, {"email": "taken"})
    flash("invited")
    return to("/admin/users")


@bp.get("/admin/users/<int:id_>")
@guarded(Guard.OWNER)
def show(id_: int) -> Response:
    """One of them."""
    return screen("user", subject=_user(id_))


@bp.post("/admin/users/<int:id_>/role")
@guarded(Guard.OWNER)
def change_role(id_: int) -> AnyResponse:
    """Give another role."""
    user, role = _user(id_), _role()
    if role is None:
        return screen("user", subject=user, problems={"role": "role"})
    try:
        site().database.write(users.change_role, id_, role, presence.doer())
    except users.LastOwner:
        return screen("user", subject=user, problems={"role": "last-owner"})
    flash("role-changed")
    return to("/admin/users")


@bp.post("/admin/users/<int:id_>/deactivation")
@guarded(Guard.OWNER)
def deactivate(id_: int) -> AnyResponse:
    """Let the user in no more."""
    user = _user(id_)
    try:
        site().database.write(users.deactivate, id_, presence.doer())
    except users.LastOwner:
        return screen("user", subject=user, problems={"deactivate": "last-owner"})
    flash("deactivated")
    return to("/admin/users")


@bp.post("/admin/users/<int:id_>/invitation")
@guarded(Guard.OWNER)
def invite_again(id_: int) -> AnyResponse:
    """Mail a new link: to who lost the first one, the second factor, or was deactivated."""
    user = _user(id_)
    mail = user_mail(MailKind.INVITATION, user.email)
    site().database.write(invitations.send_again, mail, presence.doer())
    flash("invited")
    return to("/admin/users")


def _user(id_: int) -> User:
    with site().database.reading() as connection:
        found = known.by_id(connection, id_) if id_ <= MOST_ID else None
    if found is None:
        abort(404)
    return found


def _invitation(
    typed: str, chosen: Role | None, problems: Mapping[str, str] | None = None
) -> Response:
    settings = site().settings
    return screen(
        "invite",
        problems=problems,
        typed=typed,
        chosen=chosen,
        mail_leaves=settings.smtp_url is not None,
        folder=settings.data_dir / "mail",
    )


def _role() -> Role | None:
    """The role that the form gives."""
    chosen = request.form.get("role", "")
    return Role[chosen] if chosen in Role.__members__ else None
