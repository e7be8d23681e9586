"""Every call there is, tried by keys that may not do it (issue 4): who adds a call adds it here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

from app.domain.keys import KeyScope
from app.store.doors import Database
from app.web.api.operations import Operation
from app.web.api.rooms import ROOMS
from tests.databases import ON_SQLITE
from tests.web.api.callers import Program
from tests.web.api.test_catalog_calls import made
from tests.web.api.test_frame import told, told_theirs
from tests.web.houses import Clock, events, known, running, settings_for
from tests.world import ANA, CLEO, World

V1, V3, V4 = "/api/v1", "/communication-preferences/v3", "/communication-preferences/v4"
EVERY = [operation for room in ROOMS for operation in room]
ARGUMENT = re.compile(r"<(?:\w+:)?\w+>")
WHOM, CHANNEL = ANA.address, "channel=EMAIL"
YES = {"legalBasis": "CONSENT_WITH_NOTICE", "legalBasisExplanation": "At our fair"}
NOVELS = {"subscriptionId": "{novels}", "statusState": "UNSUBSCRIBED", "channel": "EMAIL"}


class Try(NamedTuple):
    """A call about what is fernway's, and what a key of workshops is answered."""

    method: str
    rule: str
    status: int
    body: Any = None
    path: str = ""
    query: str = ""


