"""HubSpot's subscriptions API, version 4: one address at a time (rules.md, 9)."""

from __future__ import annotations

from app.domain.changes import Hand
from app.domain.keys import KeyScope
from app.domain.words import Status
from app.queries.statuses import Statuses, statuses
from app.web.api.calls import Answer, Call
from app.web.api.hubspot import writing
from app.web.api.hubspot.envelopes import complete
from app.web.api.hubspot.requests import (
    OnChannel,
    OptingOut,
    PartialStatus,
    brand_asked,
    key_of,
)
from app.web.api.hubspot.told import public_statuses, wide_statuses
from app.web.api.models import Theirs
from app.web.api.operations import Operations
from app.web.current import site

operations = Operations()
FOLDER = "/communication-preferences/v4"
ONE = f"{FOLDER}/statuses/<path:address>"


@operations.add("GET", ONE, KeyScope.STATUSES_READ, query=OnChannel, answers={200: None})
def read(call: Call) -> Answer:
    """Every active type's status."""
    caller, address = call.caller, call.path["address"]
    brand, found = brand_asked(caller, call.query), _found(key_of(address))
    return Answer(complete(public_statuses(caller, address, found, brand), caller.now))


@operations.add(
    "POST", ONE, KeyScope.STATUSES_WRITE, body=PartialStatus, query=Theirs, answers={200: None}
)
def write(call: Call) -> Answer:
    """Subscribe or unsubscribe one type; with basis and explanation also where a no stands."""
    caller, update = call.caller, call.body
    wanted = Status[update.status]
    wish = writing.wish_for(caller, call.path["address"], update.type, wanted, update)
    (granted,) = writing.carry_out(caller, Hand.API, [wish])
    return Answer(complete([writing.answer(caller, wish, granted)], caller.now))


@operations.add(
    "GET", f"{ONE}/unsubscribe-all", KeyScope.STATUSES_READ, query=OptingOut, answers={200: None}
)
def read_wide(call: Call) -> Answer:
    """What stands above the types; nothing where nothing does."""
    caller, address = call.caller, call.path["address"]
    brand, found = brand_asked(caller, call.query), _found(key_of(address))
    return Answer(complete(wide_statuses(caller, address, found, brand), caller.now))


@operations.add(
    "POST", f"{ONE}/unsubscribe-all", KeyScope.STATUSES_WRITE, query=OptingOut, answers={200: None}
)
def opt_out(call: Call) -> Answer:
    """Opt out of all email of a brand, or of the account."""
    caller, address = call.caller, call.path["address"]
    brand = brand_asked(caller, call.query)
    wishes = writing.opting_out(caller, key_of(address), address, brand)
    *_, granted = writing.carry_out(caller, Hand.API, wishes)
    told = []
    if call.query.verbose:
        found = Statuses(granted.known)
        told = public_statuses(caller, address, found, brand, writing.LEFT_ALL)
    return Answer(complete(told, caller.now))


def _found(key: bytes) -> Statuses:
    with site().database.reading() as connection:
        return statuses(connection, [key])[key]
