"""The body of RFC 8058, as tolerant as real mail programs need it (R-06, R-07, R-14)."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from flask import Request, abort

from app.web.site import site

FIELD, VALUE = "list-unsubscribe", "one-click"


def is_one_click(request: Request) -> bool:
    """Whether the body speaks of List-Unsubscribe at all."""
    return any(name.casefold() == FIELD for name, _ in _fields(request))


def require_one_click(request: Request) -> None:
    """400 where a readable body says something else than One-Click, and where a strict
    installation gets none."""
    fields = _fields(request)
    said = next((value for name, value in fields if name.casefold() == FIELD), None)
    if said is not None:
        if said.strip().casefold() != VALUE:
            abort(400)
    elif fields or _is_json(request) or site().settings.one_click == "strict":
        abort(400)


def _fields(request: Request) -> list[tuple[str, str]]:
    """The body's fields, in order; none where it is absent or unreadable."""
    raw = request.get_data(cache=True)
    if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return list(request.form.items(multi=True))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return []
    return [] if text.lstrip().startswith("--") else parse_qsl(text)


def _is_json(request: Request) -> bool:
    try:
        return isinstance(json.loads(request.get_data(cache=True)), dict | list)
    except RecursionError:
        return True
    except ValueError:
        return request.mimetype == "application/json"
