"""Signing in, by password and second factor, and out."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request, session
from limits import RateLimitItemPerMinute
from werkzeug.wrappers import Response as AnyResponse

from app.domain.address import MalformedAddress, matching_form
from app.queries import users
from app.queries.users import User
from app.services import sessions
from app.services.sessions import Outdated
from app.web.admin import passwords, presence, second_factors
from app.web.admin.elsewhere import way_back
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.current import site
from app.web.recipient.opening import network

log = logging.getLogger(__name__)
bp = Blueprint("admin_signing_in", __name__)
TRIES_OF_USER = RateLimitItemPerMinute(100, 15)
TRIES_OF_USER_FROM_A_NETWORK = RateLimitItemPerMinute(10, 15)
TRIES_OF_NETWORK = RateLimitItemPerMinute(100, 15)


@bp.get("/admin/sign-in")
@guarded(Guard.ANYBODY)
def ask() -> Response:
    """The page."""
    return _page(request.args.get("next"))


@bp.post("/admin/sign-in")
@guarded(Guard.ANYBODY)
def sign_in() -> AnyResponse:
    """Begin a session. What is wrong is not told apart, by words or by time."""
    typed, wanted = request.form.get("email", "").strip(), request.form.get("next")
    if not _may_try(typed):
        log.warning("Too many sign-ins were tried, the last from %s", network())
        return _page(wanted, 429, typed, problem="busy")
    user = _named(typed)
    if not passwords.proves(user, request.form.get("password", "")) or user is None:
        log.warning("A sign-in failed at the password, from %s", network())
        return _page(wanted, 400, typed, problem="wrong")
    try:
        presence.begin(user, complete=not user.second_factor)
    except Outdated:
        return _page(wanted, 400, typed, problem="wrong")
    if user.second_factor:
        session["next"] = way_back(wanted)
        return to("/admin/second-factor")
    return to(way_back(wanted))


@bp.get("/admin/second-factor")
@guarded(Guard.HALFWAY)
def ask_code() -> Response:
    """The page."""
    return screen("second-factor")


@bp.post("/admin/second-factor")
@guarded(Guard.HALFWAY)
def give_code() -> AnyResponse:
    """Complete the session, under a new id."""
    user, wanted = presence.me().user, session.get("next")
    code = request.form.get("code", "")
    if busy := second_factors.too_many(user, code):
        log.warning("Too many codes of user %s were tried, the last from %s", user.id, network())
        return screen("second-factor", 429, problems={"code": busy})
    if not second_factors.takes(user, code):
        log.warning("A sign-in of user %s failed at the code, from %s", user.id, network())
        return screen("second-factor", problems={"code": "code"})
    try:
        presence.begin(user, complete=True)
    except Outdated:
        return to("/admin/sign-in")
    return to(way_back(wanted))


@bp.post("/admin/sign-out")
@guarded(Guard.SIGNED_IN)
def sign_out() -> AnyResponse:
    """End this session."""
    here = presence.me()
    site().database.write(sessions.end, here.session.digest, presence.doer())
    presence.leave()
    return to("/admin/sign-in")


def _may_try(typed: str) -> bool:
    """Whether a password may be tried: so often for an address, whoever has it, and so often from a
    network. Few for both together, so that nobody elsewhere can shut a user out."""
    counts, email, here = site().counts, _matching(typed), network()
    whom = site().keys(email).hex() if email else "malformed"
    return (
        counts.allow(TRIES_OF_NETWORK, "admin", here)
        and counts.allow(TRIES_OF_USER_FROM_A_NETWORK, "admin", whom, here)
        and counts.allow(TRIES_OF_USER, "admin", whom)
    )


def _named(typed: str) -> User | None:
    email = _matching(typed)
    with site().database.reading() as connection:
        return users.by_email(connection, email or "")


def _matching(typed: str) -> str | None:
    try:
        return matching_form(typed)
    except MalformedAddress:
        return None


def _page(wanted: str | None, status: int = 200, typed: str = "", *, problem: str = "") -> Response:
    problems = {"email": problem} if problem else None
    back = way_back(wanted)
    return screen("sign-in", status, problems=problems, typed=typed, back=back)
