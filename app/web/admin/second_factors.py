"""Second factors: codes by time (RFC 6238), recovery codes, and the secret shown as a QR code."""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256
from io import BytesIO

import pyotp
import segno
from flask import current_app

from app.domain.deeds import Doer
from app.domain.words import SECOND, Instant
from app.queries.users import Presence, User
from app.services import credentials
from app.web.current import site

STEP = 30
SECRET_BYTES = 20
SHORTEST_RECOVERY = 10
"""Anything shorter is a code of the app, mistyped."""


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


def takes(user: User, code: str) -> bool:
    """Whether a code, of the app or for recovery, proves this user. Each is good once."""
    now = site().now()
    if user.totp_secret is None:
        return False
    step = step_of(user.totp_secret, code, now)
    if step is not None:
        return site().database.write(credentials.use_step, user.id, step)
    plain = "".join(code.lower().replace("-", " ").split())
    if len(plain) < SHORTEST_RECOVERY:
        return False
    return site().database.write(credentials.use_recovery_code, user.id, plain, Doer(user.id, now))
