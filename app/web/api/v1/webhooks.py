"""Webhooks by the API: what the admin can do with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.ids import MOST_ID
from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.domain.webhooks import Webhook, url_problem
from app.domain.words import Kind
from app.queries import webhooks as known
from app.services import webhooks
from app.services.webhooks import Settings
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call, Work
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.current import site

operations = Operations()
PATH = "/api/v1/webhooks"
ONE = f"{PATH}/<int:id>"
Ids = Annotated[list[int], Field(min_length=1, max_length=100)]
Position = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Kinds = Annotated[list[str], Field(min_length=1, max_length=10)]
WANTED = {
    "webhook-url": "is a whole address",
    "webhook-https": "begins with https://",
    "webhook-private": "is public, or have its network named in SAYSO_WEBHOOK_NETWORKS",
}


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

    positions: Annotated[list[Position], Field(max_length=1_000)] = Field(default_factory=list)


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

    after: Position = 0


@operations.add("GET", PATH, KeyScope.CHANGES, answers={200: Hooks})
def index(call: Call) -> Answer:
    """Every webhook, the newest first."""
    call.caller.whole_account()
    with site().database.reading() as connection:
        made = known.all_webhooks(connection, call.caller.now)
    return Answer({"webhooks": [_told(hook) for hook in made]})


@operations.write("POST", PATH, KeyScope.CHANGES, body=New, answers={201: WithSecret})
def create(call: Call) -> Work:
    """Make one. It is told of what happens from now on."""
    call.caller.whole_account()
    new: New = call.body
    settings = _settings(call.caller, new.model_dump())

    def work(connection: Connection) -> Answer:
        id_ = webhooks.create(connection, settings, call.caller.doer)
        return Answer(_with_secret(_now(connection, call, id_)), 201)

    return work


@operations.add("GET", ONE, KeyScope.CHANGES, answers={200: WithSecret})
def show(call: Call) -> Answer:
    """One of them, with its secret."""
    call.caller.whole_account()
    return Answer(_with_secret(_hook(call, call.path["id"])))


@operations.write("PATCH", ONE, KeyScope.CHANGES, body=Changed, answers={200: Hook})
def change(call: Call) -> Work:
    """Change it, or switch it on or off. What is left out stays; null means all."""
    caller, wanted = call.caller, call.body.model_dump(exclude_unset=True)
    active = wanted.pop("active", None)

    def work(connection: Connection, hook: Webhook) -> Answer:
        if wanted:
            settings = _settings(caller, {**_chosen(hook), **wanted})
            webhooks.change(connection, hook.id, settings, caller.doer)
        if active is not None and active is not hook.active:
            switch = webhooks.switch_on if active else webhooks.switch_off
            switch(connection, hook.id, caller.doer)
        return Answer(_told(_now(connection, call, hook.id)))

    return _on(call, work)


@operations.write("DELETE", ONE, KeyScope.CHANGES, answers={204: None})
def remove(call: Call) -> Work:
    """Forget it and what it is owed."""

    def work(connection: Connection, hook: Webhook) -> Answer:
        webhooks.remove(connection, hook.id, call.caller.doer)
        return Answer(None, 204)

    return _on(call, work)


@operations.write("POST", f"{ONE}/secret", KeyScope.CHANGES, answers={200: WithSecret})
def renew_secret(call: Call) -> Work:
    """Sign with a new secret; for a day with the old one as well."""

    def work(connection: Connection, hook: Webhook) -> Answer:
        webhooks.renew_secret(connection, hook.id, call.caller.doer)
        return Answer(_with_secret(_now(connection, call, hook.id)))

    return _on(call, work)


@operations.add(
    "GET", f"{ONE}/dead-letters", KeyScope.CHANGES, query=AfterLetter, answers={200: DeadLetters}
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


@operations.write(
    "POST", f"{ONE}/dead-letters", KeyScope.CHANGES, body=Letters, answers={202: None}
)
def send_again(call: Call) -> Work:
    """Send dead letters again."""

    def work(connection: Connection, hook: Webhook) -> Answer:
        webhooks.send_again(connection, hook.id, call.body.positions, call.caller.doer)
        return Answer(None, 202)

    return _on(call, work)


def _on(call: Call, work: Callable[[Connection, Webhook], Answer]) -> Work:
    """What is done to the webhook that a call names, as it stands then. Raises Problem."""
    call.caller.whole_account()

    def held(connection: Connection) -> Answer:
        webhooks.hold(connection, _now(connection, call, call.path["id"]).id)
        return work(connection, _now(connection, call, call.path["id"]))

    return held


def _chosen(hook: Webhook) -> dict[str, Any]:
    kinds = None if hook.kinds is None else [kind.name for kind in hook.kinds]
    return {"url": hook.url, "kinds": kinds, "types": hook.types, "brands": hook.brands}


def _hook(call: Call, id_: int) -> Webhook:
    with site().database.reading() as connection:
        return _now(connection, call, id_)


def _now(connection: Connection, call: Call, id_: int) -> Webhook:
    found = known.one(connection, id_, call.caller.now) if id_ <= MOST_ID else None
    if found is None:
        raise Problem("nothing-here")
    return found


def _settings(caller: Caller, wanted: dict[str, Any]) -> Settings:
    if problem := url_problem(wanted["url"], site().settings.webhook_networks):
        raise Problem("malformed", faults=[Fault("/url", f"Send one that {WANTED[problem]}")])
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
