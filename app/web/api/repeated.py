"""Requests that come again under their Idempotency-Key: whose they are, and what was answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from flask import Response, request

from app.services import repeats
from app.services.repeats import Asked, OtherRequest, Said
from app.web.api.caller import Caller
from app.web.api.problems import Fault, Problem
from app.web.current import site

KEY = re.compile("[!-~]{1,255}")
Content = Callable[[], bytes]
"""What was sent, or, of a file, its digest."""


def body() -> bytes:
    """The body of the request, which is kept."""
    return request.get_data(cache=True)


def asked_under(caller: Caller, content: Content = body) -> Asked | None:
    """The request with its key; None: it has none. Raises Problem."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        why = "1 to 255 visible ASCII characters"
        raise Problem("malformed", faults=[Fault("Idempotency-Key", why)])
    whose = hashlib.sha256(f"{caller.key.reference} {key}".encode()).digest()
    what = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    what.update(content())
    return Asked(whose, what.digest(), caller.now)


def answered_before(caller: Caller, content: Content = body) -> Response | None:
    """What was answered to the same request, where it was: before anything is looked up that its
    first time may have changed. Raises Problem."""
    asked = asked_under(caller, content)
    if asked is None:
        return None
    try:
        with site().database.reading() as connection:
            said = repeats.said_before(connection, asked)
    except OtherRequest:
        raise Problem("other-request") from None
    return None if said is None else replayed(said, again=True)


def replayed(said: Said, *, again: bool) -> Response:
    """The answer, with whether it was given before."""
    answer = response(said)
    answer.headers["Idempotency-Replayed"] = "true" if again else "false"
    return answer


def response(said: Said) -> Response:
    """The answer."""
    content = b"" if said.status in EMPTY else said.content
    return Response(content, said.status, mimetype="application/json")


EMPTY = (202, 204)
"""Statuses without a body."""
