"""Types, brands, mailings and contacts by the API (issue 4): as the admin can."""

from __future__ import annotations

import base64
from typing import Any

from flask import Flask

from app.domain.contacts import PropertyKind
from app.domain.deeds import Doer
from app.domain.keys import KeyScope
from app.services import catalog, messages, properties
from app.services.properties import NewProperty
from app.store.doors import Database
from app.web.site import Site
from tests.databases import ON_POSTGRES
from tests.meetings import meeting
from tests.web.admin.colleagues import at_work
from tests.web.admin.pictures import png
from tests.web.api.callers import Program
from tests.web.api.test_frame import told
from tests.web.api.test_v1 import json_of
from tests.web.houses import known
from tests.world import ANA, CLEO, NOW, World, seen


def made(answer: Any) -> dict[str, int]:
    """What was made, with 201."""
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def test_a_type_is_made_changed_and_archived(
    app: Flask, program: Program, database: Database, world: World
) -> None:
    """What a partial update leaves out stays; the trail names the key."""
    folder = "/api/v1/subscription-types"
    texts = {"en": {"name": "Poems", "frequency": "Every Friday"}}
    new = {"brand": "fernway", "slug": "poems", "texts": texts, "public": False}
    id_ = made(program.post(folder, new))["id"]
    told(program.post(folder, new), 409, "taken")
    one = f"{folder}/{id_}"
    dutch = {"texts": {"nl": {"name": "Gedichten"}, "en": {"frequency": ""}}}
    json_of(program.send("PATCH", one, dutch))
    read = json_of(program.get(one))
    assert read["texts"] == {"en": {"name": "Poems"}, "nl": {"name": "Gedichten"}}
    assert (read["public"], read["confirms"], read["archived"]) == (False, False, False)
    json_of(program.send("PATCH", one, {"archived": True, "confirms": True}))
    assert seen(database).type("poems").archived
    json_of(program.send("PATCH", one, {"archived": False}))
    assert not seen(database).type("poems").archived
    assert {t["slug"] for t in json_of(program.get(folder))["types"]} >= {"poems", "novels"}
    trail = at_work(app).open("/admin/audit").words
    assert "Fernway's shop" in trail
    for wrong in (
        {**new, "slug": "Not a slug"},
        {**new, "slug": "x-y", "texts": {}},
        {**new, "slug": "x-y", "texts": {"xx": {"name": "x"}}},
        {**new, "slug": "x-y", "texts": {"en": {"name": "a\nb"}}},
        {**new, "slug": "x-y", "brand": "nobody"},
    ):
        told(program.post(folder, wrong), 400, "malformed")
    told(program.get(f"{folder}/7"), 404, "nothing-here")


def test_what_somebody_else_changed_is_not_overwritten(program: Program, world: World) -> None:
    """If-Match."""
    one = f"/api/v1/subscription-types/{world.novels.id}"
    tag = program.get(one).headers["ETag"]
    json_of(program.send("PATCH", one, {"confirms": True}, If_Match=tag))
    told(program.send("PATCH", one, {"confirms": False}, If_Match=tag), 412, "changed-meanwhile")
    assert program.get(one, If_None_Match=tag).status_code == 200


@ON_POSTGRES
def test_what_somebody_else_is_changing_is_not_overwritten(
    program: Program, database: Database, world: World
) -> None:
    """If-Match of two at once, at a mailing."""
    one = "/api/v1/messages/812"
    made(program.post("/api/v1/messages", {"brand": "fernway", "name": "June", "number": 812}))
    tag = program.get(one).headers["ETag"]
    second = meeting(
        database,
        lambda connection: messages.change(connection, 812, {"name": "July"}, Doer(None, NOW)),
        lambda _: program.send("PATCH", one, {"name": "May"}, If_Match=tag),
    )
    told(second, 412, "changed-meanwhile")


