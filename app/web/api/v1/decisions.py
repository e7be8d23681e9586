"""May these addresses be mailed now? Up to 10,000 at once (rules.md, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from app.domain import decision as made
from app.domain.address import MalformedAddress, unwrapped
from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.queries.decisions import decisions
from app.web.api.calls import Answer, Call
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Problem
from app.web.api.subjects import KEY, KEY_LETTERS, Email, Named
from app.web.current import site

operations = Operations()


class Question(Ours):
    """A type, and those it is to be mailed to."""

    type: Named
    emails: Annotated[list[Email], Field(max_length=10_000)]


class Decision(TypedDict):
    """Whether, and why or why not. `until`: when the pause ends, or when the consent ends."""

    email: str
    allowed: bool
    reason: str
    until: str | None


class Decisions(TypedDict):
    """In the order of the addresses."""

    decisions: list[Decision]


@operations.add(
    "POST", "/api/v1/send-decisions", KeyScope.DECISIONS, body=Question, answers={200: Decisions}
)
def decide(call: Call) -> Answer:
    """Whether each address may be mailed this type now. Ask it last, right before sending. Unknown
    addresses are judged like all others; a malformed one gets its answer in its place."""
    caller, asked = call.caller, call.body
    type_ = caller.catalog.named_type(str(asked.type))
    if type_ is not None and not caller.key.reaches(type_.brand):
        raise Problem("brand")
    with site().database.reading() as connection:
        found = decisions(connection, caller.catalog, type_, _keys(asked.emails), caller.now)
    site().meter.decided(one.reason for one in found)
    distinct = {id(one): one for one in found}
    answers = {id_: _told(one) for id_, one in distinct.items()}
    told = [
        {"email": email, **answers[id(one)]} for email, one in zip(asked.emails, found, strict=True)
    ]
    return Answer({"decisions": told})


def _told(one: made.Decision) -> dict[str, Any]:
    """What is told of a decision, which many addresses have in common."""
    return {"allowed": one.allowed, "reason": one.reason.name, "until": moment(one.until)}


def _keys(emails: Sequence[str]) -> list[bytes | None]:
    key_of = site().keys
    keys: list[bytes | None] = []
    for email in emails:
        try:
            is_key = len(email) == KEY_LETTERS and KEY.fullmatch(email)
            keys.append(bytes.fromhex(email) if is_key else key_of(unwrapped(email)))
        except MalformedAddress:
            keys.append(None)
    return keys
