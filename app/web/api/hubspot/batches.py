"""HubSpot's subscriptions API, version 4: up to 1,000 inputs, each answered on its own. Reads with
an error among them answer 207, writes 200 (rules.md, 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.address import MalformedAddress, unwrapped
from app.domain.changes import Hand
from app.domain.keys import KeyScope
from app.domain.words import Status
from app.queries.statuses import Statuses, statuses
from app.services.programs import Wish
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call
from app.web.api.hubspot import writing
from app.web.api.hubspot.envelopes import complete, standard_error, with_errors
from app.web.api.hubspot.requests import (
    FullStatus,
    FullStatuses,
    OnChannel,
    OptingOut,
    Strings,
    brand_asked,
)
from app.web.api.hubspot.told import public_statuses, wide_statuses
from app.web.api.models import Theirs
from app.web.api.operations import Operations
from app.web.api.problems import KINDS, Problem
from app.web.current import site

operations = Operations()
FOLDER = "/communication-preferences/v4/statuses/batch"
MALFORMED = "This is no email address"


@operations.add(
    "POST",
    f"{FOLDER}/read",
    KeyScope.STATUSES_READ,
    body=Strings,
    query=OnChannel,
    answers={200: None, 207: None},
)
def read(call: Call) -> Answer:
    """Every active type's status, for each address."""
    caller, brand = call.caller, brand_asked(call.caller, call.query)
    keyed = _keys(call.body.inputs)
    found = _found(keyed)
    results = [
        {
            "subscriberIdString": address,
            "statuses": public_statuses(caller, address, found[key], brand),
        }
        for address, key in keyed
        if key is not None
    ]
    return _read_answer(caller, results, keyed)


@operations.add(
    "POST",
    f"{FOLDER}/unsubscribe-all/read",
    KeyScope.STATUSES_READ,
    body=Strings,
    query=OnChannel,
    answers={200: None, 207: None},
)
def read_wide(call: Call) -> Answer:
    """What stands above the types, for each address."""
    caller, brand = call.caller, brand_asked(call.caller, call.query)
    keyed = _keys(call.body.inputs)
    found = _found(keyed)
    results = [
        {
            "subscriberIdString": address,
            "wideStatuses": wide_statuses(caller, address, found[key], brand),
        }
        for address, key in keyed
        if key is not None
    ]
    return _read_answer(caller, results, keyed)


@operations.add(
    "POST",
    f"{FOLDER}/unsubscribe-all",
    KeyScope.STATUSES_WRITE,
    body=Strings,
    query=OptingOut,
    answers={200: None},
)
def opt_out(call: Call) -> Answer:
    """Opt each address out of all email of a brand, or of the account."""
    caller, brand = call.caller, brand_asked(call.caller, call.query)
    keyed = _keys(call.body.inputs)
    wishes = [
        wish
        for address, key in keyed
        if key is not None
        for wish in writing.opting_out(caller, key, address, brand)
    ]
    granted = writing.carry_out(caller, Hand.API_BATCH, wishes)
    now = {wish.key: Statuses(g.known) for wish, g in zip(wishes, granted, strict=True)}
    results = []
    for address, key in keyed:
        if key is not None:
            told: dict[str, Any] = {"subscriberIdString": address, "statuses": []}
            if call.query.verbose:
                left = public_statuses(caller, address, now[key], brand, writing.LEFT_ALL)
                told["statuses"] = left
            results.append(told)
    return Answer(with_errors(results, _malformed(keyed), caller.now))


@operations.add(
    "POST",
    f"{FOLDER}/write",
    KeyScope.STATUSES_WRITE,
    body=FullStatuses,
    query=Theirs,
    answers={200: None},
)
def write(call: Call) -> Answer:
    """Subscribe and unsubscribe. What a person said no to stays."""
    caller, inputs = call.caller, call.body.inputs
    asked = [_wish(caller, update) for update in inputs]
    wishes = [wish for wish in asked if isinstance(wish, Wish)]
    granted = iter(writing.carry_out(caller, Hand.API_BATCH, wishes))
    results, errors = [], []
    for update, wish in zip(inputs, asked, strict=True):
        try:
            if isinstance(wish, Problem):
                raise wish
            results.append(writing.answer(caller, wish, next(granted)))
        except Problem as wrong:
            errors.append(_error(update, wrong))
    return Answer(with_errors(results, errors, caller.now))


def _wish(caller: Caller, update: FullStatus) -> Wish | Problem:
    """One input as a wish, or what is wrong with it."""
    try:
        return writing.wish_for(caller, update.address, update.type, Status[update.status], update)
    except Problem as wrong:
        return wrong


def _error(update: FullStatus, problem: Problem) -> dict[str, Any]:
    why = "; ".join(fault.why for fault in problem.faults) or KINDS[problem.kind].title
    about = {"subscriberIdString": update.address, "subscriptionId": str(update.type)}
    return standard_error(problem.kind, why, **about, **problem.context)


def _keys(addresses: Sequence[str]) -> list[tuple[str, bytes | None]]:
    """Each address with its key; None where it is none."""
    keyed: list[tuple[str, bytes | None]] = []
    for address in addresses:
        try:
            keyed.append((address, site().keys(unwrapped(address))))
        except MalformedAddress:
            keyed.append((address, None))
    return keyed


def _found(keyed: Sequence[tuple[str, bytes | None]]) -> dict[bytes, Statuses]:
    keys = sorted({key for _, key in keyed if key is not None})
    with site().database.reading() as connection:
        return statuses(connection, keys)


def _malformed(keyed: Sequence[tuple[str, bytes | None]]) -> list[dict[str, Any]]:
    return [
        standard_error("malformed", MALFORMED, subscriberIdString=address)
        for address, key in keyed
        if key is None
    ]


def _read_answer(
    caller: Caller, results: Sequence[Any], keyed: Sequence[tuple[str, bytes | None]]
) -> Answer:
    errors = _malformed(keyed)
    if errors:
        return Answer(with_errors(results, errors, caller.now), 207)
    return Answer(complete(results, caller.now))