def test_a_brand_is_made_changed_and_archived(
    app: Flask, program: Program, database: Database, world: World
) -> None:
    new = {"slug": "post", "name": "Fernway Post", "postalAddress": "1 Mill Lane"}
    id_ = made(program.post("/api/v1/brands", new))["id"]
    one = f"/api/v1/brands/{id_}"
    json_of(program.send("PATCH", one, {"sender": "Fernway <post@fernway.example>"}))
    read = json_of(program.get(one))
    assert (read["postalAddress"], read["sender"]) == (
        "1 Mill Lane",
        "Fernway <post@fernway.example>",
    )
    json_of(program.send("PATCH", one, {"archived": True}))
    assert seen(database).brand("post").archived
    default = f"/api/v1/brands/{world.catalog.default_brand}"
    told(program.send("PATCH", default, {"archived": True}), 409, "taken")
    told(program.send("PATCH", one, {"contact": "nobody"}), 400, "malformed")
    own = Program(app, brands=[world.workshops.id])
    told(own.post("/api/v1/brands", {**new, "slug": "x"}), 403, "brand")
    assert [b["slug"] for b in json_of(own.get("/api/v1/brands"))["brands"]] == ["workshops"]
    reader = Program(app, [KeyScope.DEFINITIONS])
    told(reader.post("/api/v1/brands", {**new, "slug": "x"}), 403, "scope")


def test_a_brand_gets_its_look(program: Program, database: Database, world: World) -> None:
    """Colours that can be read, a logo that is a picture, pages by https (R-139)."""
    one = f"/api/v1/brands/{world.fernway.id}"
    pages = {"website": "https://fernway.example", "privacy": "https://fernway.example/privacy"}
    logo = base64.b64encode(png()).decode()
    new = {"colours": {"light": "#1d6a4b"}, "logo": logo, "pages": pages, "languages": ["nl"]}
    json_of(program.send("PATCH", one, new))
    read = json_of(program.get(one))
    assert (read["colours"]["light"], read["hasLogo"]) == ("#1d6a4b", True)
    assert (read["pages"], read["languages"]) == (pages, ["nl"])
    json_of(program.send("PATCH", one, {"pages": {"website": ""}, "logo": ""}))
    read = json_of(program.get(one))
    assert (list(read["pages"]), read["hasLogo"]) == (["privacy"], False)
    assert seen(database).brand("fernway").look.light == "#1d6a4b"
    for wrong in (
        {"colours": {"light": "#ffff00"}},
        {"colours": {"dark": "red"}},
        {"logo": base64.b64encode(b"<svg/>").decode()},
        {"logo": "?"},
        {"pages": {"imprint": "javascript:alert(1)"}},
        {"languages": ["xx"]},
    ):
        told(program.send("PATCH", one, wrong), 400, "malformed")


def test_a_brand_gets_its_words_and_the_order_of_its_types(
    app: Flask, program: Program, database: Database, world: World
) -> None:
    """In each language what is left out stays; a mail without its link is none."""
    one = f"/api/v1/brands/{world.fernway.id}"
    mail = {"mailSubject": "Your choices", "mailBody": "Here:\n{link}\nFernway"}
    json_of(program.send("PATCH", one, {"texts": {"en": {"intro": "Books by post.", **mail}}}))
    json_of(program.send("PATCH", one, {"texts": {"nl": {"intro": "Boeken per post."}}}))
    json_of(program.send("PATCH", one, {"texts": {"en": {"mailSubject": ""}}, "slug": "books"}))
    read = json_of(program.get(one))
    assert read["slug"] == "books"
    assert read["texts"] == {
        "en": {"intro": "Books by post.", "mailBody": mail["mailBody"]},
        "nl": {"intro": "Boeken per post."},
    }
    order = [world.circle.id, world.novels.id]
    json_of(program.send("PATCH", one, {"types": order}))
    read = json_of(program.get(one))
    assert read["types"][:2] == order
    assert [t.id for t in seen(database).brand("books").types] == read["types"]
    trail = at_work(app).open("/admin/audit").words
    assert "Put types in order" in trail
    told(program.send("PATCH", one, {"slug": "workshops"}), 409, "taken")
    for wrong in (
        {"texts": {"en": {"mailBody": "Without it"}}},
        {"texts": {"en": {"mailSubject": "x" * 151}}},
        {"texts": {"xx": {"intro": "x"}}},
        {"texts": {"en": {"intro": "a\nb"}}},
        {"types": [world.evenings.id]},
        {"slug": "Not a slug"},
    ):
        told(program.send("PATCH", one, wrong), 400, "malformed")


