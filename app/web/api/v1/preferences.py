"""What an address chose, as it is stored and as it counts, side by side (rules.md, 3 and 6)."""

from __future__ import annotations

from typing import Any

from flask import Response
from typing_extensions import TypedDict

from app.domain.effective import Effective
from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.domain.standing import Standing
from app.domain.words import Cause, ScopeKind, Status
from app.queries.statuses import Statuses, statuses
from app.web.api.caller import Caller
from app.web.api.calls import Call
from app.web.api.etags import tagged
from app.web.api.operations import Operations
from app.web.api.subjects import subject
from app.web.current import site

operations = Operations()


class Made(TypedDict):
    """Who made what stands, how and when, on what basis."""

    actor: str
    via: str
    at: str
    legalBasis: str | None
    legalBasisExplanation: str | None
    basisEnds: str | None


class OfType(TypedDict):
    """One type: what is stored, what it amounts to, and what a send decision would say."""

    type: int
    slug: str
    brand: int
    stored: str
    made: Made | None
    effective: str
    allowed: bool
    reason: str
    until: str | None


class OptOut(TypedDict):
    """An opt-out of everything, or a suppression. `brand` null: of the account."""

    brand: int | None
    cause: str
    made: Made


class Pause(TypedDict):
    """No mail of a brand until then."""

    brand: int
    until: str


class Preferences(TypedDict):
    """One address. `email` null: only its key is known. `number`: its last event."""

    email: str | None
    addressKey: str
    number: int
    types: list[OfType]
    optOuts: list[OptOut]
    exceptions: list[int]
    pauses: list[Pause]


@operations.add(
    "GET",
    "/api/v1/preferences/<path:email>",
    KeyScope.STATUSES_READ,
    answers={200: Preferences, 304: None},
)
def read(call: Call) -> Response:
    """Everything that stands for an address, known or not."""
    key = subject(call.path["email"], "email").key
    with site().database.reading() as connection:
        found = statuses(connection, [key])[key]
    return tagged(told(call.caller, found))


def told(caller: Caller, found: Statuses) -> Preferences:
    """All that stands, as far as this key may see it."""
    policy, now = caller.catalog.policy, caller.now
    types = [found.of(type_, policy, now) for type_ in caller.types() if not type_.archived]
    return {
        "email": found.known.address,
        "addressKey": found.known.key.hex(),
        "number": found.known.number,
        "types": [_of_type(found, status) for status in types],
        "optOuts": _opt_outs(caller, found),
        "exceptions": [
            place.scope.id
            for place in sorted(found.held.exceptions())
            if caller.key.reaches(place.scope.id)
        ],
        "pauses": [
            {"brand": brand.id, "until": moment(until)}
            for brand in caller.brands()
            if (until := found.held.paused_until(brand.id, now)) is not None
        ],
    }


def _of_type(found: Statuses, status: Effective) -> OfType:
    type_, choice, decision = status.type, status.choice, status.decision
    why = found.explanations.get(status.place)
    return {
        "type": type_.id,
        "slug": type_.slug,
        "brand": type_.brand,
        "stored": (choice.status if choice else Status.NOT_SPECIFIED).name,
        "made": _made(choice, why) if choice else None,
        "effective": status.status.name,
        "allowed": decision.allowed,
        "reason": decision.reason.name,
        "until": moment(decision.until),
    }


def _opt_outs(caller: Caller, found: Statuses) -> list[OptOut]:
    return [
        {
            "brand": None if place.scope.kind is ScopeKind.ACCOUNT else place.scope.id,
            "cause": place.cause.name,
            "made": _made(standing, None),
        }
        for place, standing in sorted(found.held.items())
        if place.scope.kind is not ScopeKind.TYPE
        and place.cause in (Cause.CHOICE, Cause.BOUNCE, Cause.COMPLAINT)
        and standing.status is Status.UNSUBSCRIBED
        and (place.scope.kind is ScopeKind.ACCOUNT or caller.key.reaches(place.scope.id))
    ]


def _made(standing: Standing, why: str | None) -> Made:
    told: Any = {
        "actor": standing.actor.name,
        "via": standing.via.name,
        "at": moment(standing.at),
        "legalBasis": standing.basis.name if standing.basis else None,
        "legalBasisExplanation": why,
        "basisEnds": moment(standing.basis_ends),
    }
    made: Made = told
    return made
