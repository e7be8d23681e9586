"""Contacts by the API, page by page, and to another address (issue 4): as the admin can."""

from __future__ import annotations

from flask import Flask

from app.domain.changes import Hand, Subscribe, Unsubscribe
from app.domain.standing import COMPLAINT, of_type
from app.domain.words import ACCOUNT, DAY, Actor, Scope, Via
from app.services import catalog
from app.services.preferences import apply_all
from app.store.doors import Database
from tests.web.admin.colleagues import at_work
from tests.web.api.callers import Program
from tests.web.api.test_catalog_calls import made
from tests.web.api.test_frame import told
from tests.web.api.test_v1 import json_of
from tests.web.houses import Clock, known, store
from tests.world import ANA, BEN, CLEO, Person, World, by, instruction, say

FOLDER = "/api/v1/contacts"


def test_contacts_are_read_page_by_page(app: Flask, program: Program) -> None:
    """Each once, the oldest first; found by part of address or name."""
    people = [f"reader{n}@example.org" for n in range(60)]
    ids = [made(program.post(FOLDER, {"email": p, "name": f"Zoë {p}"}))["id"] for p in people]
    first = json_of(program.get(FOLDER))
    rest = json_of(program.get(f"{FOLDER}?after={first['next']}"))
    lines = first["contacts"] + rest["contacts"]
    assert (len(first["contacts"]), rest["next"]) == (50, None)
    assert [line["id"] for line in lines if line["email"] in people] == sorted(ids)
    (found,) = json_of(program.get(f"{FOLDER}?search=zoe+reader41"))["contacts"]
    assert (found["email"], found["source"]) == ("reader41@example.org", "API")
    told(program.get(f"{FOLDER}?after=first"), 400, "malformed")
    own = Program(app, brands=[1])
    told(own.get(FOLDER), 403, "brand")


def test_contacts_are_found_by_the_filters_of_the_admin(
    program: Program, database: Database, world: World, clock: Clock, heard: list[str]
) -> None:
    """Several together, page by page, in as many statements however many there are."""
    people = [Person(f"P{n}", f"p{n}@example.org") for n in range(60)]
    for n, person in enumerate(people):
        clock.pass_(1)
        spoken = {"language": "nl"} if n % 2 else {}
        made(program.post(FOLDER, {"email": person.address, "name": "Zoë", **spoken}))
    noon = "2026-06-02T12:00:00Z"
    clock.pass_(DAY)
    made(program.post(FOLDER, {"email": ANA.address, "language": "de"}))
    say(database, ANA, Subscribe(world.evenings))
    gone = Unsubscribe(Scope.type(world.novels.id), world.novels)
    database.write(apply_all, [instruction(person, gone) for person in people[:55]])
    say(database, people[58], Unsubscribe(Scope.brand(world.fernway.id)), by_=by(Hand.API))
    say(database, people[59], Unsubscribe(ACCOUNT))
    out = "type=novels&status=UNSUBSCRIBED"
    expected = {
        "search=zoe+p41": ["p41"],
        "source=API&createdSince=" + noon: ["ana"],
        "source=IMPORT": [],
        "language=de": ["ana"],
        "brand=workshops": ["ana"],
        "brand=workshops&language=nl": [],
        "type=evenings&status=SUBSCRIBED": ["ana"],
        f"{out}&language=nl&search=p4": ["p41", "p43", "p45", "p47", "p49"],
        "type=novels&status=NOT_SPECIFIED": ["p55", "p56", "p57", "p58", "p59", "ana"],
        "optOut=anybody": ["p58", "p59"],
        "optOut=api": ["p58"],
        "optOut=contact": ["p59"],
        "optOut=anybody&brand=workshops": [],
        "optOut=bounce": [],
    }
    found = {asked: read(program, asked)[0] for asked in expected}
    assert found == expected
    heard.clear()
    first, cursor = read(program, f"{out}&createdUntil={noon}")
    assert (len(first), len([s for s in heard if s.startswith("SELECT")])) == (50, 4)
    rest, end = read(program, f"{out}&createdUntil={noon}&after={cursor}")
    assert (first + rest, end) == ([f"p{n}" for n in range(55)], None)


def read(program: Program, asked: str) -> tuple[list[str], int | None]:
    """Whom a page names, and from where the next one goes on."""
    page = json_of(program.get(f"{FOLDER}?{asked}"))
    return [line["email"].partition("@")[0] for line in page["contacts"]], page["next"]


def test_a_contact_goes_to_another_address_with_its_opt_outs(
    app: Flask, program: Program, database: Database, world: World
) -> None:
    """Rules.md 2: an opt-out keeps its maker, a complaint goes along, a bounce stays behind; the
    trail names the key."""
    id_ = made(program.post(FOLDER, {"email": CLEO.address}))["id"]
    novels = of_type(world.novels.id)
    out = {"email": CLEO.address, "type": "novels", "status": "UNSUBSCRIBED"}
    json_of(program.post("/api/v1/preferences", out))
    events = [{"email": CLEO.address, "kind": kind} for kind in ("BOUNCE", "COMPLAINT")]
    json_of(program.post("/api/v1/feedback", {"events": events}))
    taken = made(program.post(FOLDER, {"email": BEN.address}))["id"]
    assert taken != id_
    told(program.post(f"{FOLDER}/{id_}/address", {"email": BEN.address}), 409, "taken")
    told(program.post(f"{FOLDER}/{id_}/address", {"email": "a b@example.com"}), 400, "malformed")
    json_of(program.post(f"{FOLDER}/{id_}/address", {"email": ANA.address}))
    assert json_of(program.get(f"{FOLDER}/{id_}"))["email"] == ANA.address
    held = known(database, ANA).held
    assert (held[novels].actor, held[novels].via) == (Actor.API, Via.ADDRESS_CHANGE)
    assert COMPLAINT in held
    assert known(database, CLEO).held
    told(program.post(f"{FOLDER}/7/address", {"email": CLEO.address}), 404, "nothing-here")
    assert program.send("DELETE", f"{FOLDER}/{id_}", None).status_code == 204
    trail = at_work(app).open("/admin/audit").words
    deeds = ("Deleted a contact", "Changed the address of a contact", "Fernway's shop")
    assert all(words in trail for words in deeds)


def test_who_moves_stays_as_unmailable_as_data_privacy_left_them(
    app: Flask, program: Program, database: Database, clock: Clock
) -> None:
    """Rules.md 8: also where the new address was stored since the switch was turned off."""
    database.write(catalog.switch_data_privacy, True, clock())
    basis = {"processingBasis": "CONTRACT", "processingExplanation": "She bought a book"}
    id_ = made(program.post(FOLDER, {"email": ANA.address, **basis}))["id"]
    clock.pass_(DAY)
    database.write(catalog.switch_data_privacy, False, clock())
    clock.pass_(DAY)
    late = Person("Late", "late@example.com")
    store(database, late, at=clock())
    people = [ANA.address, late.address, CLEO.address]
    asked = {"emails": people, "type": "novels"}

    def reasons() -> list[str]:
        decided = json_of(program.post("/api/v1/send-decisions", asked))["decisions"]
        return [decision["reason"] for decision in decided]

    assert reasons() == ["NOT_OPTED_IN", "NOT_SPECIFIED", "NOT_SPECIFIED"]
    for moved in (CLEO, late):
        json_of(program.post(f"{FOLDER}/{id_}/address", {"email": moved.address}))
    assert reasons() == ["NOT_OPTED_IN"] * 3
