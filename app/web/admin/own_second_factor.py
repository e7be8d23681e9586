"""A user's own second factor: an authenticator app, set up, taken away, and recovery codes."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.services import credentials
from app.web.admin import presence, second_factors
from app.web.admin.guards import Guard, guarded
from app.web.admin.own_account import present_password_problem
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_own_second_factor", __name__)
PATH = "/admin/account/second-factor"


@bp.get(PATH)
@guarded(Guard.SIGNED_IN)
def show() -> Response:
    """How to set it up, or what can be done with it."""
    return _page()


@bp.get(f"{PATH}.svg")
@guarded(Guard.SIGNED_IN)
def qr_code() -> Response:
    """The secret on offer as an image. One that was taken is never shown again."""
    here = presence.me()
    if here.user.second_factor:
        abort(404)
    issuer = site().catalog().name
    image = second_factors.qr_code(second_factors.offered_secret(here), here.user, issuer)
    return Response(image, mimetype="image/svg+xml")


@bp.post(PATH)
@guarded(Guard.SIGNED_IN)
def turn_on() -> Response:
    """Take the secret on offer, shown by a code of it; the answer has the recovery codes, once."""
    here = presence.me()
    if here.user.second_factor:
        abort(409)
    if problem := present_password_problem(here.user):
        return _page({"present": problem})
    secret = second_factors.offered_secret(here)
    step = second_factors.step_of(secret, request.form.get("code", ""), site().now())
    if step is None:
        return _page({"code": "code"})
    codes = site().database.write(
        credentials.turn_second_factor_on, here.user.id, secret, step, presence.doer()
    )
    if codes is None:
        abort(409)
    return _codes(codes)


@bp.post(f"{PATH}/removal")
@guarded(Guard.VIEWER)
def turn_off() -> AnyResponse:
    """Take it away, knowing the password; not where the account asks everybody for one."""
    here = presence.me()
    if here.factor_required:
        return _page({"present": "required"})
    if problem := present_password_problem(here.user):
        return _page({"present": problem})
    site().database.write(credentials.turn_second_factor_off, here.user.id, presence.doer())
    flash("factor-off")
    return to("/admin/account")


@bp.post("/admin/account/recovery-codes")
@guarded(Guard.VIEWER)
def make_codes() -> Response:
    """New recovery codes, knowing the password; the answer has them, once."""
    here = presence.me()
    if not here.user.second_factor:
        abort(409)
    if problem := present_password_problem(here.user):
        return _page({"present": problem})
    made = site().database.write(credentials.make_recovery_codes, here.user.id, presence.doer())
    return _codes(made)


def _page(problems: Mapping[str, str] | None = None) -> Response:
    here = presence.me()
    if here.user.second_factor:
        return screen("own-second-factor", problems=problems, required=here.factor_required)
    secret = second_factors.offered_secret(here)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return screen(
        "set-up-second-factor", problems=problems, secret=groups, required=here.owes_factor
    )


def _codes(codes: list[str]) -> Response:
    """In groups of four, as people copy them."""
    groups = ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]
    return screen("recovery-codes", codes=groups)
