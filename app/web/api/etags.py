"""Answers by their content: what is unchanged is not sent again, what changed not overwritten."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Response, request

from app.web.api.problems import Problem


def etag_of(content: Any) -> str:
    """The tag of an answer. Weak: it may be packed or not."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f'W/"{digest[:24]}"'


def tagged(content: Any) -> Response:
    """The answer with its ETag; 304 where the caller has it."""
    response = Response(json.dumps(content), mimetype="application/json")
    response.headers["ETag"] = etag_of(content)
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def unchanged(content: Any) -> None:
    """Raises Problem where the caller, by If-Match, wants to change another state than this."""
    wanted = request.headers.get("If-Match")
    if wanted not in (None, "*", etag_of(content)):
        raise Problem("changed-meanwhile")
