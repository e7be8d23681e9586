"""The admin's cookie: a signed session under /admin, and nowhere else (R-119)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

SALT = b"sayso.admin.session"
NAME = "sayso"


def configure(app: Flask, link_secrets: Sequence[bytes], *, https: bool) -> None:
    """Let the application keep sessions for the admin. The last link secret signs, all verify."""
    *older, newest = (derived(secret) for secret in link_secrets)
    app.config.update(
        SECRET_KEY=newest,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME=f"__Host-{NAME}" if https else NAME,
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_SECRET_KEY=[*older, newest],
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.session_interface = SecureCookieSessionInterface()


def derived(link_secret: bytes) -> bytes:
    """The admin's own key: it says nothing about the secret it comes from."""
    return hmac.digest(link_secret, SALT, sha256)
