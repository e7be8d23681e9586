"""Writes of our own calls: in one transaction, once for each Idempotency-Key (issue 4)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from flask import Response, request
from sqlalchemy import Connection

from app.services import repeats
from app.services.repeats import Asked, OtherRequest, Said
from app.web.api.caller import Caller
from app.web.api.operations import Answer
from app.web.api.problems import Fault, Problem
from app.web.site import site

REPEATABLE = ("other-request",)
"""What a call names among its problems that goes through `once`."""
KEY = re.compile("[!-~]{1,255}")


def once(caller: Caller, work: Callable[[Connection], Answer]) -> Response:
    """What `work` answers, committed. Asked again under the same Idempotency-Key, the same answer,
    and nothing is done again. The answer must name no person: it is kept for a day."""
    asked = _asked(caller)

    def said(connection: Connection) -> Said:
        answer = work(connection)
        return Said(answer.status, json.dumps(answer.content))

    if asked is None:
        return _response(site().database.write(said))
    try:
        answer, again = site().database.write(repeats.once, asked, said)
    except OtherRequest:
        raise Problem("other-request") from None
    response = _response(answer)
    response.headers["Idempotency-Replayed"] = "true" if again else "false"
    return response


def _asked(caller: Caller) -> Asked | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        why = "1 to 255 visible ASCII characters"
        raise Problem("malformed", faults=[Fault("Idempotency-Key", why)])
    whose = hashlib.sha256(f"{caller.key.reference} {key}".encode()).digest()
    what = hashlib.sha256(f"{request.method} {request.full_path}\\n".encode())
    what.update(request.get_data(cache=True))
    return Asked(whose, what.digest(), caller.now)


def _response(said: Said) -> Response:
    empty = said.status == 204
    return Response(b"" if empty else said.content, said.status, mimetype="application/json")
