"""Enrolling contacts in a workflow that waits for the API to ask (F16)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.ids import MOST_ID
from app.domain.keys import KeyScope
from app.domain.triggers import TriggerKind
from app.domain.workflows import WorkflowState
from app.queries import workflows as known
from app.services import enrolment_runs
from app.web.api.calls import Answer, Call, Work
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Problem
from app.web.api.subjects import Email, subject
from app.web.current import site

operations = Operations()
PATH = "/api/v1/workflows/<int:workflow>/enrolments"


class Wanted(Ours):
    """The addresses of contacts."""

    emails: Annotated[list[Email], Field(min_length=1, max_length=500)]


class Enrolled(TypedDict):
    """How many entered, and how many did not: no contact has the address, it has been inside
    already, or not all triggers hold."""

    enrolled: int
    left: int


@operations.write(
    "POST", PATH, KeyScope.CONTACTS, body=Wanted, answers={200: Enrolled}, problems=("refused",)
)
def enrol(call: Call) -> Work:
    """Enrol contacts. The workflow must be active, and have the trigger that the API asks for
    it."""
    call.caller.whole_account()
    id_, now = call.path["workflow"], site().now()
    keys = {subject(e, f"/emails/{at}").key for at, e in enumerate(call.body.emails)}
    with site().database.reading() as connection:
        found = known.read(connection, id_) if id_ <= MOST_ID else None
    if found is None:
        raise Problem("nothing-here")
    waits = any(t.kind is TriggerKind.API for t in found.definition.triggers)
    if found.state is not WorkflowState.ACTIVE or not waits:
        raise Problem("refused", "It is not active, or has no trigger by the API.")

    def work(connection: Connection) -> Answer:
        entered = enrolment_runs.enrol_asked(connection, id_, sorted(keys), now)
        return Answer({"enrolled": entered, "left": len(keys) - entered})

    return work
