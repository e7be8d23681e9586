"""Whole lists to take away: what is in them, what a row may be used for, page by page (issue 5)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from app.domain.changes import Except, Hand, Pause, Report, Subscribe, Unsubscribe
from app.domain.contacts import PropertyKind, Source
from app.domain.deeds import Doer
from app.domain.words import ACCOUNT, Cause, Scope
from app.files.listing import Format, written
from app.queries import exports, lists
from app.queries.exports import SUPPRESSION_ONLY, Wanted, What, export
from app.queries.history import history
from app.services import contacts, properties
from app.services.contacts import Draft, Origin
from app.services.properties import NewProperty
from app.store.doors import Database
from tests.world import ANA, BEN, CLEO, NOW, TOMORROW, YESTERDAY, Person, World, by, say

EVE = Person("Eve", "=eve()@example.com")
FRESH = Person("Fresh", "fresh@example.com")


def exported(database: Database, world: World, what: What, **about: Any) -> list[dict[str, Any]]:
    """The rows of a list, as programs read them."""
    wanted = Wanted(what, world.catalog, NOW, **about)
    pieces = written(Format.NDJSON, *export(database.browsing, wanted))
    return [json.loads(line) for line in "".join(pieces).splitlines()]


def sheet(database: Database, world: World, what: What) -> list[dict[str, str]]:
    """The same, as a spreadsheet reads them."""
    pieces = written(Format.CSV, *export(database.browsing, Wanted(what, world.catalog, NOW)))
    return list(csv.DictReader(io.StringIO("".join(pieces), newline="")))


def everything(database: Database, world: World) -> dict[What, list[str]]:
    """All lists. In what order the choices of one address stand is not promised."""
    return {what: sorted(map(json.dumps, exported(database, world, what))) for what in What}


def uses(rows: list[dict[str, Any]], *by_: str) -> dict[tuple[Any, ...], str]:
    """What each row may be used for."""
    return {tuple(row[name] for name in by_): row["use"] for row in rows}


@pytest.fixture
def there(database: Database, world: World) -> World:
    """Ana said yes and no and pauses; Ben left everything but workshops, where he gets evenings;
    Cleo, a bare key, left novels; Eve bounced; nobody asked Fresh."""
    made = database.write(
        properties.define, NewProperty("name", "Nickname", PropertyKind.TEXT), Doer(None, NOW)
    )
    drafts = [
        Draft(ANA.key, ANA.address, "Ana", "nl", {made: "+Annie"}),
        *(Draft(person.key, person.address, person.name) for person in (BEN, EVE, FRESH)),
    ]
    database.write(contacts.save_all, drafts, Origin(YESTERDAY, Source.ADMIN, "user:7"))
    say(database, ANA, Subscribe(world.novels), evidence={"explanation": "=at the fair"})
    say(database, ANA, Unsubscribe(Scope.type(world.offers.id), world.offers))
    say(database, ANA, Pause(world.workshops.id, TOMORROW))
    say(database, BEN, Subscribe(world.evenings), Unsubscribe(ACCOUNT))
    say(database, BEN, Except(world.workshops.id))
    say(database, CLEO, Unsubscribe(Scope.type(world.novels.id), world.novels))
    say(database, EVE, Subscribe(world.novels))
    say(database, EVE, Report(Cause.BOUNCE, NOW), by_=by(Hand.AUTOMATIC))
    return world


def test_contacts_say_whether_they_may_be_mailed_at_all(database: Database, there: World) -> None:
    """R-61. A property that is called like a column of ours keeps apart from it."""
    rows = exported(database, there, What.CONTACTS)
    assert uses(rows, "email") == {
        (ANA.address,): "",
        (BEN.address,): "",
        (EVE.address,): SUPPRESSION_ONLY,
        (FRESH.address,): "",
    }
    assert (rows[0]["name"], rows[0]["language"], rows[0]["source"]) == ("Ana", "nl", "ADMIN")
    assert rows[0]["properties"] == {"name": "+Annie"}
    of_brand = exported(database, there, What.CONTACTS, brand=there.workshops)
    assert uses(of_brand, "email")[ANA.address,] == SUPPRESSION_ONLY
    of_type = exported(database, there, What.CONTACTS, type=there.novels)
    assert uses(of_type, "email")[BEN.address,] == SUPPRESSION_ONLY
    ana, *_, eve, _ = sheet(database, there, What.CONTACTS)
    assert (ana["name"], ana["properties.name"], eve["email"]) == (
        "Ana",
        "'+Annie",
        f"'{EVE.address}",
    )


def test_of_what_stands_only_a_type_that_may_be_mailed_is_no_suppression(
    database: Database, there: World
) -> None:
    """R-61, rules.md 6. An address known by its key only comes with the key in hex."""
    rows = exported(database, there, What.PREFERENCES)
    assert uses(rows, "addressKey", "scope", "name", "cause") == {
        (ANA.key.hex(), "TYPE", "novels", "CHOICE"): "",
        (ANA.key.hex(), "TYPE", "offers", "CHOICE"): SUPPRESSION_ONLY,
        (ANA.key.hex(), "BRAND", "workshops", "PAUSE"): SUPPRESSION_ONLY,
        (BEN.key.hex(), "TYPE", "evenings", "CHOICE"): "",
        (BEN.key.hex(), "ACCOUNT", "Fernway", "CHOICE"): SUPPRESSION_ONLY,
        (BEN.key.hex(), "BRAND", "workshops", "CHOICE"): SUPPRESSION_ONLY,
        (CLEO.key.hex(), "TYPE", "novels", "CHOICE"): SUPPRESSION_ONLY,
        (EVE.key.hex(), "TYPE", "novels", "CHOICE"): SUPPRESSION_ONLY,
        (EVE.key.hex(), "ACCOUNT", "Fernway", "BOUNCE"): SUPPRESSION_ONLY,
    }
    assert {row["email"] for row in rows if row["addressKey"] == CLEO.key.hex()} == {None}
    evenings = exported(database, there, What.PREFERENCES, type=there.evenings)
    assert {row["name"] for row in evenings} == {"Fernway", "workshops", "evenings"}


def test_the_ledger_tells_what_the_history_of_each_address_tells(
    database: Database, there: World
) -> None:
    """rules.md, 7: the same records. R-70: with their evidence."""
    rows = exported(database, there, What.LEDGER)
    with database.reading() as connection:
        for person in (ANA, BEN, CLEO, EVE):
            told = list(history(connection, there.catalog, person.key))
            own = [row for row in rows if row["addressKey"] == person.key.hex()]
            assert [{name: row[name] for name in told[0]} for row in reversed(own)] == told
    said = [row["evidence"] for row in rows if row["evidence"]]
    assert said == [{"explanation": "=at the fair"}]
    cells = [row["explanation"] for row in sheet(database, there, What.LEDGER)]
    assert [cell for cell in cells if cell] == ["'=at the fair"]
    novels = exported(database, there, What.LEDGER, type=there.novels)
    assert {row["name"] for row in novels} == {"novels", "Fernway"}
    assert uses(novels, "addressKey", "name")[EVE.key.hex(), "novels"] == SUPPRESSION_ONLY


def test_suppressions_are_of_the_account_a_brand_or_a_type(
    database: Database, there: World
) -> None:
    """rules.md, 1. Every one is labelled (R-61)."""
    whole = exported(database, there, What.SUPPRESSIONS)
    assert {(row["email"], row["reason"]) for row in whole} == {
        (BEN.address, "OPTED_OUT_OF_ALL"),
        (EVE.address, "BOUNCED"),
    }
    of_brand = exported(database, there, What.SUPPRESSIONS, brand=there.workshops)
    assert {row["email"] for row in of_brand} == {ANA.address, EVE.address}
    of_type = exported(database, there, What.SUPPRESSIONS, type=there.novels)
    assert {row["email"] for row in of_type} == {BEN.address, EVE.address, None}
    assert {row["use"] for row in (*whole, *of_brand, *of_type)} == {SUPPRESSION_ONLY}


def test_however_small_the_pages_are_nothing_is_left_out_or_told_twice(
    database: Database, there: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page is a short read, whatever stands on its edge."""
    whole = everything(database, there)
    for size in (1, 2, 3):
        monkeypatch.setattr(exports, "PAGE", size)
        monkeypatch.setattr(lists, "PAGE", size + 2)
        monkeypatch.setattr(lists, "FIRST", size)
        assert everything(database, there) == whole
