"""Files imported by programs: handed in, checked, done, reported, taken back (issue 5)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.domain.changes import Unsubscribe
from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.domain.standing import ALL, of_brand, of_type
from app.domain.words import DAY, Basis, Scope
from app.queries import contacts
from app.services.catalog import switch_data_privacy
from app.web.site import Site
from app.worker.running import Running
from tests.web.api.callers import Program, key_of
from tests.web.houses import events, known
from tests.world import ANA, BEN, CLEO, NOW, World, say

FOLDER = "/api/v1/imports"
LIST = f"""E-mail;First name;novels
{ANA.address};Ana;yes
{BEN.address};Ben;yes
nobody;Cleo;yes
"""


def handed_in(program: Program, content: str | bytes, what: str = "contacts") -> str:
    """Hand a file in; where it is then."""
    path = f"{FOLDER}?what={what}&file=list.csv"
    answer = program.send("POST", path, content, Content_Type="text/csv")
    assert answer.status_code == 201, answer.text
    return f"{FOLDER}/{answer.get_json()['id']}"


def work(site: Site) -> None:
    """All that is owed to runs."""
    while Running(site).work():
        pass


def told(program: Program, path: str) -> dict[str, Any]:
    """Where an import is."""
    answer = program.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def rows(told: list[dict[str, Any]]) -> dict[str, int]:
    """How many rows had which outcome."""
    return {":".join(filter(None, (c["outcome"], c["reason"]))): c["rows"] for c in told}


def kind(answer: TestResponse) -> str:
    """The kind of problem."""
    assert answer.mimetype == "application/problem+json", answer.text
    return str(answer.get_json()["type"].rpartition("#problem-")[2])


@pytest.fixture
def list_(program: Program, site: Site, world: World) -> str:
    """A list handed in, with data privacy on; Ben unsubscribed himself."""
    say(site.database, BEN, Unsubscribe(Scope.type(world.novels.id), world.novels))
    site.database.write(switch_data_privacy, True, NOW)
    return handed_in(program, LIST)


WHY = {
    "legalBasis": "CONSENT_WITH_NOTICE",
    "legalBasisExplanation": "Ticked the box.",
    "basisEnds": moment(NOW + 90 * DAY),
}
FORESEEN = {"CREATED": 2, "BROKEN:NO_AT": 1, "REFUSED:UNSUBSCRIBED": 1}


def test_a_file_handed_in_again_under_its_key_is_the_same_import(
    program: Program, world: World
) -> None:
    """Issue 4: as every write. Another file is another request."""

    def hand_in(content: str) -> TestResponse:
        headers = {"Content_Type": "text/csv", "Idempotency_Key": "list-of-june"}
        return program.send("POST", f"{FOLDER}?what=contacts", content, **headers)

    first, again, other = hand_in(LIST), hand_in(LIST), hand_in(LIST + "zoe@example.com;Zoë;yes")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert [each.headers["Idempotency-Replayed"] for each in (first, again)] == ["false", "true"]
    assert (other.status_code, kind(other)) == (422, "other-request")


def test_a_program_imports_contacts(program: Program, site: Site, world: World, list_: str) -> None:
    """Understood, checked with nothing written, done once, reported, taken back."""
    found = told(program, list_)
    assert (found["state"], found["encoding"], found["delimiter"]) == ("DRAFT", "utf-8", ";")
    holds = ["address", "first-name", f"type:{world.novels.id}"]
    assert [column["holds"] for column in found["columns"]] == holds
    assert program.post(f"{list_}/check", WHY).status_code == 200
    assert told(program, list_)["state"] == "CHECKING"
    work(site)
    found = told(program, list_)
    assert (found["state"], rows(found["foreseen"])) == ("CHECKED", FORESEEN)
    assert known(site.database, ANA).held == {}
    for _ in range(2):
        assert program.post(f"{list_}/start", {}, Idempotency_Key="go").status_code == 200
    work(site)
    found = told(program, list_)
    assert (found["state"], found["rowsDone"], found["rowsInAll"]) == ("DONE", 3, 3)
    assert rows(found["counts"]) == FORESEEN
    stands = known(site.database, ANA).held[of_type(world.novels.id)]
    assert stands.basis_ends == NOW + 90 * DAY
    assert (stands.basis, stands.via.name) == (Basis.CONSENT_WITH_NOTICE, "IMPORT")
    assert events(site.database, ANA)[-1].reference == key_of(site).reference
    report = program.get(f"{list_}/report?only=broken").text.splitlines()
    assert report[1:] == ["4,,BROKEN,NO_AT,E-mail,nobody"]
    assert program.post(f"{list_}/undo", None).get_json()["job"]
    work(site)
    assert known(site.database, ANA).held == {}
    assert kind(program.post(f"{list_}/undo", None)) == "refused"


def test_what_is_asked_wrongly_is_told_and_nothing_is_done(program: Program, list_: str) -> None:
    assert kind(program.post(f"{list_}/start", {})) == "refused", "it was not checked"
    assert kind(program.post(f"{list_}/check", {})) == "evidence"
    assert kind(program.post(f"{list_}/check", {**WHY, "columns": ["address"]})) == "malformed"
    none = {**WHY, "columns": ["name", "first-name", "left-out"]}
    assert kind(program.post(f"{list_}/check", none)) == "malformed"
    bad = {**WHY, "columns": ["address", "first-name", "type:1"]}
    assert program.post(f"{list_}/check", bad).get_json()["errors"][0]["pointer"] == "/columns/2"
    both = {**WHY, "type": "novels", "brand": "fernway"}
    assert kind(program.post(f"{list_}/check", both)) == "malformed"
    assert told(program, list_)["state"] == "DRAFT"


def test_a_program_imports_an_opt_out_list(program: Program, site: Site, world: World) -> None:
    """It says the number, and what the list opts out of; it makes no contacts."""
    path, brand = handed_in(program, f"{ANA.address}\n{CLEO.address}\n", "opt-outs"), world.fernway
    program.post(f"{path}/check", {"brand": "fernway"})
    work(site)
    assert kind(program.post(f"{path}/start", {"number": 1})) == "refused"
    assert program.post(f"{path}/start", {"number": 2}).status_code == 200
    for pressed, state in (("pause", "PAUSED"), ("resume", "DONE")):
        assert program.post(f"{path}/press", {"do": pressed}).status_code == 200
        work(site)
        assert told(program, path)["state"] == state
    assert known(site.database, CLEO).held.opted_out(of_brand(brand.id))
    with site.database.reading() as connection:
        assert contacts.by_key(connection, ANA.key) is None
    looks = handed_in(program, f"EmailAddress,Reason\n{BEN.address},BOUNCE\n")
    assert [told(program, each)["export"] for each in (looks, path)] == ["Amazon SES", None]
    other = handed_in(program, f"{BEN.address}\n", "opt-outs")
    assert program.post(f"{other}/press", {"do": "cancel"}).status_code == 200
    assert kind(program.post(f"{other}/check", {})) == "refused"
    assert not known(site.database, BEN).held.opted_out(ALL)


@pytest.mark.parametrize(
    ("content", "media", "problem"),
    [
        (b"PK\x03\x04 a spreadsheet", "text/csv", "malformed"),
        (b"", "text/csv", "malformed"),
        (b"email" + b",x" * 1_000 + b"\n", "text/csv", "malformed"),
        (b"{}", "application/json", "media"),
    ],
)
def test_what_is_no_list_is_refused(
    program: Program, content: bytes, media: str, problem: str
) -> None:
    path = f"{FOLDER}?what=contacts"
    assert kind(program.send("POST", path, content, Content_Type=media)) == problem


def test_encoding_and_delimiter_may_be_chosen(program: Program) -> None:
    """And a choice that cannot be right is told where it stands, with nothing kept."""
    content = "email,name;x\nzoe@example.pl,Łucja;y\n".encode("cp1250")

    def hand_in(how: str) -> TestResponse:
        path = f"{FOLDER}?what=contacts&{how}"
        return program.send("POST", path, content, Content_Type="text/csv")

    done = hand_in("encoding=windows-1250&delimiter=comma")
    found = told(program, f"{FOLDER}/{done.get_json()['id']}")
    assert (found["encoding"], found["delimiter"]) == ("windows-1250", ",")
    for how, where, code in (
        ("encoding=utf-8-sig", "?encoding", "other-encoding"),
        ("delimiter=tab", "?delimiter", "other-delimiter"),
        ("encoding=klingon", "?encoding", "value_error"),
        ("delimiter=,", "?delimiter", "literal_error"),
    ):
        wrong = hand_in(how)
        (error,) = wrong.get_json()["errors"]
        assert (kind(wrong), error["pointer"], error["code"]) == ("malformed", where, code), how


def test_only_keys_for_contacts_of_every_brand_import(app: Flask, world: World) -> None:
    path, named = f"{FOLDER}?what=contacts", {"Content_Type": "text/csv"}
    for key in (Program(app, [KeyScope.LINKS]), Program(app, brands=[world.fernway.id])):
        assert key.send("POST", path, LIST, **named).status_code == 403
        assert key.get(f"{FOLDER}/7").status_code == 403
    assert Program(app).get(f"{FOLDER}/7").status_code == 404
