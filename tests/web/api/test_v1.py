"""Our own calls: links, decisions, preferences, opt-outs, and asking twice (issue 4)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.keys import KeyScope
from app.domain.standing import ALL, BOUNCE, of_brand, of_type
from app.domain.words import ACCOUNT, DAY, Actor, Basis, Cause, Kind, Scope, Via
from app.store.doors import Database
from app.web.site import Site
from app.worker.due import repeating
from tests.web.api.callers import Program, key_of
from tests.web.api.test_frame import told
from tests.web.houses import BASE_URL, Clock, Mailed, events, known, proof
from tests.web.test_statements import said
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, CLEO, NOW, World, by, say

EVIDENCE = {"legalBasis": "CONSENT_WITH_NOTICE", "legalBasisExplanation": "At our fair"}


def json_of(answer: Any) -> Any:
    """What was answered, with 200."""
    assert answer.status_code == 200, answer.text
    return answer.json


def change(email: str, type_: Any, status: str, **more: Any) -> dict[str, Any]:
    """One status."""
    return {"email": email, "type": type_.slug, "status": status, **more}


def test_links_come_with_both_headers_and_open(
    program: Program, mailed: Mailed, world: World
) -> None:
    """R-01 to R-03: ready to set."""
    asked = {"emails": [ANA.address, "nobody"], "type": "novels", "message": 812}
    made, wrong = json_of(program.post("/api/v1/links", asked))["links"]
    assert wrong == {"email": "nobody", "error": "INVALID_ADDRESS"}
    unsubscribe = BASE_URL + mailed.type(ANA, world.novels, message=812)
    assert made["unsubscribeUrl"] == unsubscribe
    assert made["unsubscribeAllUrl"] == BASE_URL + mailed.brand(ANA, world.fernway, message=812)
    assert made["preferencesUrl"] == BASE_URL + mailed.preferences(
        ANA, message=812, first=world.novels
    )
    assert made["headers"]["List-Unsubscribe"] == f"<{unsubscribe}>"
    assert made["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert made["headers"]["List-Id"].startswith('"Fernway: Novels" <')
    dutch = json_of(program.post("/api/v1/links", {"emails": [ANA.address], "language": "nl"}))
    (one,) = dutch["links"]
    assert one["unsubscribeUrl"] == BASE_URL + mailed.brand(ANA, world.fernway) + "?lang=nl"
    assert Visitor(program.app).open(one["preferencesUrl"].removeprefix(BASE_URL)).boxes


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"emails": ["a@b.example"] * 10_001}, "/emails"),
        ({"emails": [], "type": "nothing"}, "/type"),
        ({"emails": [], "type": "receipts"}, "/type"),
        ({"emails": [], "type": "novels", "brand": "workshops"}, "/brand"),
        ({"emails": [], "language": "tlh"}, "/language"),
        ({"emails": [], "message": -1}, "/message"),
        ({"emails": [], "colour": "crimson"}, "/colour"),
        ({}, "/emails"),
    ],
)
def test_what_is_wrong_with_a_call_is_told_by_its_pointer(
    program: Program, asked: Any, pointer: str
) -> None:
    """Unknown fields are refused, never ignored. No value is repeated."""
    problem = told(program.post("/api/v1/links", asked), 400, "malformed")
    assert problem["errors"][0]["pointer"] == pointer
    assert "crimson" not in str(problem)


def test_ten_thousand_links_and_decisions_in_one_call(
    program: Program, world: World, heard: list[str]
) -> None:
    emails = [f"person{n}@example.com" for n in range(10_000)]
    program.post("/api/v1/send-decisions", {"emails": emails[:2], "type": "novels"})
    heard.clear()
    made = json_of(program.post("/api/v1/links", {"emails": emails, "type": world.novels.id}))
    assert [one["email"] for one in made["links"]] == emails
    counted = [s for s in said(heard) if "hit_count" not in s]
    assert len(counted) == 1
    heard.clear()
    asked = {"emails": emails, "type": "novels"}
    decided = json_of(program.post("/api/v1/send-decisions", asked))["decisions"]
    assert {(one["allowed"], one["reason"]) for one in decided} == {(True, "NOT_SPECIFIED")}
    counted = [s for s in said(heard) if "hit_count" not in s]
    assert len(counted) == 11


def test_decisions_say_why_and_until_when(
    app: Flask, program: Program, database: Database, mailed: Mailed, world: World
) -> None:
    """Rules.md 6, asked by text and by key."""
    Visitor(app).open(mailed.preferences(ANA)).press("pause-30")
    say(database, CLEO, Unsubscribe(ACCOUNT))
    emails = [ANA.address, CLEO.key.hex(), "nobody", BEN.address.upper()]
    decided = json_of(program.post("/api/v1/send-decisions", {"emails": emails, "type": "novels"}))
    assert decided["decisions"] == [
        {
            "email": ANA.address,
            "allowed": False,
            "reason": "PAUSED",
            "until": "2026-07-01T12:00:00.000Z",
        },
        {"email": emails[1], "allowed": False, "reason": "OPTED_OUT_OF_ALL", "until": None},
        {"email": "nobody", "allowed": False, "reason": "INVALID_ADDRESS", "until": None},
        {"email": emails[3], "allowed": True, "reason": "NOT_SPECIFIED", "until": None},
    ]
    inactive = program.post("/api/v1/send-decisions", {"emails": emails[:1], "type": "nothing"})
    assert json_of(inactive)["decisions"][0]["reason"] == "TYPE_INACTIVE"
    restricted = Program(app, brands=[world.workshops.id])
    answer = restricted.post("/api/v1/send-decisions", {"emails": emails, "type": "novels"})
    told(answer, 403, "brand")


def test_stored_and_effective_stand_side_by_side(
    app: Flask, program: Program, database: Database, mailed: Mailed, world: World
) -> None:
    json_of(
        program.post(
            "/api/v1/preferences", change(ANA.address, world.novels, "SUBSCRIBED", **EVIDENCE)
        )
    )
    Visitor(app).open(mailed.preferences(ANA)).press("account")
    Visitor(app).open(mailed.preferences(ANA, world.workshops)).tick(world.evenings).press("save")
    Visitor(app).open(mailed.preferences(ANA, world.workshops)).press("pause-60")
    read = json_of(program.get(f"/api/v1/preferences/{ANA.address}"))
    novels = next(t for t in read["types"] if t["slug"] == "novels")
    assert (novels["stored"], novels["effective"]) == ("SUBSCRIBED", "UNSUBSCRIBED")
    assert (novels["allowed"], novels["reason"]) == (False, "OPTED_OUT_OF_ALL")
    assert novels["made"] == {
        "actor": "API",
        "via": "API",
        "at": "2026-06-01T12:00:00.000Z",
        "legalBasis": "CONSENT_WITH_NOTICE",
        "legalBasisExplanation": "At our fair",
        "basisEnds": None,
    }
    (out,) = read["optOuts"]
    assert (out["brand"], out["cause"], out["made"]["actor"]) == (None, "CHOICE", "CONTACT")
    assert read["exceptions"] == [world.workshops.id]
    assert [pause["brand"] for pause in read["pauses"]] == [world.workshops.id]
    assert (read["email"], read["addressKey"]) == (ANA.address, ANA.key.hex())
    assert json_of(program.get(f"/api/v1/preferences/{ANA.key.hex()}")) == read
    restricted = Program(app, [KeyScope.STATUSES_READ], brands=[world.fernway.id])
    seen = json_of(restricted.get(f"/api/v1/preferences/{ANA.address}"))
    assert seen["exceptions"] == seen["pauses"] == []
    assert "evenings" not in {t["slug"] for t in seen["types"]}


def test_what_is_unchanged_is_not_sent_again(program: Program, world: World) -> None:
    path = f"/api/v1/preferences/{ANA.address}"
    tag = program.get(path).headers["ETag"]
    answer = program.get(path, If_None_Match=tag)
    assert (answer.status_code, answer.data) == (304, b"")
    program.post("/api/v1/preferences", change(ANA.address, world.novels, "UNSUBSCRIBED"))
    assert program.get(path, If_None_Match=tag).status_code == 200


def test_a_write_keeps_basis_end_texts_and_message(
    program: Program, database: Database, site: Site, world: World
) -> None:
    sent = change(
        CLEO.address,
        world.novels,
        "SUBSCRIBED",
        **EVIDENCE,
        basisEnds="2027-06-01T00:00:00+02:00",
        textVersion=world.novels.texts.version,
        message=812,
    )
    done = json_of(program.post("/api/v1/preferences", sent))
    assert done == {"result": "CHANGED", "before": "NOT_SPECIFIED", "number": 1}
    (event,) = events(database, CLEO)
    assert (event.basis, event.basis_ends) == (Basis.CONSENT_WITH_NOTICE, 1_811_800_800_000)
    assert (event.texts, event.message) == (world.novels.texts.version, 812)
    assert event.reference == key_of(site).reference
    assert proof(database) == [{"explanation": "At our fair"}]
    later = {**sent, "basisEnds": None}
    assert json_of(program.post("/api/v1/preferences", later))["result"] == "CONFIRMED"
    other = {**sent, "textVersion": world.offers.texts.version}
    told(program.post("/api/v1/preferences", other), 400, "malformed")


def test_a_persons_no_is_lifted_singly_and_never_in_a_batch(
    program: Program, database: Database, world: World
) -> None:
    """Rules.md 3; H-46."""
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id)))
    yes = change(ANA.address, world.novels, "SUBSCRIBED", **EVIDENCE)
    bare = {name: yes[name] for name in ("email", "type", "status")}
    problem = told(program.post("/api/v1/preferences", bare), 422, "evidence")
    assert problem["reason"] == "LEGAL_BASIS_REQUIRED"
    inputs = [yes, change(BEN.address, world.novels, "SUBSCRIBED"), {**yes, "email": "nobody"}]
    done = json_of(program.post("/api/v1/preferences/batch", {"inputs": inputs}))
    refused, changed, malformed = done["results"]
    assert refused == {"index": 0, "result": "REFUSED", "reason": "UNSUBSCRIBED"}
    assert changed == {"index": 1, "result": "CHANGED", "before": "NOT_SPECIFIED", "number": 1}
    assert (malformed["index"], malformed["result"]) == (2, "MALFORMED")
    assert done["refused"] == 2
    lifted = json_of(program.post("/api/v1/preferences", yes))
    assert (lifted["result"], lifted["before"]) == ("CHANGED", "UNSUBSCRIBED")


def test_opt_outs_of_everything_are_made_and_lifted(
    app: Flask, program: Program, database: Database, world: World
) -> None:
    """Rules.md 3: with an explanation, and never what the person decided."""
    for brand, place in ((None, ALL), ("workshops", of_brand(world.workshops.id))):
        asked = {"email": ANA.address, "brand": brand}
        assert json_of(program.post("/api/v1/opt-outs", asked))["result"] == "CHANGED"
        assert json_of(program.post("/api/v1/opt-outs", asked))["result"] == "UNCHANGED"
        assert known(database, ANA).held.opted_out(place)
        removal = {**asked, "explanation": ""}
        told(program.post("/api/v1/opt-outs/removal", removal), 422, "evidence")
        removal["explanation"] = "Ana asked us on the phone"
        assert json_of(program.post("/api/v1/opt-outs/removal", removal))["result"] == "CHANGED"
        assert not known(database, ANA).held.opted_out(place)
    voice = Program(app, speaks_for_person=True)
    json_of(voice.post("/api/v1/opt-outs", {"email": f"Ana <{ANA.address}>"}))
    assert known(database, ANA).held[ALL].actor is Actor.CONTACT
    hers = {"email": ANA.address, "explanation": "We want it back"}
    problem = told(program.post("/api/v1/opt-outs/removal", hers), 409, "refused")
    assert problem["reason"] == "NOT_PERMITTED"


def test_a_bounce_is_lifted_with_an_explanation_and_a_complaint_never(
    program: Program, database: Database
) -> None:
    for cause, actor in ((Cause.BOUNCE, Actor.BOUNCE), (Cause.COMPLAINT, Actor.COMPLAINT)):
        feedback = by(Hand.AUTOMATIC, actor=actor, via=Via.PROVIDER_EVENT)
        say(database, ANA, Report(cause, NOW), by_=feedback)
    asked = {"email": ANA.address, "cause": "BOUNCE", "explanation": "The mailbox works again"}
    assert json_of(program.post("/api/v1/opt-outs/removal", asked))["result"] == "CHANGED"
    assert BOUNCE not in known(database, ANA).held
    asked["cause"] = "COMPLAINT"
    told(program.post("/api/v1/opt-outs/removal", asked), 409, "refused")


def test_a_restricted_key_opts_out_of_its_brands_only(app: Flask, world: World) -> None:
    own = Program(app, brands=[world.workshops.id])
    told(own.post("/api/v1/opt-outs", {"email": ANA.address}), 403, "brand")
    told(own.post("/api/v1/opt-outs", {"email": ANA.address, "brand": "fernway"}), 403, "brand")
    assert own.post("/api/v1/opt-outs", {"email": ANA.address, "brand": "workshops"}).json


def test_a_write_asked_twice_is_done_once(
    app: Flask, program: Program, database: Database, clock: Clock, site: Site, world: World
) -> None:
    """The same answer, also after the address went another way meanwhile; for a day."""
    out = change(ANA.address, world.novels, "UNSUBSCRIBED")
    first = program.post("/api/v1/preferences", out, Idempotency_Key="order-7")
    say(database, ANA, Subscribe(world.novels))
    again = program.post("/api/v1/preferences", out, Idempotency_Key="order-7")
    assert (again.status_code, again.json) == (200, first.json)
    assert first.headers["Idempotency-Replayed"] == "false"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert not known(database, ANA).held.opted_out(of_type(world.novels.id))
    other = change(BEN.address, world.novels, "UNSUBSCRIBED")
    answer = program.post("/api/v1/preferences", other, Idempotency_Key="order-7")
    told(answer, 422, "other-request")
    for wrong in ("", "ü", "x" * 256):
        answer = program.post("/api/v1/preferences", other, Idempotency_Key=wrong)
        told(answer, 400, "malformed")
    theirs = Program(app).post("/api/v1/preferences", other, Idempotency_Key="order-7")
    assert theirs.headers["Idempotency-Replayed"] == "false"
    with database.reading() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM api_answer").all())
    assert ANA.address not in kept
    clock.pass_(DAY)
    assert (repeating(site).work(), repeating(site).work()) == (2, 0)
    done = program.post("/api/v1/preferences", out, Idempotency_Key="order-7")
    assert done.json != first.json
    assert events(database, ANA)[-1].kind == Kind.CHANGED


def test_a_refusal_is_not_kept(program: Program, database: Database, world: World) -> None:
    """It changed nothing: asked again when nothing stands against it any more, it is done."""
    say(database, ANA, Unsubscribe(ACCOUNT), by_=by(Hand.API))
    yes = change(ANA.address, world.novels, "SUBSCRIBED", **EVIDENCE)
    told(program.post("/api/v1/preferences", yes, Idempotency_Key="k"), 409, "refused")
    lift = {"email": ANA.address, "explanation": "Ana asked"}
    json_of(program.post("/api/v1/opt-outs/removal", lift))
    assert json_of(program.post("/api/v1/preferences", yes, Idempotency_Key="k"))
