"""Webhooks by the API (issue 4)."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.changes import Subscribe
from app.domain.deeds import Doer
from app.domain.webhooks import State
from app.queries import webhooks as known
from app.services import feed, webhooks
from app.store.doors import Database
from tests.databases import ON_POSTGRES
from tests.meetings import meeting
from tests.web.admin.test_webhooks import bury
from tests.web.api.callers import Program
from tests.web.api.test_catalog_calls import made
from tests.web.api.test_v1 import json_of
from tests.world import ANA, CLEO, NOW, World, say

PATH, URL = "/api/v1/webhooks", "https://shop.example.com/hooks"


def test_a_webhook_is_made_changed_and_removed(program: Program, world: World) -> None:
    """What a partial update leaves out stays; null means all."""
    made = program.post(PATH, {"url": URL, "types": [world.novels.id], "kinds": ["CHANGED"]})
    assert made.status_code == 201
    told: dict[str, Any] = made.get_json()
    assert (told["types"], told["kinds"], told["active"]) == ([world.novels.id], ["CHANGED"], True)
    here = f"{PATH}/{told['id']}"
    changed = program.send("PATCH", here, {"kinds": None, "active": False}).get_json()
    assert (changed["kinds"], changed["types"], changed["active"]) == (None, told["types"], False)
    private = program.send("PATCH", here, {"url": "https://[::1]/hooks"})
    assert private.get_json()["errors"][0]["pointer"] == "/url"
    assert program.post(f"{here}/secret", {}).get_json()["secret"] != told["secret"]
    assert program.get(f"{here}/dead-letters").get_json() == {"deadLetters": []}
    assert program.post(f"{here}/dead-letters", {}).status_code == 202
    assert [h["id"] for h in program.get(PATH).get_json()["webhooks"]] == [told["id"]]
    assert program.send("DELETE", here, None).status_code == 204
    assert program.get(here).status_code == 404


@ON_POSTGRES
def test_two_who_change_a_webhook_at_once_are_both_heard(
    program: Program, database: Database, world: World
) -> None:
    """What a partial update leaves out stays as it is then."""
    here = f"{PATH}/{made(program.post(PATH, {'url': URL}))['id']}"
    elsewhere = webhooks.Settings(f"{URL}/2")
    meeting(
        database,
        lambda c: webhooks.change(c, int(here.rpartition("/")[2]), elsewhere, Doer(None, NOW)),
        lambda _: program.send("PATCH", here, {"types": [world.novels.id]}),
    )
    told = json_of(program.get(here))
    assert (told["url"], told["types"]) == (elsewhere.url, [world.novels.id])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": "http://shop.example.com"}, "/url"),
        ({"url": "https://10.0.0.1/hooks"}, "/url"),
        ({"url": URL, "types": [1]}, "/types"),
        ({"url": URL, "brands": [1]}, "/brands"),
        ({"url": URL, "kinds": ["X"]}, "/kinds"),
        ({"url": URL, "types": []}, "/types"),
        ({"url": URL, "x": 1}, "/x"),
    ],
)
def test_what_cannot_be_is_told_by_its_field(
    program: Program, body: dict[str, Any], pointer: str
) -> None:
    answer = program.post(PATH, body)
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == pointer


def test_dead_letters_are_told_page_by_page_and_sent_again(
    program: Program, database: Database, world: World
) -> None:
    """Those that are named, or all."""
    id_ = made(program.post(PATH, {"url": URL}))["id"]
    here = f"{PATH}/{id_}/dead-letters"
    for person in (ANA, CLEO):
        say(database, person, Subscribe(world.novels))
    database.write(feed.sequence, NOW)
    database.write(bury)
    first, second = json_of(program.get(here))["deadLetters"]
    assert first == {
        "position": first["position"],
        "email": ANA.address,
        "addressKey": ANA.key.hex(),
        "kind": "CHANGED",
        "attempts": 0,
        "lastAnswer": "500",
    }
    assert (second["email"], second["addressKey"]) == (None, CLEO.key.hex())
    assert program.get(f"{here}?after={first['position']}").json == {"deadLetters": [second]}
    assert program.post(here, {"positions": [first["position"]]}).status_code == 202
    assert program.get(here).json == {"deadLetters": [second]}
    assert program.post(here, {}).status_code == 202
    assert program.get(here).json == {"deadLetters": []}
    with database.reading() as connection:
        assert known.owed(connection, id_) == {State.OWED: 2, State.DEAD: 0}


def test_a_key_of_some_brands_makes_no_webhooks(program: Program, world: World) -> None:
    restricted = Program(program.app, brands=[world.fernway.id])
    assert restricted.post(PATH, {"url": URL}).status_code == 403
