"""What the applications have in common: pages of recipients, admin and API."""

from __future__ import annotations

from flask import Flask

from app.web.no_session import NoSession
from app.web.tolerant_request import TolerantRequest

MOST_FIELDS = 1_000


def bare(name: str, largest_body: int) -> Flask:
    """An application without routes, which takes bodies of so many bytes at most, keeps no session
    and leaves every path as it is asked for."""
    app = Flask(name, static_folder=None, template_folder=None)
    app.request_class = TolerantRequest
    app.session_interface = NoSession()
    app.config.update(
        MAX_CONTENT_LENGTH=largest_body,
        MAX_FORM_MEMORY_SIZE=largest_body,
        MAX_FORM_PARTS=MOST_FIELDS,
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    return app