TRIES = [
    Try("GET", f"{V1}/key", 200),
    Try("POST", f"{V1}/links", 403, {"emails": [WHOM], "type": "novels"}),
    Try("POST", f"{V1}/links", 403, {"emails": [WHOM], "brand": "fernway"}),
    Try("POST", f"{V1}/links", 200, {"emails": [WHOM]}),
    Try("POST", f"{V1}/send-decisions", 403, {"emails": [WHOM], "type": "novels"}),
    Try("GET", f"{V1}/preferences/<path:email>", 200, path=f"{V1}/preferences/{WHOM}"),
    Try(
        *("POST", f"{V1}/preferences", 403),
        {"email": WHOM, "type": "novels", "status": "SUBSCRIBED", **YES},
    ),
    Try(
        *("POST", f"{V1}/preferences/batch", 200),
        {"inputs": [{"email": WHOM, "type": "novels", "status": "UNSUBSCRIBED"}]},
    ),
    Try("POST", f"{V1}/opt-outs", 403, {"email": WHOM}),
    Try("POST", f"{V1}/opt-outs", 403, {"email": WHOM, "brand": "fernway"}),
    Try("POST", f"{V1}/opt-outs/removal", 403, {"email": WHOM, "explanation": "x"}),
    Try(
        *("POST", f"{V1}/opt-outs/removal", 403),
        {"email": WHOM, "brand": "fernway", "explanation": "x"},
    ),
    Try("GET", f"{V1}/suppressions", 403),
    Try("GET", f"{V1}/suppressions", 403, query="type=novels"),
    Try("GET", f"{V1}/suppressions", 403, query="brand=fernway"),
    Try("GET", f"{V1}/suppressions", 200, query="brand=workshops"),
    Try("GET", f"{V1}/subscribers", 403, query="type=novels"),
    Try("GET", f"{V1}/exports/contacts", 403, query="type=evenings"),
    Try("GET", f"{V1}/exports/preferences", 403, query="brand=fernway"),
    Try("GET", f"{V1}/exports/preferences", 403),
    Try("GET", f"{V1}/exports/preferences", 200, query="brand=workshops"),
    Try("GET", f"{V1}/exports/ledger", 403, query="type=novels"),
    Try("GET", f"{V1}/exports/ledger", 200, query="type=evenings"),
    Try("GET", f"{V1}/contacts", 403),
    Try("POST", f"{V1}/contacts", 403, {"email": WHOM}),
    Try("GET", f"{V1}/contacts/<int:id>", 403, path=f"{V1}/contacts/{{contact}}"),
    Try("PATCH", f"{V1}/contacts/<int:id>", 403, {"name": "x"}, f"{V1}/contacts/{{contact}}"),
    Try("DELETE", f"{V1}/contacts/<int:id>", 403, path=f"{V1}/contacts/{{contact}}"),
    Try(
        *("POST", f"{V1}/contacts/<int:id>/address", 403),
        *({"email": "new@example.com"}, f"{V1}/contacts/{{contact}}/address"),
    ),
    Try("GET", f"{V1}/subscription-types", 200),
    Try(
        *("POST", f"{V1}/subscription-types", 403),
        {"brand": "fernway", "slug": "more", "texts": {"en": {"name": "More"}}},
    ),
    Try(
        "GET", f"{V1}/subscription-types/<int:id>", 403, path=f"{V1}/subscription-types/{{novels}}"
    ),
    Try(
        *("PATCH", f"{V1}/subscription-types/<int:id>", 403),
        *({"archived": True}, f"{V1}/subscription-types/{{novels}}"),
    ),
    Try("GET", f"{V1}/brands", 200),
    Try("POST", f"{V1}/brands", 403, {"slug": "new", "name": "New"}),
    Try("GET", f"{V1}/brands/<int:id>", 403, path=f"{V1}/brands/{{fernway}}"),
    Try("PATCH", f"{V1}/brands/<int:id>", 403, {"name": "x"}, f"{V1}/brands/{{fernway}}"),
    Try(
        *("PATCH", f"{V1}/brands/<int:id>", 400),
        *({"types": ["{novels}"]}, f"{V1}/brands/{{workshops}}"),
    ),
    Try("GET", f"{V1}/messages", 200),
    Try("POST", f"{V1}/messages", 403, {"brand": "fernway", "name": "June"}),
    Try("GET", f"{V1}/messages/<int:number>", 404, path=f"{V1}/messages/{{message}}"),
    Try("PATCH", f"{V1}/messages/<int:number>", 404, {"name": "x"}, f"{V1}/messages/{{message}}"),
    Try("GET", f"{V1}/changes", 200),
    Try("GET", f"{V1}/changes", 403, query="type=novels"),
    Try("GET", f"{V1}/changes", 403, query="brand=fernway"),
    Try("POST", f"{V1}/feedback", 403, {"events": [{"email": WHOM, "kind": "BOUNCE"}]}),
    Try("GET", f"{V1}/webhooks", 403),
    Try("POST", f"{V1}/webhooks", 403, {"url": "https://thief.example.com/"}),
    Try("GET", f"{V1}/webhooks/<int:id>", 403, path=f"{V1}/webhooks/{{webhook}}"),
    Try("PATCH", f"{V1}/webhooks/<int:id>", 403, {"active": False}, f"{V1}/webhooks/{{webhook}}"),
    Try("DELETE", f"{V1}/webhooks/<int:id>", 403, path=f"{V1}/webhooks/{{webhook}}"),
    Try("POST", f"{V1}/webhooks/<int:id>/secret", 403, path=f"{V1}/webhooks/{{webhook}}/secret"),
    Try(
        *("GET", f"{V1}/webhooks/<int:id>/dead-letters", 403),
        path=f"{V1}/webhooks/{{webhook}}/dead-letters",
    ),
    Try(
        *("POST", f"{V1}/webhooks/<int:id>/dead-letters", 403),
        *({}, f"{V1}/webhooks/{{webhook}}/dead-letters"),
    ),
    Try(
        *("POST", f"{V1}/workflows/<int:workflow>/enrolments", 403),
        *({"emails": [WHOM]}, f"{V1}/workflows/7/enrolments"),
    ),
    Try("POST", f"{V1}/imports", 403, "email", query="what=contacts"),
    Try("GET", f"{V1}/imports/<int:id>", 403, path=f"{V1}/imports/7"),
    Try("GET", f"{V1}/imports/<int:id>/report", 403, path=f"{V1}/imports/7/report"),
    Try("POST", f"{V1}/imports/<int:id>/check", 403, {}, f"{V1}/imports/7/check"),
    Try("POST", f"{V1}/imports/<int:id>/start", 403, {}, f"{V1}/imports/7/start"),
    Try("POST", f"{V1}/imports/<int:id>/press", 403, {"do": "pause"}, f"{V1}/imports/7/press"),
    Try("POST", f"{V1}/imports/<int:id>/undo", 403, path=f"{V1}/imports/7/undo"),
    Try("GET", f"{V3}/definitions", 200),
    Try("GET", f"{V3}/status/email/<path:address>", 200, path=f"{V3}/status/email/{WHOM}"),
    Try("POST", f"{V3}/subscribe", 403, {"emailAddress": WHOM, "subscriptionId": "{novels}"}),
    Try("POST", f"{V3}/unsubscribe", 403, {"emailAddress": WHOM, "subscriptionId": "{novels}"}),
    Try("GET", f"{V4}/definitions", 200),
    Try("GET", f"{V4}/definitions", 403, query="businessUnitId={fernway}"),
    Try("GET", f"{V4}/statuses/<path:address>", 200, path=f"{V4}/statuses/{WHOM}", query=CHANNEL),
    Try("POST", f"{V4}/statuses/<path:address>", 403, NOVELS, f"{V4}/statuses/{WHOM}"),
    Try(
        *("GET", f"{V4}/statuses/<path:address>/unsubscribe-all", 403, None),
        *(f"{V4}/statuses/{WHOM}/unsubscribe-all", f"{CHANNEL}&businessUnitId={{fernway}}"),
    ),
    Try(
        *("POST", f"{V4}/statuses/<path:address>/unsubscribe-all", 403, None),
        *(f"{V4}/statuses/{WHOM}/unsubscribe-all", f"{CHANNEL}&businessUnitId={{fernway}}"),
    ),
    Try("POST", f"{V4}/statuses/batch/read", 200, {"inputs": [WHOM]}, query=CHANNEL),
    Try("POST", f"{V4}/statuses/batch/unsubscribe-all/read", 200, {"inputs": [WHOM]}, "", CHANNEL),
    Try(
        *("POST", f"{V4}/statuses/batch/unsubscribe-all", 403, {"inputs": [WHOM]}),
        query=f"{CHANNEL}&businessUnitId={{fernway}}",
    ),
    Try(
        *("POST", f"{V4}/statuses/batch/write", 200),
        {"inputs": [{**NOVELS, "subscriberIdString": WHOM}]},
    ),
    Try(
        *("POST", f"{V4}/links/generate", 403),
        {"subscriberIdString": WHOM, "subscriptionId": "{novels}"},
        query=CHANNEL,
    ),
]


