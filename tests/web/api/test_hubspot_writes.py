"""What HubSpot's clients write, and who may lift what (rules.md, 3 and 9)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.domain.changes import Hand, Unsubscribe
from app.domain.standing import ALL, of_brand, of_type
from app.domain.words import ACCOUNT, Actor, Basis, Kind, Scope, Status, Via
from app.services import catalog
from app.store.doors import Database
from tests.web.api.callers import Program, key_of
from tests.web.api.test_frame import told_theirs
from tests.web.api.test_hubspot_stories import V3, V4
from tests.web.houses import Mailed, events, known, proof, site_of
from tests.world import ANA, BEN, CLEO, NOW, Person, World, by, say

EVIDENCE = {"legalBasis": "CONSENT_WITH_NOTICE", "legalBasisExplanation": "At our fair"}


def v4(program: Program, person: Person, type_: Any, status: str, **more: Any) -> Any:
    """Write one status."""
    body = {"channel": "EMAIL", "subscriptionId": type_.id, "statusState": status, **more}
    return program.post(f"{V4}/statuses/{person.address}", body)


def result(answer: Any) -> dict[str, Any]:
    """The one result."""
    assert answer.status_code == 200, answer.text
    (one,) = answer.json["results"]
    return dict(one)


def v3(program: Program, verb: str, person: Person, type_: Any, **more: Any) -> Any:
    """Subscribe or unsubscribe."""
    body = {"emailAddress": person.address, "subscriptionId": str(type_.id), **more}
    return program.post(f"{V3}/{verb}", body)


def test_a_first_yes_and_a_first_no_by_v4(
    program: Program, database: Database, world: World
) -> None:
    yes = result(v4(program, CLEO, world.novels, "SUBSCRIBED", **EVIDENCE))
    assert yes == {
        "subscriberIdString": CLEO.address,
        "subscriptionId": world.novels.id,
        "subscriptionName": "Novels",
        "businessUnitId": world.fernway.id,
        "channel": "EMAIL",
        "status": "SUBSCRIBED",
        "source": "SUBSCRIBED",
        "timestamp": "2026-06-01T12:00:00.000Z",
        "legalBasis": "CONSENT_WITH_NOTICE",
        "setStatusSuccessReason": "REQUESTED_CHANGE_OCCURRED",
    }
    (event,) = events(database, CLEO)
    assert (event.actor, event.via, event.basis) == (
        Actor.API,
        Via.API,
        Basis.CONSENT_WITH_NOTICE,
    )
    assert event.reference == key_of(site_of(program.app)).reference
    assert proof(database)[0]["explanation"] == "At our fair"
    assert known(database, CLEO).address == CLEO.address
    read: Any = program.get(f"{V4}/statuses/{CLEO.address}?channel=EMAIL").json
    assert read["results"][0]["legalBasisExplanation"] == "At our fair"
    again = result(v4(program, CLEO, world.novels, "SUBSCRIBED", **EVIDENCE))
    assert again["setStatusSuccessReason"] == "NO_STATUS_CHANGE"
    no = result(v4(program, CLEO, world.novels, "UNSUBSCRIBED"))
    assert (no["status"], no["source"]) == ("UNSUBSCRIBED", "UNSUBSCRIBED")
    repeated = result(v4(program, CLEO, world.novels, "UNSUBSCRIBED"))
    assert repeated["setStatusSuccessReason"] == "NO_STATUS_CHANGE"
    assert len(events(database, CLEO)) == 2


def test_v4_lifts_a_no_with_basis_and_explanation_only(
    program: Program, database: Database, world: World
) -> None:
    """H-46: without evidence of consent 422, and she stays out."""
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id)))
    bare = told_theirs(v4(program, ANA, world.novels, "SUBSCRIBED"), 422, "VALIDATION_ERROR")
    assert bare["context"] == {"reason": ["LEGAL_BASIS_REQUIRED"]}
    half = v4(program, ANA, world.novels, "SUBSCRIBED", legalBasis="NON_GDPR")
    assert half.json["context"] == {"reason": ["EXPLANATION_REQUIRED"]}
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))
    lifted = result(v4(program, ANA, world.novels, "SUBSCRIBED", **EVIDENCE))
    assert lifted["setStatusSuccessReason"] == "RESUBSCRIBE_OCCURRED"


def test_v3_never_lifts(program: Program, database: Database, world: World) -> None:
    """H-46: 409, and she stays out."""
    subscribed = v3(program, "subscribe", CLEO, world.novels, **EVIDENCE)
    assert subscribed.json["status"] == "SUBSCRIBED"
    assert v3(program, "unsubscribe", CLEO, world.novels).json["status"] == "NOT_SUBSCRIBED"
    assert v3(program, "unsubscribe", CLEO, world.novels).status_code == 200
    again = v3(program, "subscribe", CLEO, world.novels, **EVIDENCE)
    assert told_theirs(again, 409, "CONFLICT")["context"] == {"reason": ["UNSUBSCRIBED"]}
    say(database, ANA, Unsubscribe(ACCOUNT))
    covered = v3(program, "subscribe", ANA, world.novels, **EVIDENCE)
    assert told_theirs(covered, 409, "CONFLICT")["context"] == {"reason": ["OPTED_OUT_OF_ALL"]}


def test_what_covers_a_type_is_lifted_first(
    program: Program, database: Database, world: World
) -> None:
    say(database, ANA, Unsubscribe(Scope.brand(world.fernway.id)))
    answer = v4(program, ANA, world.novels, "SUBSCRIBED", **EVIDENCE)
    assert told_theirs(answer, 409, "CONFLICT")["context"] == {"reason": ["OPTED_OUT_OF_BRAND"]}


def test_a_transactional_type_takes_no_status(program: Program, world: World) -> None:
    for status in ("SUBSCRIBED", "UNSUBSCRIBED"):
        answer = v4(program, ANA, world.receipts, status, **EVIDENCE)
        assert told_theirs(answer, 409, "CONFLICT")["context"] == {"reason": ["TRANSACTIONAL"]}


def test_not_specified_can_only_stay(program: Program, database: Database, world: World) -> None:
    same = result(v4(program, CLEO, world.novels, "NOT_SPECIFIED"))
    assert (same["status"], same["setStatusSuccessReason"]) == ("NOT_SPECIFIED", "NO_STATUS_CHANGE")
    assert known(database, CLEO).stored_at is None
    v4(program, CLEO, world.novels, "UNSUBSCRIBED")
    answer = v4(program, CLEO, world.novels, "NOT_SPECIFIED")
    assert told_theirs(answer, 400, "VALIDATION_ERROR")["errors"][0]["in"] == "statusState"


def test_under_data_privacy_a_first_yes_needs_evidence(
    program: Program, database: Database, world: World
) -> None:
    database.write(catalog.switch_data_privacy, True, NOW)
    assert v4(program, CLEO, world.novels, "SUBSCRIBED").status_code == 422
    stored = {**EVIDENCE, "legalBasis": "PROCESS_AND_STORE"}
    assert v4(program, CLEO, world.novels, "SUBSCRIBED", **stored).status_code == 422
    assert v4(program, CLEO, world.novels, "SUBSCRIBED", **EVIDENCE).status_code == 200


def test_a_key_that_speaks_for_people_opts_out_as_the_person(
    app: Flask, program: Program, database: Database, world: World
) -> None:
    """Rules.md 3: for senders with a preference page of their own."""
    voice = Program(app, speaks_for_person=True)
    result(v4(program, ANA, world.novels, "UNSUBSCRIBED"))
    result(v4(voice, ANA, world.novels, "UNSUBSCRIBED"))
    first, second = events(database, ANA)
    assert (first.actor, second.actor, second.via) == (Actor.API, Actor.CONTACT, Via.API)
    assert second.kind == Kind.STRENGTHENED
    result(v4(voice, BEN, world.novels, "SUBSCRIBED"))
    assert events(database, BEN)[0].actor == Actor.API


def test_opting_out_of_everything(program: Program, database: Database, world: World) -> None:
    path = f"{V4}/statuses/{ANA.address}/unsubscribe-all?channel=EMAIL"
    assert program.post(path, None).json["results"] == []  # type: ignore[index]
    assert known(database, ANA).held.opted_out(ALL)
    told: Any = program.post(f"{path}&verbose=true", None).json
    active = {t.id for t in world.catalog.types.values() if not t.transactional}
    assert {one["subscriptionId"] for one in told["results"]} == active
    assert {one["setStatusSuccessReason"] for one in told["results"]} == {
        "UNSUBSCRIBE_FROM_ALL_OCCURRED"
    }
    assert {one["status"] for one in told["results"]} == {"UNSUBSCRIBED"}
    brand = world.workshops.id
    told = program.post(f"{path}&verbose=true&businessUnitId={brand}", None).json
    assert [one["subscriptionId"] for one in told["results"]] == [world.evenings.id]
    assert known(database, ANA).held.opted_out(of_brand(brand))


def test_a_restricted_key_speaks_of_its_brands_only(
    app: Flask, database: Database, world: World
) -> None:
    own = Program(app, brands=[world.workshops.id])
    told_theirs(v4(own, ANA, world.novels, "UNSUBSCRIBED"), 403, "MISSING_SCOPES")
    other = f"{V4}/statuses/{ANA.address}?channel=EMAIL&businessUnitId={world.fernway.id}"
    told_theirs(own.get(other), 403, "MISSING_SCOPES")
    own.post(f"{V4}/statuses/{ANA.address}/unsubscribe-all?channel=EMAIL", None)
    held = known(database, ANA).held
    assert held.opted_out(of_brand(world.workshops.id))
    assert not held.opted_out(ALL)
    types: Any = own.get(f"{V4}/definitions").json
    assert [one["id"] for one in types["results"]] == [str(world.evenings.id)]
    links: Any = own.post(
        f"{V4}/links/generate?channel=EMAIL", {"subscriberIdString": ANA.address}
    ).json
    token = site_of(app).tokens.read(links["unsubscribeAllUrl"].rpartition("/")[2])
    assert (token.purpose.name, token.scope_id) == ("BRAND", world.workshops.id)


def test_definitions_with_translations_and_brand(program: Program, world: World) -> None:
    every: Any = program.get(f"{V4}/definitions?includeTranslations=true").json
    one = next(d for d in every["results"] if d["id"] == str(world.circle.id))
    assert one | {"createdAt": "", "updatedAt": ""} == {
        "id": str(world.circle.id),
        "name": "Circle",
        "description": "",
        "purpose": "",
        "communicationMethod": "Email",
        "isActive": True,
        "isDefault": False,
        "isInternal": True,
        "businessUnitId": world.fernway.id,
        "createdAt": "",
        "updatedAt": "",
        "subscriptionTranslations": one["subscriptionTranslations"],
    }
    assert one["subscriptionTranslations"][0]["languageCode"] == "en"
    plain: Any = program.get(f"{V4}/definitions?businessUnitId={world.workshops.id}").json
    assert [d["name"] for d in plain["results"]] == ["Evenings"]
    assert "subscriptionTranslations" not in plain["results"][0]
    theirs: Any = program.get(f"{V3}/definitions").json
    assert theirs["subscriptionDefinitions"] == every["results"]


def test_links_open_what_they_say(program: Program, mailed: Mailed, world: World) -> None:
    """Rules.md 9: without a business unit the default brand, and everything is the account."""
    path = f"{V4}/links/generate?channel=EMAIL"
    asked = {"subscriberIdString": ANA.address, "subscriptionId": world.novels.id}
    made: Any = program.post(path, asked).json
    assert made["managePreferencesUrl"].endswith(mailed.preferences(ANA, first=world.novels))
    assert made["unsubscribeSingleUrl"].endswith(mailed.type(ANA, world.novels))
    assert made["unsubscribeAllUrl"].endswith(mailed.account(ANA))
    dutch: Any = program.post(path, {**asked, "language": "nl-be"}).json
    assert {url.rpartition("lang=")[2] for n, url in dutch.items() if n.endswith("Url")} == {"nl"}
    told_theirs(program.post(path, {**asked, "language": "ja"}), 400, "VALIDATION_ERROR")
    made = program.post(f"{path}&businessUnitId={world.fernway.id}", asked).json
    assert made["unsubscribeAllUrl"].endswith(mailed.brand(ANA, world.fernway))
    must_send = {**asked, "subscriptionId": world.receipts.id}
    assert "unsubscribeSingleUrl" not in (program.post(path, must_send).json or {})
    wrong = program.post(f"{path}&businessUnitId={world.workshops.id}", asked)
    told_theirs(wrong, 400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"{V4}/statuses/nobody?channel=EMAIL", None),
        ("GET", f"{V4}/statuses/ana@example.com", None),
        ("GET", f"{V4}/statuses/ana@example.com?channel=SMS", None),
        ("GET", f"{V4}/statuses/ana@example.com?channel=EMAIL&businessUnitId=7", None),
        ("GET", f"{V4}/statuses/ana@example.com?channel=EMAIL&businessUnitId=x", None),
        ("POST", f"{V4}/statuses/ana@example.com", {}),
        ("POST", f"{V4}/statuses/ana@example.com", []),
        ("POST", f"{V4}/statuses/ana@example.com", "{"),
        ("POST", f"{V4}/statuses/ana@example.com", b"\xff"),
        ("POST", f"{V4}/statuses/batch/read?channel=EMAIL", {"inputs": ["a@b.example"] * 1_001}),
        ("POST", f"{V3}/subscribe", {"emailAddress": "ana@example.com", "subscriptionId": "7"}),
        ("POST", f"{V3}/subscribe", {"emailAddress": "ana", "subscriptionId": "7"}),
    ],
)
def test_what_cannot_be_read_is_told_in_their_shape(
    program: Program, method: str, path: str, body: Any
) -> None:
    told_theirs(program.send(method, path, body), 400, "VALIDATION_ERROR")


def test_an_address_may_have_a_slash(program: Program, world: World) -> None:
    body = {"channel": "EMAIL", "subscriptionId": world.novels.id, "statusState": "UNSUBSCRIBED"}
    told = result(program.post(f"{V4}/statuses/a%2Fb%40example.com", body))
    assert told["subscriberIdString"] == "a/b@example.com"


def test_opt_outs_of_archived_types_are_heard(
    program: Program, database: Database, world: World
) -> None:
    database.write(catalog.archive_type, world.novels.id, NOW)
    told = result(v4(program, ANA, world.novels, "UNSUBSCRIBED"))
    assert (told["status"], told["source"]) == ("UNSUBSCRIBED", "TYPE_INACTIVE")
    assert v4(program, BEN, world.novels, "SUBSCRIBED").status_code == 409
    read: Any = program.get(f"{V4}/statuses/{ANA.address}?channel=EMAIL").json
    assert world.novels.id not in {one["subscriptionId"] for one in read["results"]}
    assert known(database, ANA).held.status(of_type(world.novels.id)) is Status.UNSUBSCRIBED
    say(database, BEN, by_=by(Hand.API))
