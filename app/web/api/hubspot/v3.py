"""HubSpot's subscriptions API, version 3: statuses. It never lifts an opt-out (rules.md, 9)."""

from __future__ import annotations

from typing import Any

from app.domain.changes import Hand
from app.domain.keys import KeyScope
from app.domain.words import Status
from app.queries.statuses import Statuses, statuses
from app.web.api.calls import Answer, Call
from app.web.api.hubspot import writing
from app.web.api.hubspot.requests import V3Update, key_of
from app.web.api.hubspot.told import v3_status
from app.web.api.models import Theirs
from app.web.api.operations import Operations
from app.web.api.problems import refusal
from app.web.current import site

operations = Operations()
FOLDER = "/communication-preferences/v3"


@operations.add(
    "GET",
    f"{FOLDER}/status/email/<path:address>",
    KeyScope.STATUSES_READ,
    query=Theirs,
    answers={200: None},
)
def status(call: Call) -> Answer:
    """Every active type, and whether the address is subscribed to it."""
    caller, address = call.caller, call.path["address"]
    key = key_of(address, "emailAddress")
    with site().database.reading() as connection:
        found = statuses(connection, [key])[key]
    told = [
        v3_status(caller, found, found.of(type_, caller.catalog.policy, caller.now))
        for type_ in caller.types()
        if not type_.archived
    ]
    return Answer({"recipient": address, "subscriptionStatuses": told})


@operations.add(
    "POST",
    f"{FOLDER}/subscribe",
    KeyScope.STATUSES_WRITE,
    body=V3Update,
    query=Theirs,
    answers={200: None},
)
def subscribe(call: Call) -> Answer:
    """Subscribe a type that nobody said no to."""
    return Answer(_written(call, Status.SUBSCRIBED))


@operations.add(
    "POST",
    f"{FOLDER}/unsubscribe",
    KeyScope.STATUSES_WRITE,
    body=V3Update,
    query=Theirs,
    answers={200: None},
)
def unsubscribe(call: Call) -> Answer:
    """Opt out of a type."""
    return Answer(_written(call, Status.UNSUBSCRIBED))


def _written(call: Call, wanted: Status) -> dict[str, Any]:
    caller, update = call.caller, call.body
    wish = writing.wish_for(caller, update.address, update.type, wanted, update)
    (granted,) = writing.carry_out(caller, Hand.API_V3, [wish])
    if granted.refused is not None:
        raise refusal(granted.refused)
    found = Statuses(granted.known)
    type_ = caller.type(update.type)
    return v3_status(caller, found, found.of(type_, caller.catalog.policy, caller.now))
