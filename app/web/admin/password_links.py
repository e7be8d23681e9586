"""Passwords set by a one-time link, and the link asked for by who forgot theirs (R-126)."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from limits import RateLimitItemPerDay, RateLimitItemPerHour
from werkzeug.wrappers import Response as AnyResponse

from app.domain.address import MalformedAddress, fault_in, matching_form
from app.domain.contacts import LONGEST_NAME, cleaned
from app.domain.mail import MailKind
from app.domain.users import TokenPurpose
from app.queries import users
from app.queries.users import User
from app.services import credentials, outbox
from app.services.outbox import Mail
from app.web.admin import passwords, presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen, to
from app.web.current import site
from app.web.recipient.opening import network

bp = Blueprint("admin_password_links", __name__)
BY_NETWORK = RateLimitItemPerHour(30)
MAILS_OF_ADDRESS = RateLimitItemPerDay(20)


@bp.get("/admin/forgotten")
@guarded(Guard.ANYBODY)
def ask() -> Response:
    """The page."""
    return screen("forgotten", typed="", sent=False)


@bp.post("/admin/forgotten")
@guarded(Guard.ANYBODY)
def owe_link() -> Response:
    """Owe the mail, whoever this is: the worker finds out whether there is anybody to send it to,
    so that neither the answer nor its time tells."""
    typed = request.form.get("email", "").strip()
    try:
        email = matching_form(typed)
    except MalformedAddress:
        problem = fault_in(typed) if typed else "empty"
        return screen("forgotten", problems={"email": problem}, typed=typed, sent=False)
    if not site().counts.allow(BY_NETWORK, "admin-forgotten", network()):
        return screen("forgotten", 429, problems={"email": "busy"}, typed=typed, sent=False)
    if site().counts.allow(MAILS_OF_ADDRESS, "admin-mail", site().keys(email).hex()):
        owe(MailKind.PASSWORD_RESET, email)
    return screen("forgotten", typed=typed, sent=True)


def owe(kind: MailKind, email: str) -> None:
    """Owe a mail to a user. Its link is made when it is sent, so that the outbox never holds it."""
    site().database.write(outbox.owe, user_mail(kind, email), site().now())


def user_mail(kind: MailKind, email: str) -> Mail:
    """A mail to whom the admin has under this address, from the default brand."""
    brand = site().catalog().brand_or_default(0)
    return Mail(kind, site().keys(email), brand.id, admin_language(), recipient=email)


@bp.get("/admin/password/<token>")
@guarded(Guard.ANYBODY)
def ask_password(token: str) -> Response:
    """The page. Looking at it uses nothing up: mail scanners look too."""
    found = _found(token)
    return _page(*found) if found else _spent()


@bp.post("/admin/password/<token>")
@guarded(Guard.ANYBODY)
def set_password(token: str) -> AnyResponse:
    """Set the password, once, and let the user sign in with it."""
    found = _found(token)
    if found is None:
        return _spent()
    purpose, user = found
    password = request.form.get("password", "")
    name = cleaned(request.form.get("name", "")[:LONGEST_NAME])
    if problem := passwords.problem(password, user.email):
        return _page(purpose, user, problem, name)
    told = name if purpose is TokenPurpose.INVITATION else None
    try:
        site().database.write(
            credentials.redeem, token, passwords.hashed(password), told, site().now()
        )
    except credentials.SpentLink:
        return _spent()
    presence.leave()
    flash("password-set")
    return to("/admin/sign-in")


def _found(token: str) -> tuple[TokenPurpose, User] | None:
    with site().database.reading() as connection:
        return users.by_link(connection, token, site().now())


def _page(
    purpose: TokenPurpose, user: User, problem: str = "", name: str | None = None
) -> Response:
    problems = {"password": problem} if problem else None
    return screen(
        "set-password",
        problems=problems,
        email=user.email,
        name=user.name if name is None else name,
        invited=purpose is TokenPurpose.INVITATION,
    )


def _spent() -> Response:
    return screen("message", 404, about="spent")
