"""The admin's application: it alone keeps sessions."""

from __future__ import annotations

from flask import Flask

from app.web import errors
from app.web.admin import cookie, entrance
from app.web.bare import bare

LARGEST_BODY = 16 * 1024


def create(main: Flask) -> Flask:
    """The admin beside `main`, of which it shares the site."""
    app = bare(__name__, LARGEST_BODY)
    app.extensions = main.extensions
    site = main.extensions["sayso"]
    site.meter.watch(app)
    settings = site.settings
    signing = (*settings.link_secrets_next, *settings.link_secrets)
    cookie.configure(app, signing, https=settings.base_url.startswith("https:"))
    entrance.register(app)
    errors.register(app)
    return app