def named(operation: Operation) -> str:
    """What a test of one call is called."""
    return f"{operation.method} {operation.path}"


def called(operation: Operation, program: Program, **headers: str) -> Any:
    """A call with nothing in it but a number for each argument."""
    path = ARGUMENT.sub("7", operation.path)
    return program.send(operation.method, path, None, **headers)


@ON_SQLITE
def test_every_call_wants_a_key_with_its_scope(app: Flask, world: World) -> None:
    """Before anything is read: nothing of what is sent can make a difference."""
    lacking = {scope: Program(app, [s for s in KeyScope if s is not scope]) for scope in KeyScope}
    enough = {scope: Program(app, [scope]) for scope in KeyScope}
    for operation in EVERY:
        if operation.scope is None:
            continue
        refused = called(operation, lacking[operation.scope])
        assert refused.status_code == 403, named(operation)
        assert operation.scope.value in refused.text, named(operation)
        granted = called(operation, enough[operation.scope])
        assert "requiredScope" not in granted.text, named(operation)
        assert called(operation, enough[operation.scope], Authorization="").status_code == 401


@ON_SQLITE
def test_without_a_database_every_call_says_to_come_back(app: Flask, tmp_path: Path) -> None:
    """H-45: 503 in the shape of each, and nobody takes it for an answer."""
    program = Program(app)
    nowhere = settings_for("sqlite:////nowhere/sayso.db", tmp_path)
    with running(nowhere, Clock()) as lost:
        program.app = lost
        for operation in EVERY:
            answer = called(operation, program)
            if operation.path.startswith("/api/"):
                told(answer, 503, "unavailable")
            else:
                told_theirs(answer, 503, "INTERNAL_ERROR")
            assert answer.headers["Retry-After"] == "30"


def test_no_call_is_missing_here() -> None:
    tried = {(one.method, one.rule) for one in TRIES}
    assert tried == {(operation.method, operation.path) for operation in EVERY}


@ON_SQLITE
def test_a_key_of_one_brand_reaches_no_other_by_any_call(
    app: Flask, program: Program, database: Database, world: World
) -> None:
    """It reads nothing of the other brand, changes nothing of it, and takes nothing of the account
    with it."""
    names = {
        "novels": world.novels.id,
        "fernway": world.fernway.id,
        "workshops": world.workshops.id,
        "contact": made(program.post(f"{V1}/contacts", {"email": ANA.address}))["id"],
        "message": made(program.post(f"{V1}/messages", {"brand": "fernway", "name": "J"}))[
            "number"
        ],
        "webhook": made(program.post(f"{V1}/webhooks", {"url": "https://shop.example.com/"}))["id"],
    }
    out = {"email": CLEO.address, "type": "novels", "status": "UNSUBSCRIBED"}
    program.post(f"{V1}/preferences", out)
    own = Program(app, brands=[world.workshops.id])
    before = program.get(f"{V1}/brands").data, program.get(f"{V1}/subscription-types").data
    for one in TRIES:
        path = (one.path or one.rule).format(**names) + f"?{one.query.format(**names)}"
        answer = own.send(one.method, path, filled(one.body, names))
        assert answer.status_code == one.status, (one, answer.text)
        if answer.status_code == 200:
            told = answer.text.replace("Fernway's shop", "").replace("Fernway Workshops", "")
            secret = (str(world.novels.id), str(world.fernway.id), "novels", "Novels")
            asked = str(filled(one.body, names))
            assert not [w for w in secret if w in told and w not in asked], (one, told)
    assert before == (
        program.get(f"{V1}/brands").data,
        program.get(f"{V1}/subscription-types").data,
    )
    assert not known(database, ANA).held
    assert len(events(database, CLEO)) == 1
    assert program.get(f"{V1}/contacts/{names['contact']}").status_code == 200
    assert program.get(f"{V1}/webhooks/{names['webhook']}").status_code == 200


def filled(body: Any, names: dict[str, int]) -> Any:
    """The body with numbers in the place of their names."""
    if isinstance(body, dict):
        return {name: filled(value, names) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, names) for value in body]
    return names[body[1:-1]] if isinstance(body, str) and body[1:-1] in names else body
