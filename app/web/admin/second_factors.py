"""Second factors: codes by time (RFC 6238), recovery codes, and the secret shown as a QR code."""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256
from io import BytesIO

import pyotp
import segno
from flask import current_app
from limits import RateLimitItemPerDay, RateLimitItemPerMinute

from app.domain.deeds import Doer
from app.domain.words import SECOND, Instant
from app.queries.users import Presence, User
from app.services import credentials
from app.web.current import site
from app.web.recipient.opening import network

STEP = 30
SECRET_BYTES = 20
SHORTEST_RECOVERY = 10
"""Anything shorter is a code of the app, mistyped."""
CODES = RateLimitItemPerMinute(10, 15)
WRONG_CODES = RateLimitItemPerDay(30)
"""Of a million codes three are good at a time: whoever has the password guesses for 30 years."""
RECOVERY_CODES_FROM_A_NETWORK = RateLimitItemPerMinute(10, 15)
"""None is ever guessed: nobody elsewhere keeps who has one from using it."""


def offered_secret(presence: Presence) -> str:
    """The secret offered to a session for its authenticator app. Derived, so that nothing is kept
    of what was not taken."""
    key = current_app.config["SECRET_KEY"]
    made = hmac.digest(key, b"sayso.admin.totp" + presence.session.digest, sha256)
    return b32encode(made[:SECRET_BYTES]).decode()


def qr_code(secret: str, user: User, issuer: str) -> bytes:
    """The secret as an SVG image for an authenticator app, black on white in any scheme."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer)
    svg = BytesIO()
    segno.make(uri, error="m").save(
        svg, kind="svg", scale=4, light="#fff", dark="#000", svgclass=None, lineclass=None
    )
    return svg.getvalue()


def step_of(secret: str, code: str, now: Instant) -> int | None:
    """The time step whose code this is: the present one, or one beside it, as clocks differ."""
    typed, present = "".join(code.split()), now // SECOND // STEP
    totp = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.at(step * STEP).encode(), typed.encode()):
            return step
    return None


def too_many(user: User, code: str) -> str:
    """Why no such code is looked at now (`busy`, `busy-today`); empty where it is."""
    counts, whom = site().counts, str(user.id)
    if _for_recovery(code):
        may = counts.allow(RECOVERY_CODES_FROM_A_NETWORK, "admin-recovery", whom, network())
        return "" if may else "busy"
    if counts.exceeded(WRONG_CODES, "admin-code", whom):
        return "busy-today"
    return "" if counts.allow(CODES, "admin-code", whom) else "busy"


def takes(user: User, code: str) -> bool:
    """Whether a code, of the app or for recovery, proves this user. Each is good once. Wrong ones
    of the app are counted, anew after one for recovery."""
    counts, whom = site().counts, str(user.id)
    if plain := _for_recovery(code):
        by = Doer(user.id, site().now())
        if taken := site().database.write(credentials.use_recovery_code, user.id, plain, by):
            counts.forget(WRONG_CODES, "admin-code", whom)
        return taken
    if not (taken := _of_the_app(user, code)):
        counts.allow(WRONG_CODES, "admin-code", whom)
    return taken


def _of_the_app(user: User, code: str) -> bool:
    if user.totp_secret is None:
        return False
    step = step_of(user.totp_secret, code, site().now())
    return step is not None and site().database.write(credentials.use_step, user.id, step)


def _for_recovery(code: str) -> str:
    """The code as it was made; empty where it is too short for one."""
    plain = "".join(code.lower().replace("-", " ").split())
    return plain if len(plain) >= SHORTEST_RECOVERY else ""
