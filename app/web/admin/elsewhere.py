"""What comes from elsewhere: presses that other sites caused, and ways back that lead away."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import request

from app.web.current import site

HOME = "/admin"
_inside = re.compile(r"/admin(?:[/?][!-\[\]-~]*)?").fullmatch


def caused_elsewhere() -> bool:
    """Whether another site, or a page that hides which, caused this press (H-27). A browser that
    says neither Origin nor Sec-Fetch-Site is left to the form's token."""
    fetch_site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if fetch_site != "same-origin":
        return True
    origin = request.headers.get("Origin")
    ours = {request.host, urlsplit(site().settings.base_url).netloc}
    return origin is not None and origin.partition("://")[2] not in ours


def way_back(wanted: str | None) -> str:
    """`wanted` where it is a path of the admin, else its home (R-129)."""
    if not wanted or not _inside(wanted) or "//" in wanted or ".." in wanted:
        return HOME
    return wanted
