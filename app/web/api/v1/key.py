"""What the key that calls may do."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.domain.moments import moment
from app.web.api.calls import Answer, Call
from app.web.api.operations import Operations

operations = Operations()


class Key(TypedDict):
    """A key. No brands: every one."""

    id: int
    name: str
    scopes: list[str]
    brands: list[int] | None
    speaksForPerson: bool
    expiresAt: str | None


@operations.add("GET", "/api/v1/key", None, answers={200: Key})
def show(call: Call) -> Answer:
    """What this key may do."""
    key = call.caller.key
    told: Key = {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "brands": None if key.brands is None else sorted(key.brands),
        "speaksForPerson": key.speaks_for_person,
        "expiresAt": moment(key.expires_at),
    }
    return Answer(told)
