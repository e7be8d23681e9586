"""Bounces and complaints that the sender's own mail system learnt (R-146)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.domain.address import MalformedAddress, unwrapped
from app.domain.feedback import Told
from app.domain.keys import KeyScope
from app.domain.moments import instant
from app.domain.words import Via
from app.services import feedback
from app.services.feedback import Report
from app.services.preferences import Source
from app.web.api.calls import Answer, Call, Work
from app.web.api.lines import Moment
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import Message
from app.web.current import site

operations = Operations()
TOLD = {"BOUNCE": Told.BOUNCED, "COMPLAINT": Told.COMPLAINED}


class Event(Ours):
    """One hard bounce or complaint. `id`: your own, so that a repeated event counts once.
    `answer`: what the mail system said; it is kept as evidence."""

    email: Annotated[str, Field(min_length=3, max_length=320)]
    kind: Literal["BOUNCE", "COMPLAINT"]
    happened_at: Moment | None = Field(None, alias="happenedAt")
    id: Annotated[str, Field(max_length=200)] = ""
    answer: Annotated[str, Field(max_length=500)] = ""
    message: Message = 0


class Events(Ours):
    """Up to 1,000 of them."""

    events: Annotated[list[Event], Field(min_length=1, max_length=1_000)]


class Taken(TypedDict):
    """How many were new."""

    new: int


@operations.write("POST", "/api/v1/feedback", KeyScope.FEEDBACK, body=Events, answers={200: Taken})
def tell(call: Call) -> Work:
    """Suppress addresses that bounced for ever or complained. One that is malformed refuses the
    whole call: nothing is half done."""
    call.caller.whole_account()
    now, reference, faults = site().now(), call.caller.key.reference, []
    reports = []
    for at, event in enumerate(call.body.events):
        try:
            key = site().keys(unwrapped(event.email))
        except MalformedAddress as wrong:
            faults.append(Fault(f"/events/{at}/email", str(wrong)))
            continue
        happened = min(instant(event.happened_at), now) if event.happened_at else now
        id_ = f"{reference} {event.id}" if event.id else ""
        source = Source(message=event.message, reference=reference)
        reports.append(Report(key, TOLD[event.kind], happened, id_, Via.API, event.answer, source))
    if faults:
        raise Problem("malformed", faults=faults[:100])
    return lambda connection: Answer({"new": feedback.take(connection, reports, now)})
