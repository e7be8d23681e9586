"""No session: pages for recipients neither read nor set a cookie (R-11, R-117)."""

from __future__ import annotations

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin


class NoSession(SessionInterface):
    """Opens none, so that using one by mistake fails."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """None."""
        return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing to save."""