def test_a_mailing_is_named(app: Flask, program: Program, world: World) -> None:
    """So that opt-outs are shown by it."""
    june = {"brand": "fernway", "name": "June", "number": 812, "volume": 5_000}
    assert made(program.post("/api/v1/messages", june)) == {"number": 812}
    told(program.post("/api/v1/messages", june), 409, "taken")
    given = made(program.post("/api/v1/messages", {"brand": "workshops", "name": "Evenings"}))
    assert 0 < given["number"] < 2**31
    json_of(program.send("PATCH", "/api/v1/messages/812", {"volume": 5_100}))
    read = json_of(program.get("/api/v1/messages/812"))
    assert (read["name"], read["volume"]) == ("June", 5_100)
    page = json_of(program.get("/api/v1/messages"))
    assert (len(page["messages"]), page["next"]) == (2, None)
    own = Program(app, brands=[world.workshops.id])
    told(own.get("/api/v1/messages/812"), 404, "nothing-here")
    assert len(json_of(own.get("/api/v1/messages"))["messages"]) == 1


def test_a_contact_is_made_changed_and_deleted_and_its_choices_stay(
    program: Program, database: Database, site: Site, world: World
) -> None:
    """Rules.md 2."""
    city = NewProperty("city", "City", PropertyKind.TEXT)
    database.write(properties.define, city, Doer(None, NOW))
    json_of(program.post("/api/v1/opt-outs", {"email": CLEO.address}))
    new = {"email": CLEO.address, "name": "Cleo", "properties": {"city": "Utrecht"}}
    id_ = made(program.post("/api/v1/contacts", new))["id"]
    told(program.post("/api/v1/contacts", new), 409, "taken")
    one = f"/api/v1/contacts/{id_}"
    json_of(program.send("PATCH", one, {"language": "nl"}))
    read = json_of(program.get(one))
    assert (read["name"], read["language"], read["source"]) == ("Cleo", "nl", "API")
    assert read["properties"] == {"city": "Utrecht"}
    found = json_of(program.get(f"/api/v1/contacts?email={CLEO.address.upper()}"))
    assert [line["id"] for line in found["contacts"]] == [id_]
    assert json_of(program.get(f"/api/v1/contacts?email={ANA.address}"))["contacts"] == []
    json_of(program.send("PATCH", one, {"properties": {"city": None}}))
    assert json_of(program.get(one))["properties"] == {}
    told(program.send("PATCH", one, {"properties": {"shoe": "42"}}), 400, "malformed")
    assert program.send("DELETE", one, None).status_code == 204
    told(program.get(one), 404, "nothing-here")
    assert known(database, CLEO).held
    told(program.post("/api/v1/contacts", {"email": "a b@example.com"}), 400, "malformed")


def test_under_data_privacy_a_contact_needs_a_basis(
    program: Program, database: Database, world: World
) -> None:
    """Rules.md 8."""
    database.write(catalog.switch_data_privacy, True, NOW)
    told(program.post("/api/v1/contacts", {"email": CLEO.address}), 422, "evidence")
    basis = {"processingBasis": "CONTRACT", "processingExplanation": "She bought a book"}
    id_ = made(program.post("/api/v1/contacts", {"email": CLEO.address, **basis}))["id"]
    assert json_of(program.get(f"/api/v1/contacts/{id_}"))["processingBasis"] == "CONTRACT"
