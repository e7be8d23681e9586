"""The site for views: that of the application which answers just now. What answers nobody, worker
and commands, takes Site from app.web.site and never waits for Flask to load."""

from __future__ import annotations

from flask import current_app

from app.web.site import Site


def site() -> Site:
    """The site of the current application."""
    found: Site = current_app.extensions["sayso"]
    return found
