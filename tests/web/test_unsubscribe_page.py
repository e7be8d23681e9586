"""The page of an unsubscribe link (rules.md, 5)."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from app.domain.changes import Subscribe, Unsubscribe
from app.domain.mail import MailKind
from app.domain.standing import ALL, Place, of_brand, of_type
from app.domain.words import DAY, Actor, Scope, Status, Via
from app.links.purposes import Purpose
from app.services import catalog
from app.store.doors import Database
from app.store.tables import outbox
from app.web.recipient.forms import REASONS
from tests.web.houses import Clock, Mailed, events, everything, known, proof
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, CLEO, NOW, Person, World, say


def links(mailed: Mailed, world: World) -> dict[str, tuple[str, set[str]]]:
    """Each kind of link with the opt-outs that its page offers."""
    return {
        "type": (mailed.type(ANA, world.novels), {"type", "brand", "account"}),
        "brand": (mailed.brand(ANA, world.fernway), {"brand", "account"}),
        "account": (mailed.account(ANA), {"account"}),
    }


def places(world: World) -> dict[str, Place]:
    """What each press ends."""
    return {
        "type": of_type(world.novels.id),
        "brand": of_brand(world.fernway.id),
        "account": ALL,
    }


def test_each_link_offers_its_own_opt_out_and_the_wider_ones(
    visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """R-47, R-48, R-57, R-59, R-89, rules.md 5: no pause for the whole account."""
    pauses = {"pause-30", "pause-60", "pause-90"}
    for name, (path, offered) in links(mailed, world).items():
        visitor.open(path)
        assert visitor.buttons - {"link"} == offered | (pauses if name != "account" else set())
        assert visitor.boxes == {}
        first = visitor.page.one("main").all("button")[0]
        assert first.parent is not None
        assert first.parent.get("action").endswith(f"/{name}")


def test_each_press_ends_what_its_button_says(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-58, R-59, R-91: one press, and the result says what stopped, from when, and undo."""
    for name, (_, offered) in links(mailed, world).items():
        for number, word in enumerate(sorted(offered)):
            person = Person("Somebody", f"{name}-{number}@example.com")
            path = links_of(mailed, world, person)[name]
            visitor.open(path).press(word)
            assert (visitor.status, visitor.is_result) == (200, True)
            assert {"Stopped", "From"} <= visitor.facts.keys()
            assert {"undo", "reason"} <= visitor.buttons
            assert set(known(database, person).held) == {places(world)[word]}, (name, word)


def links_of(mailed: Mailed, world: World, person: Person) -> dict[str, str]:
    """The three kinds of links of one person."""
    return {
        "type": mailed.type(person, world.novels),
        "brand": mailed.brand(person, world.fernway),
        "account": mailed.account(person),
    }


