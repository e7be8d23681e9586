"""Writes of our own calls: in one transaction, once for each Idempotency-Key (issue 4)."""

from __future__ import annotations

import json
from dataclasses import replace

from flask import Response
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.services import repeats, versions
from app.services.repeats import OtherRequest, Said
from app.web.api.caller import Caller
from app.web.api.calls import Work
from app.web.api.problems import Problem
from app.web.api.repeated import Content, asked_under, body, replayed, response
from app.web.current import site


class Id(TypedDict):
    """Which it is, that was made or changed."""

    id: int


def once(caller: Caller, work: Work, content: Content = body) -> Response:
    """What `work` answers, committed. Asked again under the same Idempotency-Key, the same answer,
    and nothing is done again. The answer must name no person: it is kept for a day."""
    asked = asked_under(caller, content)

    def said(connection: Connection) -> Said:
        answer = work(connection)
        return Said(answer.status, json.dumps(answer.content))

    if asked is None:
        return response(site().database.write(said))
    try:
        answer, again = site().database.write(repeats.once, asked, said)
    except OtherRequest:
        raise Problem("other-request") from None
    return replayed(answer, again=again)


def held(connection: Connection, caller: Caller) -> Caller:
    """The caller with the catalogue as it stands: nobody else changes it in this transaction."""
    versions.hold(connection)
    return replace(caller, catalog=site().catalogs.current(connection))
