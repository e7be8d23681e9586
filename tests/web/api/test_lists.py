"""Whole lists streamed: suppressions and subscribers (rules.md, 1; issue 4)."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import Any

import pytest
from flask import Flask

from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.contacts import Source
from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.domain.words import ACCOUNT, DAY, Actor, Basis, Cause, Scope
from app.queries import lists
from app.services import catalog, contacts
from app.services.contacts import Draft, Origin
from app.services.preferences import apply_all
from app.store.doors import Database
from tests.web.api.callers import Program
from tests.web.api.test_frame import told
from tests.web.houses import Clock, Mailed, store
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, CLEO, NOW, Person, World, by, instruction, say

LIST = "/api/v1/suppressions"


def lines(answer: Any) -> dict[str, str]:
    """Whom a list names, and why."""
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    return {row["email"] or row["addressKey"]: row["reason"] for row in rows}


@pytest.fixture
def told_off(app: Flask, database: Database, mailed: Mailed, world: World) -> None:
    """Ana paused fernway, Ben left everything but workshops, Cleo (a key) left novels; one bounced
    and one had a consent that has ended."""
    Visitor(app).open(mailed.preferences(ANA)).press("pause-30")
    Visitor(app).open(mailed.preferences(BEN)).press("account")
    Visitor(app).open(mailed.preferences(BEN, world.workshops)).tick(world.evenings).press("save")
    say(database, CLEO, Unsubscribe(Scope.type(world.novels.id), world.novels))
    feedback = by(Hand.AUTOMATIC, actor=Actor.BOUNCE)
    bounced, lapsed = Person("Bo", "bo@example.com"), Person("Lu", "lu@example.com")
    for person in (bounced, lapsed):
        store(database, person)
    say(database, bounced, Report(Cause.BOUNCE, NOW), by_=feedback)
    consent = by(Hand.API, basis=Basis.CONSENT_WITH_NOTICE, basis_ends=NOW - 1, explained=True)
    say(database, lapsed, Subscribe(world.novels), by_=consent)


@pytest.mark.usefixtures("told_off")
def test_the_lists_of_type_brand_and_account(program: Program, world: World) -> None:
    """Addresses known by key only come with the key in hex."""
    assert lines(program.get(f"{LIST}?type=novels")) == {
        ANA.address: "PAUSED",
        BEN.address: "OPTED_OUT_OF_ALL",
        CLEO.key.hex(): "UNSUBSCRIBED",
        "bo@example.com": "BOUNCED",
        "lu@example.com": "CONSENT_EXPIRED",
    }
    assert lines(program.get(f"{LIST}?type=evenings")) == {"bo@example.com": "BOUNCED"}
    assert lines(program.get(f"{LIST}?type=receipts")) == {"bo@example.com": "BOUNCED"}
    assert lines(program.get(f"{LIST}?brand=fernway")) == {
        ANA.address: "PAUSED",
        BEN.address: "OPTED_OUT_OF_ALL",
        "bo@example.com": "BOUNCED",
    }
    account = program.get(LIST)
    assert lines(account) == {BEN.address: "OPTED_OUT_OF_ALL", "bo@example.com": "BOUNCED"}
    bens = next(row for row in map(json.loads, account.text.splitlines()) if "ben" in row["email"])
    assert bens["exceptedBrands"] == [world.workshops.id]


@pytest.mark.usefixtures("told_off")
def test_a_list_agrees_with_every_single_decision(
    program: Program, database: Database, world: World
) -> None:
    people = [ANA.address, BEN.address, CLEO.key.hex(), "bo@example.com", "lu@example.com"]
    for type_ in world.catalog.types.values():
        asked = {"emails": people, "type": type_.id}
        decided: Any = program.post("/api/v1/send-decisions", asked).json
        no = {d["email"]: d["reason"] for d in decided["decisions"] if not d["allowed"]}
        listed = lines(program.get(f"{LIST}?type={type_.id}"))
        assert {who: why for who, why in no.items() if why != "NOT_OPTED_IN"} == {
            who: why for who, why in listed.items() if why != "NOT_OPTED_IN"
        }
        yes = {d["email"] for d in decided["decisions"] if d["reason"] == "SUBSCRIBED"}
        assert set(lines(program.get(f"/api/v1/subscribers?type={type_.id}"))) == yes


@pytest.mark.usefixtures("told_off")
def test_as_csv_no_cell_is_a_formula(program: Program, database: Database, world: World) -> None:
    """H-38."""
    evil = Person("Eve", "=hyperlink()@example.com")
    store(database, evil)
    say(database, evil, Unsubscribe(ACCOUNT))
    answer = program.get(f"{LIST}?format=csv", Accept_Encoding="gzip")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(answer.data).decode())))
    assert {row["email"] for row in rows} == {
        BEN.address,
        "bo@example.com",
        "'=hyperlink()@example.com",
    }
    assert {row["reason"] for row in rows} == {"OPTED_OUT_OF_ALL", "BOUNCED"}


def test_under_data_privacy_subscribers_are_whom_to_mail(
    program: Program, database: Database, world: World, clock: Clock
) -> None:
    database.write(catalog.switch_data_privacy, True, NOW)
    say(database, ANA, Subscribe(world.novels))
    say(database, BEN, Subscribe(world.novels), by_=by(basis_ends=NOW + DAY))
    say(database, CLEO, Subscribe(world.novels))
    listed = program.get("/api/v1/subscribers?type=novels")
    assert lines(listed) == dict.fromkeys((ANA.address, BEN.address), "SUBSCRIBED")
    clock.pass_(DAY)
    assert set(lines(program.get("/api/v1/subscribers?type=novels"))) == {ANA.address}


def test_a_list_goes_on_where_it_broke_off_and_says_from_where_to_follow(
    program: Program, database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands on the edge of a page, be it more of one address than the page holds."""
    monkeypatch.setattr(lists, "FIRST", 2)
    monkeypatch.setattr(lists, "PAGE", 7)
    people = [Person(str(n), f"p{n}@example.com") for n in range(40)]
    outs = [Unsubscribe(Scope.type(t.id), t) for t in world.fernway.types if not t.transactional]
    database.write(
        apply_all, [instruction(person, *outs[: n % 5]) for n, person in enumerate(people)]
    )
    whole = program.get(f"{LIST}?type=novels")
    rows = [json.loads(line) for line in whole.text.splitlines()]
    assert len(rows) == sum(n % 5 > 0 for n in range(40))
    keys = [row["addressKey"] for row in rows]
    assert keys == sorted(keys)
    rest = program.get(f"{LIST}?type=novels&after={keys[10]}")
    assert [json.loads(line) for line in rest.text.splitlines()] == rows[11:]
    cursor = whole.headers["Changes-Cursor"]
    assert program.get(f"/api/v1/changes?after={cursor}").status_code == 200