def test_a_press_is_the_persons_with_the_texts_that_the_page_showed(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-72, R-96, rules.md 7."""
    visitor.open(f"{mailed.type(ANA, world.novels, 812)}?lang=nl").press("type")
    (event,) = events(database, ANA)
    assert (event.actor, event.via) == (Actor.CONTACT, Via.UNSUBSCRIBE_PAGE)
    assert (event.message, event.link_purpose, event.link_scope) == (812, 2, world.novels.id)
    assert (event.language, event.texts) == ("nl", world.novels.texts.version)
    assert event.program_texts == world.catalog.texts_version
    assert proof(database)[0]["of"] == "person"


def test_with_one_active_brand_everything_is_the_account(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4 and 5."""
    database.write(catalog.archive_brand, world.workshops.id, NOW)
    visitor.open(mailed.type(ANA, world.novels))
    assert visitor.buttons & {"type", "brand", "account"} == {"type", "account"}


def test_what_stands_already_is_not_offered_again(
    visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """R-91: after one press, the wider ones are left."""
    path = mailed.type(ANA, world.novels)
    visitor.open(path).press("type")
    assert visitor.buttons & {"type", "brand", "account"} == {"brand", "account"}
    visitor.press("brand")
    assert visitor.buttons & {"type", "brand", "account"} == {"account"}
    visitor.press("account")
    assert not visitor.buttons & {"type", "brand", "account"}
    assert not [word for word in visitor.open(path).buttons if word.startswith("pause")]


def test_a_link_that_a_wider_opt_out_covers_says_that_nothing_comes(
    visitor: Visitor, mailed: Mailed, world: World, clock: Clock
) -> None:
    """Whoever opted out elsewhere is not told that the type still comes; an excepted brand does."""
    told = "You are unsubscribed from all email from Fernway"
    links_ = (mailed.type(ANA, world.novels), mailed.brand(ANA, world.fernway))
    for word, offered in (("brand", {"account"}), ("account", set())):
        visitor.open(mailed.preferences(ANA)).press(word)
        clock.pass_(DAY)
        for path in links_:
            visitor.open(path)
            assert visitor.title.startswith(told), (word, path)
            assert visitor.facts["Stopped"] == "All email from Fernway"
            assert visitor.buttons & {"type", "brand", "account"} == offered
    assert "account" in visitor.open(mailed.account(BEN)).buttons
    visitor.open(mailed.preferences(ANA)).tick(world.novels).press("save")
    clock.pass_(DAY)
    assert "type" in visitor.open(links_[0]).buttons
    assert told not in visitor.words


def test_a_link_presses_nothing_narrower_than_itself(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-04: a brand's link names no type."""
    untouched = everything(database)
    for path in (mailed.brand(ANA, world.fernway), mailed.account(ANA)):
        assert visitor.send([], f"{path}/type").status == 404
    assert everything(database) == untouched


def test_a_transactional_types_link_opts_out_of_its_brand_and_says_what_comes(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 5, R-148."""
    visitor.open(mailed.type(ANA, world.receipts))
    assert "Receipts" in visitor.words
    assert visitor.buttons & {"type", "brand", "account"} == {"brand", "account"}
    visitor.press("brand")
    assert set(known(database, ANA).held) == {of_brand(world.fernway.id)}
    assert "Receipts" in visitor.facts["Still comes"]


def test_an_unknown_types_link_opts_out_under_its_id_and_of_the_account(
    visitor: Visitor, mailed: Mailed, database: Database
) -> None:
    """Rules.md 5: with undo."""
    for purpose, place in ((Purpose.TYPE, of_type(77)), (Purpose.BRAND, of_brand(77))):
        path = mailed.of(ANA.key, purpose, 77)
        assert "account" in visitor.open(path).buttons
        visitor.press("account")
        assert set(known(database, ANA).held) == {place, ALL}
        visitor.open(path).press("undo")
        assert known(database, ANA).held == {}


def test_archived_types_and_brands_can_be_left(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 1: and not paused."""
    database.write(catalog.archive_brand, world.workshops.id, NOW)
    for path in (mailed.type(ANA, world.evenings), mailed.brand(ANA, world.workshops)):
        word = "type" if path == mailed.type(ANA, world.evenings) else "brand"
        assert not any(b.startswith("pause") for b in visitor.open(path).buttons)
        assert visitor.press(word).is_result
    assert set(known(database, ANA).held) == {
        of_type(world.evenings.id),
        of_brand(world.workshops.id),
    }


def test_an_unsubscribe_link_can_subscribe_nothing(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 5, R-82: whatever is posted to whatever path below it."""
    visitor.open(mailed.preferences(ANA)).press("account")
    form = visitor.open(mailed.preferences(ANA)).tick(world.novels).as_sent("save")
    for path in links_of(mailed, world, ANA).values():
        for below in ("", "/type", "/brand", "/account", "/save", "/reason", "/undo", "/link"):
            visitor.send([*form, ("record", "77")], path + below)
            assert visitor.status in (200, 400, 404, 405)
            assert known(database, ANA).held.opted_out(ALL)
            assert known(database, ANA).held.status(of_type(world.novels.id)) != Status.SUBSCRIBED


def test_an_unsubscribe_page_shows_no_other_choice(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 5: neither before nor after, whoever got the mail forwarded."""
    say(database, ANA, Subscribe(world.circle), Unsubscribe(Scope.type(world.offers.id)))
    path = mailed.type(ANA, world.novels)
    pages = [visitor.open(path).words]
    pages += [visitor.press("type").words, visitor.press("reason").words]
    pages += [visitor.open(path).press(word).words for word in ("brand", "account")]
    for words in pages:
        assert not [name for name in ("Offers", "Circle", "Letter", "Evenings") if name in words]


def test_a_pause_from_the_page_is_the_brands(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4 and 5."""
    visitor.open(mailed.type(ANA, world.novels)).press("pause-60")
    assert (visitor.status, visitor.is_result) == (200, True)
    held = known(database, ANA).held
    assert held.paused_until(world.fernway.id, NOW) == NOW + 60 * DAY
    assert events(database, ANA)[0].via == Via.UNSUBSCRIBE_PAGE
    assert visitor.press("resume").is_result
    assert known(database, ANA).held == {}


def test_every_reason_can_be_given_or_none(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-58: after the opt-out is stored, and it changes nothing."""
    visitor.open(mailed.type(ANA, world.novels)).press("type")
    offered = {radio.get("value") for radio in visitor.page.all("input", type="radio")}
    assert offered == set(REASONS)
    sent = [field for field in visitor.as_sent("reason") if field[0] == "record"]
    where = f"{mailed.type(ANA, world.novels)}/reason"
    held = known(database, ANA).held
    for reason in REASONS:
        assert visitor.send([*sent, ("reason", reason)], where).status == 200
    assert known(database, ANA).held == held
    assert [said.get("reason") for said in proof(database)] == [None, *REASONS]
    for nothing in ([], [("reason", "")], [("reason", "because"), ("words", " ")]):
        visitor.send([*sent, *nothing], where)
        assert (visitor.heading, visitor.is_result) == ("You are unsubscribed from Novels", True)
        assert (visitor.status, {"undo", "reason"} - visitor.buttons) == (200, set())
    assert len(events(database, ANA)) == 1 + len(REASONS)
    assert visitor.send([("reason", "many")], where).status == 400


# Mail the preferences link


def owed(database: Database) -> list[tuple[Any, ...]]:
    """What mail is owed: kind, key, brand, language, and the address where a form gave it."""
    row = outbox.c
    wanted = select(row.kind, row.address_key, row.brand, row.language, row.recipient)
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


def test_the_link_is_mailed_to_the_stored_address(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-37, R-154, rules.md 5: what is typed then does not count."""
    path = mailed.type(ANA, world.evenings)
    visitor.open(f"{path}?lang=de")
    assert not visitor.page.all("input", name="email")
    assert visitor.press("link").is_result
    fernway, ana = world.workshops.id, ANA.key
    assert owed(database) == [(MailKind.PREFERENCES_LINK, ana, fernway, "de", None)]


def test_where_no_address_is_stored_the_typed_one_must_be_the_links(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-37, H-32, H-35, rules.md 2: accepted when its key equals the token's."""
    path = mailed.type(CLEO, world.novels)
    untouched = everything(database)
    wrong = (
        "",
        " ",
        "cleo",
        "@",
        BEN.address,
        "cleo@example.com",
        "cle\u043e@example.net",
        "c\0@x",
    )
    for typed in wrong:
        visitor.open(path).fill(email=typed).press("link")
        assert (visitor.status, visitor.title[:7]) == (400, "Error: "), typed
        field = visitor.page.one("input", name="email")
        assert field.get("aria-invalid") == "true"
        assert visitor.page.all("p", id=field.get("aria-describedby").split()[-1])
    assert everything(database) == untouched
    visitor.open(path).fill(email="  CLEO@Example.NET ").press("link")
    assert visitor.is_result
    mail = (MailKind.PREFERENCES_LINK, CLEO.key, world.fernway.id, "en", "cleo@example.net")
    assert owed(database) == [mail]
    assert known(database, CLEO).stored_at is None
