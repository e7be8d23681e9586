"""Webhooks by the API: what the admin can do with them."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.domain.webhooks import Webhook, url_problem
from app.domain.words import Kind
from app.queries import webhooks as known
from app.services import webhooks
from app.services.webhooks import Settings
from app.web.api.caller import Caller
from app.web.api.operations import Answer, Call, Operations, Ours
from app.web.api.problems import Fault, Problem
from app.web.api.writing import REPEATABLE, once
from app.web.site import site

operations = Operations()
PATH = "/api/v1/webhooks"
ONE = f"{PATH}/<int:id>"
Ids = Annotated[list[int], Field(min_length=1, max_length=100)]
Kinds = Annotated[list[str], Field(min_length=1, max_length=10)]


class Hook(TypedDict):
    """A webhook. Kinds, types and brands null: it is told of all."""

    id: int
    url: str
    kinds: list[str] | None
    types: list[int] | None
    brands: list[int] | None
    active: bool
    createdAt: str
    deliveredAt: str | None
    failingSince: str | None
    lastAnswer: str | None


class WithSecret(Hook):
    """A webhook, and what verifies its signatures (Standard Webhooks)."""

    secret: str


class Hooks(TypedDict):
    """All of them."""

    webhooks: list[Hook]


class New(Ours):
    """What a webhook is made of."""

    url: str
    kinds: Kinds | None = None
    types: Ids | None = None
    brands: Ids | None = None


class Changed(Ours):
    """What is to be changed; what is left out stays."""

    url: str | None = None
    kinds: Kinds | None = None
    types: Ids | None = None
    brands: Ids | None = None
    active: bool | None = None


class Letters(Ours):
    """Dead letters by their position in the feed; all where none is named."""

    positions: list[int] = Field(default_factory=list, max_length=1_000)


class DeadLetter(TypedDict):
    """A change that could not be told for three days."""

    position: int
    email: str | None
    addressKey: str
    kind: str
    attempts: int
    lastAnswer: str


class DeadLetters(TypedDict):
    """A page of them."""

    deadLetters: list[DeadLetter]


class AfterLetter(Ours):
    """From which position on."""

    after: int = 0


@operations.add("GET", PATH, KeyScope.CHANGES, answers={200: Hooks})
def index(call: Call) -> Answer:
    """Every webhook, the newest first."""
    call.caller.whole_account()
    with site().database.reading() as connection:
        made = known.all_webhooks(connection, call.caller.now)
    return Answer({"webhooks": [_told(hook) for hook in made]})


@operations.add(
    "POST", PATH, KeyScope.CHANGES, body=New, answers={201: WithSecret}, problems=REPEATABLE
)
def create(call: Call) -> Response:
    """Make one. It is told of what happens from now on."""
    call.caller.whole_account()
    new: New = call.body
    settings = _settings(call.caller, new.model_dump())

    def work(connection: Connection) -> Answer:
        id_ = webhooks.create(connection, settings, call.caller.doer)
        return Answer(_with_secret(_now(connection, call, id_)), 201)

    return once(call.caller, work)


@operations.add("GET", ONE, KeyScope.CHANGES, answers={200: WithSecret})
def show(call: Call) -> Answer:
    """One of them, with its secret."""
    call.caller.whole_account()
    return Answer(_with_secret(_hook(call, call.path["id"])))


@operations.add(
    "PATCH", ONE, KeyScope.CHANGES, body=Changed, answers={200: Hook}, problems=REPEATABLE
)
def change(call: Call) -> Response:
    """Change it, or switch it on or off. What is left out stays; null means all."""
    call.caller.whole_account()
    hook, wanted = _hook(call, call.path["id"]), call.body.model_dump(exclude_unset=True)
    active = wanted.pop("active", None)
    kinds = None if hook.kinds is None else [kind.name for kind in hook.kinds]
    stays = {"url": hook.url, "kinds": kinds, "types": hook.types, "brands": hook.brands}
    settings = _settings(call.caller, {**stays, **wanted}) if wanted else None

    def work(connection: Connection) -> Answer:
        if settings is not None:
            webhooks.change(connection, hook.id, settings, call.caller.doer)
        if active is not None and active is not hook.active:
            switch = webhooks.switch_on if active else webhooks.switch_off
            switch(connection, hook.id, call.caller.doer)
        return Answer(_told(_now(connection, call, hook.id)))

    return once(call.caller, work)


@operations.add("DELETE", ONE, KeyScope.CHANGES, answers={204: None}, problems=REPEATABLE)
def remove(call: Call) -> Response:
    """Forget it and what it is owed."""
    call.caller.whole_account()
    hook = _hook(call, call.path["id"])

    def work(connection: Connection) -> Answer:
        webhooks.remove(connection, hook.id, call.caller.doer)
        return Answer(None, 204)

    return once(call.caller, work)


@operations.add(
    "POST", f"{ONE}/secret", KeyScope.CHANGES, answers={200: WithSecret}, problems=REPEATABLE
)
def renew_secret(call: Call) -> Response:
    """Sign with a new secret; for a day with the old one as well."""
    call.caller.whole_account()
    hook = _hook(call, call.path["id"])

    def work(connection: Connection) -> Answer:
        webhooks.renew_secret(connection, hook.id, call.caller.doer)
        return Answer(_with_secret(_now(connection, call, hook.id)))

    return once(call.caller, work)


@operations.add(
    "GET",
    f"{ONE}/dead-letters",
    KeyScope.CHANGES,
    query=AfterLetter,
    answers={200: DeadLetters},
)
def dead_letters(call: Call) -> Answer:
    """What could not be told, in the order of the feed."""
    call.caller.whole_account()
    hook = _hook(call, call.path["id"])
    with site().database.reading() as connection:
        found = known.dead_letters(connection, hook.id, call.query.after)
    told = [
        {
            "position": letter.position,
            "email": letter.address,
            "addressKey": letter.key.hex(),
            "kind": letter.kind.name,
            "attempts": letter.attempts,
            "lastAnswer": letter.answer,
        }
        for letter in found
    ]
    return Answer({"deadLetters": told})


@operations.add(
    "POST",
    f"{ONE}/dead-letters",
    KeyScope.CHANGES,
    body=Letters,
    answers={202: None},
    problems=REPEATABLE,
)
def send_again(call: Call) -> Response:
    """Send dead letters again."""
    call.caller.whole_account()
    hook = _hook(call, call.path["id"])

    def work(connection: Connection) -> Answer:
        webhooks.send_again(connection, hook.id, call.body.positions, call.caller.doer)
        return Answer(None, 202)

    return once(call.caller, work)


def _hook(call: Call, id_: int) -> Webhook:
    with site().database.reading() as connection:
        return _now(connection, call, id_)


def _now(connection: Connection, call: Call, id_: int) -> Webhook:
    found = known.one(connection, id_, call.caller.now) if id_ < 2**31 else None
    if found is None:
        raise Problem("nothing-here")
    return found


def _settings(caller: Caller, wanted: dict[str, Any]) -> Settings:
    if problem := url_problem(wanted["url"], site().settings.webhook_networks):
        why = "begins with https://" if problem == "webhook-https" else "is a whole address"
        raise Problem("malformed", faults=[Fault("/url", f"Send one that {why}")])
    for id_ in wanted["types"] or ():
        caller.type(id_, "/types")
    for id_ in wanted["brands"] or ():
        caller.brand(id_, "/brands")
    unknown = [name for name in wanted["kinds"] or () if name not in Kind.__members__]
    if unknown:
        names = ", ".join(Kind.__members__)
        raise Problem("malformed", faults=[Fault("/kinds", f"The kinds are {names}")])
    kinds, types, brands = (wanted[name] for name in ("kinds", "types", "brands"))
    return Settings(
        wanted["url"],
        None if kinds is None else frozenset(Kind[name] for name in kinds),
        None if types is None else frozenset(types),
        None if brands is None else frozenset(brands),
    )


def _with_secret(hook: Webhook) -> dict[str, Any]:
    return {**_told(hook), "secret": hook.secrets[0]}


def _told(hook: Webhook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "url": hook.url,
        "kinds": None if hook.kinds is None else sorted(kind.name for kind in hook.kinds),
        "types": None if hook.types is None else sorted(hook.types),
        "brands": None if hook.brands is None else sorted(hook.brands),
        "active": hook.active,
        "createdAt": moment(hook.created_at),
        "deliveredAt": moment(hook.delivered_at),
        "failingSince": moment(hook.failing_since),
        "lastAnswer": hook.answer or None,
    }
