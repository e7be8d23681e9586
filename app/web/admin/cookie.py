"""The admin's cookie: a signed session under /admin, and nowhere else (R-119)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256

from flask import Flask, Request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app.web.no_session import NoSession

SALT = b"sayso.admin.session"
NAME = "sayso"


class AdminSessions(SecureCookieSessionInterface):
    """Flask's signed cookie for the admin's paths. Elsewhere none is read and none is set, and
    using one by mistake fails. It holds a session's token, whose digest is a row."""

    def open_session(  # type: ignore[override]
        self, app: Flask, request: Request
    ) -> SessionMixin | None:
        """The session of a request to the admin."""
        if is_admin(request.path):
            return super().open_session(app, request)
        return NoSession().open_session(app, request)


def is_admin(path: str) -> bool:
    """Whether a path is the admin's."""
    return path == "/admin" or path.startswith("/admin/")


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
    app.session_interface = AdminSessions()


def derived(link_secret: bytes) -> bytes:
    """The admin's own key: it says nothing about the secret it comes from."""
    return hmac.digest(link_secret, SALT, sha256)
