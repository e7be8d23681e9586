"""Batches of HubSpot's clients: each input answered on its own, so many statements (issue 4)."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.changes import Unsubscribe
from app.domain.standing import ALL, of_type
from app.domain.words import ACCOUNT, Actor, Scope, Status
from app.store.doors import Database
from tests.databases import ON_SQLITE
from tests.web.api.callers import Program
from tests.web.api.test_hubspot_stories import V4
from tests.web.api.test_hubspot_writes import EVIDENCE
from tests.web.houses import events, known
from tests.web.test_statements import said
from tests.world import ANA, BEN, CLEO, World, say

BATCH = f"{V4}/statuses/batch"


def update(address: str, type_: Any, status: str, **more: Any) -> dict[str, Any]:
    """One input of a batch write."""
    return {
        "subscriberIdString": address,
        "channel": "EMAIL",
        "subscriptionId": type_ if isinstance(type_, int) else type_.id,
        "statusState": status,
        **more,
    }


def test_each_input_of_a_write_is_answered_on_its_own(
    program: Program, database: Database, world: World
) -> None:
    """Rules.md 3: a refusal never fails the rest; what she said herself no batch lifts."""
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id)))
    program.post(f"{BATCH}/write", {"inputs": [update(BEN.address, world.novels, "UNSUBSCRIBED")]})
    inputs = [
        update(ANA.address, world.novels, "SUBSCRIBED", **EVIDENCE),
        update(ANA.address, world.offers, "SUBSCRIBED", **EVIDENCE),
        update(BEN.address, world.novels, "SUBSCRIBED", **EVIDENCE),
        update("nobody", world.novels, "SUBSCRIBED"),
        update(CLEO.address, 7, "SUBSCRIBED"),
        update(CLEO.address, world.receipts, "UNSUBSCRIBED"),
        update(CLEO.address, world.offers, "NOT_SPECIFIED"),
        update(BEN.address, world.novels, "NOT_SPECIFIED"),
    ]
    answer = program.post(f"{BATCH}/write", {"inputs": inputs})
    told: Any = answer.json
    assert answer.status_code == 200
    assert [
        (r["subscriberIdString"], r["status"], r["setStatusSuccessReason"]) for r in told["results"]
    ] == [
        (ANA.address, "SUBSCRIBED", "REQUESTED_CHANGE_OCCURRED"),
        (BEN.address, "SUBSCRIBED", "RESUBSCRIBE_OCCURRED"),
        (CLEO.address, "NOT_SPECIFIED", "NO_STATUS_CHANGE"),
    ]
    assert told["numErrors"] == 5
    assert [(e["context"]["subscriberIdString"][0], e["category"]) for e in told["errors"]] == [
        (ANA.address, "CONFLICT"),
        ("nobody", "VALIDATION_ERROR"),
        (CLEO.address, "VALIDATION_ERROR"),
        (CLEO.address, "CONFLICT"),
        (BEN.address, "VALIDATION_ERROR"),
    ]
    assert told["errors"][0]["context"]["reason"] == ["UNSUBSCRIBED"]
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))


def test_an_address_may_come_many_times(program: Program, database: Database, world: World) -> None:
    """One after the other, in their order; what has all in common is one record."""
    inputs = [
        update(ANA.address, world.novels, "SUBSCRIBED", **EVIDENCE),
        update(ANA.address.upper(), world.offers, "SUBSCRIBED", **EVIDENCE),
        update(ANA.address, world.novels, "UNSUBSCRIBED"),
        update(ANA.address, world.novels, "SUBSCRIBED", **EVIDENCE),
        update(ANA.address, world.novels, "UNSUBSCRIBED"),
    ]
    told: Any = program.post(f"{BATCH}/write", {"inputs": inputs}).json
    assert [r["setStatusSuccessReason"] for r in told["results"]] == [
        "REQUESTED_CHANGE_OCCURRED",
        "REQUESTED_CHANGE_OCCURRED",
        "REQUESTED_CHANGE_OCCURRED",
        "RESUBSCRIBE_OCCURRED",
        "REQUESTED_CHANGE_OCCURRED",
    ]
    assert [e.record for e in events(database, ANA)] == [1, 1, 3, 4, 5]
    held = known(database, ANA).held
    assert held.status(of_type(world.novels.id)) is Status.UNSUBSCRIBED
    assert held.status(of_type(world.offers.id)) is Status.SUBSCRIBED


def test_reads_with_an_error_among_them_answer_207(
    program: Program, database: Database, world: World
) -> None:
    say(database, ANA, Unsubscribe(ACCOUNT))
    good = {"inputs": [ANA.address, CLEO.address, ANA.address]}
    answer = program.post(f"{BATCH}/read?channel=EMAIL", good)
    told: Any = answer.json
    assert answer.status_code == 200
    assert [r["subscriberIdString"] for r in told["results"]] == good["inputs"]
    assert {s["source"] for s in told["results"][0]["statuses"]} == {
        "OPTED_OUT_OF_ALL",
        "TRANSACTIONAL",
    }
    some = {"inputs": [ANA.address, "nobody"]}
    for path, name in (("read", "statuses"), ("unsubscribe-all/read", "wideStatuses")):
        answer = program.post(f"{BATCH}/{path}?channel=EMAIL", some)
        told = answer.json
        assert (answer.status_code, told["numErrors"], len(told["results"])) == (207, 1, 1)
        assert told["results"][0][name]
    one = {"inputs": [ANA.address]}
    brand = f"{BATCH}/read?channel=EMAIL&businessUnitId={world.workshops.id}"
    told = program.post(brand, one).json
    assert [s["subscriptionId"] for s in told["results"][0]["statuses"]] == [world.evenings.id]


@pytest.mark.parametrize("verbose", ["true", "false"])
def test_many_opt_out_of_everything(
    program: Program, database: Database, world: World, verbose: str
) -> None:
    inputs = {"inputs": [ANA.address, "nobody", CLEO.address]}
    path = f"{BATCH}/unsubscribe-all?channel=EMAIL&verbose={verbose}"
    answer = program.post(path, inputs)
    told: Any = answer.json
    assert (answer.status_code, told["numErrors"]) == (200, 1)
    types = 5 if verbose == "true" else 0
    assert [len(r["statuses"]) for r in told["results"]] == [types, types]
    for person in (ANA, CLEO):
        assert known(database, person).held.opted_out(ALL)
        assert [e.actor for e in events(database, person)] == [Actor.API]


@ON_SQLITE
def test_a_batch_takes_so_many_statements_whatever_it_holds(
    program: Program, database: Database, world: World, heard: list[str]
) -> None:
    """Issue 4: fixed numbers of statements per batch, but for the rows it writes."""
    people = [f"person{n}@example.com" for n in range(1_000)]
    counted = {}
    for many in (10, 1_000):
        program.get("/api/v1/key")
        heard.clear()
        read = program.post(f"{BATCH}/read?channel=EMAIL", {"inputs": people[:many]})
        assert read.status_code == 200
        reads = len(said(heard))
        heard.clear()
        inputs = [update(a, world.offers, "UNSUBSCRIBED") for a in people[:many]]
        program.post(f"{BATCH}/write", {"inputs": inputs})
        looks = [s for s in said(heard) if s.startswith("SELECT")]
        heard.clear()
        outs = [{"email": a, "type": "novels", "status": "UNSUBSCRIBED"} for a in people[:many]]
        program.post("/api/v1/preferences/batch", {"inputs": outs})
        ours = [s for s in said(heard) if s.startswith("SELECT")]
        counted[many] = (reads, len(looks), len(ours))
    assert counted == {10: (3, 2, 2), 1_000: (4, 3, 3)}
