"""Writes that come again under their Idempotency-Key (issue 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.store.doors import Database
from tests.databases import ON_BOTH
from tests.web.api.callers import Program
from tests.web.api.test_catalog_calls import made
from tests.web.api.test_frame import told
from tests.web.api.test_v1 import json_of
from tests.web.test_racing import at_once
from tests.world import CLEO, World

NEW: dict[str, Any] = {"brand": "fernway", "name": "June"}
MESSAGES = "/api/v1/messages"


def posting(program: Program, key: str, body: Any) -> Callable[[], int]:
    """A write whose answer is the number that it made, or the status of a refusal."""

    def press() -> int:
        answer = program.post(MESSAGES, body, Idempotency_Key=key)
        return made(answer)["number"] if answer.status_code == 201 else answer.status_code

    return press


@ON_BOTH
@pytest.mark.usefixtures("world")
def test_of_identical_requests_at_once_one_has_an_effect(
    program: Program, database: Database
) -> None:
    """All are answered alike; another request under the same key is refused, whichever is first."""
    for turn in range(3):
        numbers = at_once(*[posting(program, f"order-{turn}", NEW)] * 8)
        assert len(set(numbers)) == 1
        assert len(json_of(program.get(MESSAGES))["messages"]) == turn + 1
    july = posting(program, "order", {**NEW, "name": "July"})
    answers = at_once(*[posting(program, "order", NEW), july] * 3)
    assert sorted(answers)[:3] == [422] * 3
    assert len(set(answers)) == 2
    assert len(json_of(program.get(MESSAGES))["messages"]) == 4


def test_what_the_first_time_changed_does_not_refuse_the_second(
    program: Program, world: World
) -> None:
    """A contact deleted, and a webhook changed under its ETag, as they were answered first."""
    id_ = made(program.post("/api/v1/contacts", {"email": CLEO.address}))["id"]
    for replayed in ("false", "true"):
        gone = program.send("DELETE", f"/api/v1/contacts/{id_}", None, Idempotency_Key="gone")
        assert (gone.status_code, gone.data) == (204, b"")
        assert gone.headers["Idempotency-Replayed"] == replayed
    told(program.send("DELETE", f"/api/v1/contacts/{id_}", None), 404, "nothing-here")
    one = f"/api/v1/subscription-types/{world.novels.id}"
    tag = program.get(one).headers["ETag"]
    for _ in range(2):
        under = {"If_Match": tag, "Idempotency_Key": "confirm"}
        json_of(program.send("PATCH", one, {"confirms": True}, **under))
    hooks = "/api/v1/webhooks"
    new = {"url": "https://shop.example.com/hooks"}
    first, second = (program.post(hooks, new, Idempotency_Key="hook") for _ in range(2))
    assert first.json == second.json
    assert len(json_of(program.get(hooks))["webhooks"]) == 1
