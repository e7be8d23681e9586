"""Calls by somebody who means ill, or whose program is broken (issue 4): refused or answered, never
half understood, never a mistake of ours, and nothing is left that could not be read again."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from typing import Any

from flask import Flask

from app.store.doors import Database
from tests.databases import ON_SQLITE
from tests.web.api.callers import Program
from tests.web.api.test_catalog_calls import made
from tests.web.api.test_frame import told
from tests.web.api.test_v1 import json_of
from tests.web.houses import BASE_URL, events
from tests.web.test_racing import at_once
from tests.world import ANA, BEN, World

ONE, CONTACTS = "/api/v1/preferences", "/api/v1/contacts"
BIG = 10**30
OUT = {"email": ANA.address, "type": "novels", "status": "UNSUBSCRIBED"}
YES = {
    **OUT,
    "status": "SUBSCRIBED",
    "legalBasis": "CONSENT_WITH_NOTICE",
    "legalBasisExplanation": "At our fair",
}


def body(**more: Any) -> str:
    """A body with more than it should have."""
    return json.dumps({**OUT, **more})


BODIES: list[tuple[str, Any]] = [
    (ONE, "[" * 200_000),
    (ONE, '{"email": ' * 100_000),
    (ONE, body(legalBasisExplanation=[[[]]])),
    (ONE, '{"email": "ben@example.org", ' + json.dumps(OUT)[1:]),
    (ONE, body().replace("novels", "\\ud800")),
    (ONE, body(type="?").replace('"?"', "9" * 5_000)),
    (ONE, body(type=BIG)),
    (ONE, body(type=True)),
    (ONE, body(type=7.0)),
    (ONE, body(email="a\0@example.com")),
    (ONE, body(email=["ana@example.com"])),
    (ONE, body(message="812")),
    (ONE, body(message=-1)),
    (ONE, body(message=2**31)),
    (ONE, body(basisEnds=5)),
    (ONE, body(basisEnds="5")),
    (ONE, body(basisEnds="-5")),
    (ONE, body(basisEnds="0001-01-01T00:00:00+14:00")),
    (ONE, body(basisEnds="9999-12-31T23:59:59-14:00")),
    (ONE, body(textVersion=0)),
    (ONE, body(legalBasisExplanation="a\0b")),
    (ONE, body(colour="red")),
    (ONE, json.dumps(OUT).encode("utf-16")),
    (ONE, b"\xef\xbb\xbf" + json.dumps(OUT).encode()),
    (ONE, ""),
    (ONE, "null"),
    (f"{ONE}/batch", {"inputs": {"0": OUT}}),
    (f"{ONE}/batch", {"inputs": [OUT] * 1_001}),
    ("/api/v1/opt-outs", {"email": ANA.address, "brand": 0}),
    ("/api/v1/opt-outs", {"email": ANA.address, "brand": ""}),
    ("/api/v1/opt-outs", {"email": ANA.address, "explanation": "a\0b"}),
    (CONTACTS, {"email": "z@example.com", "processingExplanation": "a\0b"}),
    (CONTACTS, {"email": "z@example.com", "language": "\0"}),
    (CONTACTS, {"email": "z@example.com", "properties": {"\0": "x"}}),
    (
        "/api/v1/feedback",
        {"events": [{"email": ANA.address, "kind": "BOUNCE", "message": 2**32}]},
    ),
    (
        "/api/v1/feedback",
        {
            "events": [
                {
                    "email": ANA.address,
                    "kind": "BOUNCE",
                    "happenedAt": "0001-01-01T00:00:00+14:00",
                }
            ]
        },
    ),
    ("/api/v1/messages", {"brand": "fernway", "name": "June", "volume": "12"}),
    ("/api/v1/messages", {"brand": "fernway", "name": "Ju\nne"}),
    (
        "/api/v1/subscription-types",
        {"brand": "fernway", "slug": "x", "texts": {"en": {"name": "X"}}, "public": "yes"},
    ),
    ("/api/v1/webhooks", {"url": "https://shop.example.com/" + "x" * 100_000}),
    ("/api/v1/webhooks", {"url": "https://shop.example.com/\0"}),
    ("/api/v1/links", {"emails": [ANA.address], "language": "\0"}),
    ("/api/v1/send-decisions", {"type": "novels", "emails": ANA.address}),
]
QUESTIONS = [
    f"{CONTACTS}?after={BIG}",
    f"{CONTACTS}?after=-1",
    f"{CONTACTS}?search=%00",
    f"{CONTACTS}?email=%00",
    f"{CONTACTS}?email=ana@example.com&search=ana",
    f"{CONTACTS}?type=novels",
    f"{CONTACTS}?status=SUBSCRIBED",
    f"{CONTACTS}?type=nothing&status=SUBSCRIBED",
    f"{CONTACTS}?createdSince=0001-01-01T00:00:00%2B14:00",
    f"{CONTACTS}?language=%00",
    f"/api/v1/messages?after={BIG}",
    "/api/v1/changes?after=zz.5",
    "/api/v1/changes?after=1.-5",
    "/api/v1/changes?limit=0",
    "/api/v1/changes?limit=-1",
    "/api/v1/changes?limit=5&limit=7",
    "/api/v1/changes?type=novels&brand=workshops",
    f"/api/v1/changes?type={BIG}",
    "/api/v1/exports/preferences?type=novels&type=offers",
    "/api/v1/suppressions?after=" + "g" * 32,
    "/api/v1/suppressions?type=%00",
    "/api/v1/key?colour=red",
]


@ON_SQLITE
def test_a_body_that_is_not_as_described_is_refused(program: Program, database: Database) -> None:
    for path, sent in BODIES:
        told(program.post(path, sent), 400, "malformed")
    assert not events(database, ANA)


def test_a_question_that_is_not_as_described_is_refused(program: Program) -> None:
    for asked in QUESTIONS:
        told(program.get(asked), 400, "malformed")


def test_numbers_beyond_any_database_are_no_mistake_of_ours(program: Program) -> None:
    hook = made(program.post("/api/v1/webhooks", {"url": "https://shop.example.com/"}))["id"]
    letters = f"/api/v1/webhooks/{hook}/dead-letters"
    for position in (BIG, -BIG):
        told(program.get(f"{letters}?after={position}"), 400, "malformed")
        told(program.post(letters, {"positions": [position]}), 400, "malformed")
    for folder in ("brands", "contacts", "messages", "subscription-types", "webhooks"):
        for number in (0, 2**31, 2**63, BIG):
            one = f"/api/v1/{folder}/{number}"
            told(program.get(one), 404, "nothing-here")
            told(program.send("PATCH", one, {}), 404, "nothing-here")
    told(program.send("DELETE", f"{CONTACTS}/{BIG}", None), 404, "nothing-here")
    told(program.post(f"{CONTACTS}/{BIG}/address", {"email": "z@example.com"}), 404, "nothing-here")
    told(program.get(f"/api/v1/changes?after=1.{'9' * 30}"), 410, "restored")


@ON_SQLITE
def test_what_is_packed_large_or_of_another_kind_is_not_unpacked(
    program: Program, database: Database
) -> None:
    """H-20: a bomb stays packed, and half a body without a length is not taken for a whole one."""
    bomb = gzip.compress(b" " * 10_000_000)
    told(program.post(ONE, bomb, Content_Encoding="gzip"), 415, "media")
    told(program.post(ONE, "email=a", Content_Type="text/plain"), 415, "media")
    large = json.dumps(OUT).encode() + b" " * (9 * 1024 * 1024)
    told(program.post(ONE, large), 413, "large")
    chunked = program.app.test_client().open(
        ONE,
        method="POST",
        input_stream=BytesIO(large),
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        headers={"Authorization": f"Bearer {program.secret}", "Content-Type": "application/json"},
        base_url=BASE_URL,
    )
    told(chunked, 413, "large")
    assert not events(database, ANA)


@ON_SQLITE
def test_a_body_where_none_is_taken_is_refused(program: Program) -> None:
    """Never ignored: whoever sent it meant something by it."""
    hook = made(program.post("/api/v1/webhooks", {"url": "https://shop.example.com/"}))
    secret = f"/api/v1/webhooks/{hook['id']}/secret"
    told(program.post(secret, {"overlapSeconds": 5}), 400, "malformed")
    assert json_of(program.get(secret.removesuffix("/secret")))["secret"] == hook["secret"]
    assert json_of(program.post(secret, {}))["secret"] != hook["secret"]


@ON_SQLITE
def test_a_type_never_loses_its_name(program: Program, world: World) -> None:
    one = f"/api/v1/subscription-types/{world.novels.id}"
    told(program.send("PATCH", one, {"texts": {"en": {"name": ""}}}), 400, "malformed")
    assert json_of(program.get(one))["texts"]["en"]["name"] == "Novels"


def test_of_two_who_change_one_thing_at_once_neither_undoes_the_other(
    program: Program, world: World
) -> None:
    """What a partial update leaves out stays, also where it came a moment ago."""
    one, languages = f"/api/v1/subscription-types/{world.novels.id}", ("nl", "de", "fr", "es", "pl")

    def naming(language: str) -> Any:
        texts = {"texts": {language: {"name": f"In {language}"}}}
        return lambda: program.send("PATCH", one, texts).status_code

    assert set(at_once(*map(naming, languages))) == {200}
    texts = json_of(program.get(one))["texts"]
    assert {language: texts[language]["name"] for language in languages} == {
        language: f"In {language}" for language in languages
    }


def test_of_two_who_change_one_thing_under_its_etag_one_is_told(
    program: Program, world: World
) -> None:
    one = f"/api/v1/subscription-types/{world.novels.id}"
    for turn in range(3):
        tag = program.get(one).headers["ETag"]

        def naming(name: str, tag: str = tag) -> Any:
            texts = {"texts": {"nl": {"name": name}}}
            return lambda: program.send("PATCH", one, texts, If_Match=tag).status_code

        answers = at_once(*(naming(f"{turn} by {who}") for who in range(4)))
        assert sorted(answers) == [200, 412, 412, 412]


@ON_SQLITE
def test_hubspots_calls_take_what_hubspots_clients_send(
    app: Flask, program: Program, database: Database, world: World
) -> None:
    """Rules.md 9: unknown fields and parameters are ignored there, numbers may be text."""
    sent = {
        "channel": "EMAIL",
        "subscriptionId": str(world.novels.id),
        "statusState": "UNSUBSCRIBED",
        "colour": "red",
    }
    path = f"/communication-preferences/v4/statuses/{BEN.address}?channel=EMAIL&colour=red"
    assert program.post(path, sent).status_code == 200
    assert len(events(database, BEN)) == 1


@ON_SQLITE
def test_a_call_that_claims_another_host_is_told_of_ours(
    app: Flask, program: Program, world: World
) -> None:
    """H-41: what an answer leads to is where the operator says that we are."""
    called = {"Authorization": f"Bearer {program.secret}", "X-Forwarded-Host": "evil.example"}
    asked = {"emails": [ANA.address], "type": "novels"}
    for evil in ("evil.example", "evil.example:81"):
        headers = {**called, "Host": evil}
        client = app.test_client()
        for answer in (
            client.get("/api/v1/nothing", headers=headers),
            client.get("/communication-preferences/v4/definitions", headers=headers),
            client.post("/api/v1/links", json=asked, headers=headers),
            client.get("/api/openapi.json", headers=headers),
            client.get("/api/docs", headers=headers),
        ):
            assert answer.status_code in (200, 404)
            assert "evil.example" not in answer.text + str(answer.headers)
            assert BASE_URL in answer.text or "://" not in answer.text


@ON_SQLITE
def test_a_call_with_far_too_much_around_it_is_refused_or_answered(
    app: Flask, program: Program, world: World
) -> None:
    """H-50: as far as a server lets it through."""
    many = "&".join(f"p{n}={n}" for n in range(300))
    problem = told(program.get(f"{CONTACTS}?{many}"), 400, "malformed")
    assert len(problem["errors"]) <= 100
    for path, status in (
        (f"{CONTACTS}?search={'x' * 5_000}", 400),
        (f"{ONE}/{'x' * 5_000}@example.com", 400),
        (f"/api/v1/{'x' * 5_000}", 404),
        (f"/communication-preferences/v3/status/email/{'x' * 5_000}", 400),
    ):
        assert program.get(path).status_code == status, path[:60]
    cookies = "; ".join(f"c{n}={n}" for n in range(200))
    assert program.get("/api/v1/key", Cookie=cookies, X_Long="x" * 65_536).status_code == 200