def test_each_page_is_a_short_read_and_the_first_the_shortest(
    app: Flask,
    program: Program,
    database: Database,
    world: World,
    heard: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So the first byte comes as soon, and the memory is the same, however long the list is."""
    monkeypatch.setattr(lists, "FIRST", 2)
    monkeypatch.setattr(lists, "PAGE", 4)
    out = Unsubscribe(Scope.type(world.novels.id), world.novels)
    people = [Person(str(n), f"p{n}@example.com") for n in range(9)]
    database.write(apply_all, [instruction(person, out) for person in people])
    asked = {"Authorization": f"Bearer {program.secret}"}
    heard.clear()
    answer = app.test_client().get(f"{LIST}?type=novels", headers=asked, buffered=False)
    pieces, came = answer.iter_encoded(), []
    for piece in pieces:
        reads = [said for said in heard if "preference.address_key >" in said]
        came.append((piece.count(b"\n"), len(reads), heard[-1]))
    assert came == [(1, 1, "ROLLBACK"), (3, 2, "ROLLBACK"), (3, 3, "ROLLBACK"), (2, 4, "ROLLBACK")]


def test_who_may_not_see_a_list_does_not(app: Flask, program: Program, world: World) -> None:
    told(Program(app, [KeyScope.LINKS]).get(LIST), 403, "scope")
    own = Program(app, brands=[world.workshops.id])
    told(own.get(LIST), 403, "brand")
    told(own.get(f"{LIST}?type=novels"), 403, "brand")
    assert lines(own.get(f"{LIST}?brand=workshops")) == {}
    for wrong in ("?type=nothing", "?type=novels&brand=fernway", "?after=x", "?format=xml"):
        told(program.get(LIST + wrong), 400, "malformed")


@pytest.mark.usefixtures("told_off")
def test_contacts_preferences_and_ledger_are_exported(
    app: Flask, program: Program, world: World
) -> None:
    """Issue 5: the lists of the admin and of `sayso export`."""
    chosen = program.get("/api/v1/exports/preferences?type=novels")
    assert (chosen.status_code, chosen.mimetype) == (200, "application/x-ndjson")
    rows = [json.loads(line) for line in chosen.text.splitlines()]
    assert {row["use"] for row in rows} == {"SUPPRESSION_ONLY"}
    ledger = program.get("/api/v1/exports/ledger?format=csv&brand=workshops")
    assert 'filename="sayso-ledger-' in ledger.headers["Content-Disposition"]
    assert {row["name"] for row in csv.DictReader(io.StringIO(ledger.text))} >= {"workshops"}
    assert (
        program.get(f"/api/v1/changes?after={ledger.headers['Changes-Cursor']}").status_code == 200
    )
    assert program.get("/api/v1/exports/contacts").status_code == 200
    own = Program(app, brands=[world.workshops.id])
    told(own.get("/api/v1/exports/ledger"), 403, "brand")
    told(own.get("/api/v1/exports/preferences?type=novels"), 403, "brand")
    told(program.get("/api/v1/exports/ledger?type=novels&brand=fernway"), 400, "malformed")


@pytest.mark.usefixtures("told_off")
def test_contacts_are_exported_by_the_filters_of_their_list(
    program: Program, database: Database
) -> None:
    """Each filter by itself, and with what the rows are judged by."""
    drafts = [Draft(p.key, p.address, p.name, "nl" if p is BEN else None) for p in (ANA, BEN)]
    database.write(contacts.save_all, drafts, Origin(NOW, Source.API, "key:1"))
    folder = "/api/v1/exports/contacts"
    for query, wanted in CONTACTS.items():
        rows = map(json.loads, program.get(f"{folder}?{query}").text.splitlines())
        assert {row["name"]: row["use"] for row in rows} == wanted, query
    for wrong in ("status=SUBSCRIBED", "language=xx", "optOut=me", "chosenFor=nothing"):
        told(program.get(f"{folder}?{wrong}"), 400, "malformed")
    told(program.get("/api/v1/exports/ledger?search=ana"), 400, "malformed")


OUT = {BEN.name: ""}
CONTACTS = {
    "": {ANA.name: "", **OUT},
    "search=ben&type=novels": {BEN.name: "SUPPRESSION_ONLY"},
    "optOut=contact": OUT,
    "optOut=nobody&type=novels": {ANA.name: "SUPPRESSION_ONLY"},
    "type=evenings&status=SUBSCRIBED": {BEN.name: ""},
    "chosenFor=workshops&brand=workshops": {BEN.name: ""},
    "language=nl&source=API": OUT,
    "source=IMPORT": {},
    f"createdSince={moment(NOW)}&search=ana": {ANA.name: ""},
    f"createdUntil={moment(NOW)}": {},
}
"""Queries, and whom they find, with what their rows are good for."""
