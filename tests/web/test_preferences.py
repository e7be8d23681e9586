"""The preference page through the web (rules.md, 4)."""

from __future__ import annotations

import pytest

from app.domain.catalog import Policy
from app.domain.changes import Subscribe, Unsubscribe
from app.domain.deeds import Doer
from app.domain.standing import ALL, of_brand, of_type, request_of
from app.domain.words import ACCOUNT, MINUTE, Actor, Kind, Scope, Status, Via
from app.links.purposes import Purpose
from app.services import catalog, contacts, erasure
from app.services.contacts import Draft
from app.store.doors import Database
from app.web.site import Site
from tests.web.admin.colleagues import mails
from tests.web.houses import Clock, Mailed, events, everything, known, proof, statuses
from tests.web.letters import link_in
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, CLEO, NOW, World, by, say, seen


@pytest.fixture
def alone(database: Database, world: World) -> World:
    """The account with one active brand."""
    database.write(catalog.archive_brand, world.workshops.id, NOW)
    return seen(database)


# What it shows


def test_the_page_shows_the_brands_public_types_in_its_order(
    visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """Rules.md 4: ticked is what would be mailed; transactional types have no box."""
    visitor.open(mailed.preferences(ANA))
    assert visitor.boxes == {world.novels.id: True, world.offers.id: True, world.letter.id: False}
    assert "Receipts" in visitor.words
    for hidden in ("Circle", "Evenings"):
        assert hidden not in visitor.html
    visitor.open(mailed.preferences(ANA, world.workshops))
    assert visitor.boxes == {world.evenings.id: True}


def test_with_data_privacy_on_boxes_start_unticked(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-88, rules.md 8: a tick shows what holds, and nothing was said."""
    database.write(catalog.switch_data_privacy, True, NOW)
    assert set(visitor.open(mailed.preferences(ANA)).boxes.values()) == {False}


def test_a_private_type_is_shown_to_whom_it_is_mailed_and_gone_when_left(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4, story 9."""
    say(database, ANA, Subscribe(world.circle))
    assert visitor.open(mailed.preferences(ANA)).boxes[world.circle.id]
    visitor.untick(world.circle).press("save")
    assert known(database, ANA).held.opted_out(of_type(world.circle.id))
    assert world.circle.id not in visitor.boxes
    assert "Circle" in visitor.facts["Stopped"]
    assert world.circle.id not in visitor.open(mailed.preferences(BEN)).boxes


def test_archived_types_are_never_shown(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4."""
    say(database, ANA, Subscribe(world.novels))
    database.write(catalog.archive_type, world.novels.id, NOW)
    assert world.novels.id not in visitor.open(mailed.preferences(ANA)).boxes
    assert "Novels" not in visitor.html


def test_the_type_a_link_names_stands_first(visitor: Visitor, mailed: Mailed, world: World) -> None:
    """Rules.md 5: unsigned, so it only moves a box."""
    usual = list(visitor.open(mailed.preferences(ANA)).boxes)
    first = list(visitor.open(mailed.preferences(ANA, first=world.letter)).boxes)
    assert first == [world.letter.id, *[id_ for id_ in usual if id_ != world.letter.id]]
    for odd in ("0", "-1", "x", "", "9" * 5_000, "%00", str(world.evenings.id), "1e9", "%D9%A3"):
        assert list(visitor.open(f"{mailed.preferences(ANA)}?type={odd}").boxes) == usual


def test_a_page_for_an_archived_brand_offers_to_leave_it(
    visitor: Visitor, mailed: Mailed, database: Database, alone: World
) -> None:
    """Rules.md 1: its links go on opting out."""
    visitor.open(mailed.preferences(ANA, alone.workshops))
    assert (visitor.status, visitor.boxes) == (200, {})
    assert not any(word.startswith("pause") for word in visitor.buttons)
    visitor.press("brand")
    assert known(database, ANA).held.opted_out(of_brand(alone.workshops.id))


def test_a_link_for_a_brand_nobody_knows_opens_the_default_brands_page(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 5: and it opts out all the same."""
    path = mailed.of(ANA.key, Purpose.PREFERENCES, 77)
    assert world.novels.id in visitor.open(path).boxes
    assert visitor.untick(world.novels).press("save").status == 200
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))
    assert visitor.open(path).press("account").status == 200
    assert known(database, ANA).held.opted_out(ALL)


# Saving


def test_a_save_answers_the_boxes_that_were_changed_and_no_other(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-72, R-88, rules.md 4: who, how, by what link, and the very texts that were read."""
    visitor.open(mailed.preferences(ANA, message=812)).untick(world.novels).press("save")
    assert (visitor.status, visitor.is_result) == (200, True)
    assert visitor.boxes[world.novels.id] is False
    assert visitor.facts["Stopped"] == "Novels"
    assert visitor.facts["You will get"] == "Offers"
    (event,) = events(database, ANA)
    assert (event.scope_id, event.status) == (world.novels.id, Status.UNSUBSCRIBED)
    assert (event.actor, event.via, event.at) == (Actor.CONTACT, Via.PREFERENCE_PAGE, NOW)
    assert (event.message, event.link_purpose, event.link_scope) == (812, 1, world.fernway.id)
    assert event.texts == world.novels.texts.version
    assert (event.language, event.brand_texts) == ("en", world.fernway.texts.version)
    assert event.program_texts == world.catalog.texts_version
    assert proof(database) == [{"of": "person", "ip": "192.0.2.1", "user_agent": "Lynx/2.9"}]


def test_saving_what_holds_already_writes_nothing(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-88, R-134: a box left as it was is no answer."""
    untouched = everything(database)
    visitor.open(mailed.preferences(ANA)).press("save")
    assert (visitor.status, visitor.is_result, "undo" in visitor.buttons) == (200, True, False)
    assert everything(database) == untouched


def test_a_page_saved_again_and_again_from_its_results_stays_right(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4: each result is a fresh form."""
    visitor.open(mailed.preferences(ANA)).untick(world.novels).press("save")
    visitor.tick(world.novels).press("save")
    visitor.untick(world.novels, world.offers).press("save")
    held = known(database, ANA).held
    assert held.opted_out(of_type(world.novels.id))
    assert held.opted_out(of_type(world.offers.id))
    assert len(events(database, ANA)) == 4


def test_an_address_that_no_table_knows_has_a_page_too(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-41, rules.md 2: reading makes no row, writing makes one without the text."""
    untouched = everything(database)
    visitor.open(mailed.preferences(CLEO))
    assert "•" not in visitor.words
    assert visitor.boxes[world.novels.id]
    assert everything(database) == untouched
    visitor.untick(world.novels).press("save")
    found = known(database, CLEO)
    assert (found.address, found.stored_at) == (None, NOW)
    assert found.held.opted_out(of_type(world.novels.id))


def test_whose_contact_is_deleted_and_who_was_erased_have_their_page_too(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """F3, rules.md 2: choices outlive the contact; after erasure nobody's address shows."""
    admin = Doer(None, NOW)
    contact = database.write(contacts.create, Draft(ANA.key, ANA.address, "Doe"), Policy(), admin)
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id)))
    database.write(contacts.delete_contact, contact, admin)
    boxes = visitor.open(mailed.preferences(ANA)).boxes
    assert ("•" in visitor.words, "Doe" in visitor.html) == (True, False)
    assert (boxes[world.novels.id], boxes[world.offers.id]) == (False, True)
    database.write(erasure.erase, ANA.key, by(via=Via.ERASURE))
    visitor.open(mailed.preferences(ANA))
    assert ("•" in visitor.words, set(visitor.boxes.values())) == (False, {False})
    assert visitor.tick(world.novels).press("save").is_result
    assert visitor.boxes[world.novels.id]


def test_a_type_that_asks_for_confirmation_is_only_asked_for(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4: a tick opens a request and makes nothing mailable."""
    visitor.open(mailed.preferences(ANA)).tick(world.letter).press("save")
    assert visitor.boxes[world.letter.id] is False
    assert set(known(database, ANA).held) == {request_of(world.letter.id)}
    assert [event.kind for event in events(database, ANA)] == [Kind.REQUESTED]


def test_asked_again_too_often_the_link_that_was_mailed_stays_good(
    visitor: Visitor,
    mailed: Mailed,
    site: Site,
    database: Database,
    world: World,
    clock: Clock,
    one_minute: None,
) -> None:
    """Rules.md 4 and 5: a request that no mail could bring today is not opened in another's place,
    and an unticked box beside it is an answer all the same."""
    for _ in range(3):
        visitor.open(mailed.preferences(ANA)).tick(world.letter).press("save")
        mails(site)
        clock.pass_(20 * MINUTE)
    asked = events(database, ANA)
    visitor.open(mailed.preferences(ANA)).tick(world.letter).untick(world.novels).press("save")
    assert [e.kind for e in events(database, ANA)[len(asked) :]] == [Kind.CHANGED]
    links = [link_in(mail, "/c/") for mail in mails(site)]
    headings = sorted(visitor.open(link).heading for link in links)
    assert headings == ["One step left: confirm", *["There is nothing to confirm"] * 2]
    for link in links:
        visitor.send([], link)
    assert known(database, ANA).held.status(of_type(world.letter.id)) is Status.SUBSCRIBED


# Everything


def test_with_one_active_brand_everything_is_one_press_for_the_account(
    visitor: Visitor, mailed: Mailed, database: Database, alone: World
) -> None:
    """R-48, R-59, R-91, rules.md 4: what stopped, from when, what still comes, undo, reason."""
    visitor.open(mailed.preferences(ANA))
    assert "brand" not in visitor.buttons
    visitor.press("account")
    assert (visitor.is_result, visitor.buttons) == (True, {"undo", "reason"})
    assert {"Stopped", "From", "Still comes"} <= visitor.facts.keys()
    assert "Receipts" in visitor.facts["Still comes"]
    assert statuses(known(database, ANA).held) == {ACCOUNT: Status.UNSUBSCRIBED}
    (event,) = events(database, ANA)
    assert (event.actor, event.via) == (Actor.CONTACT, Via.PREFERENCE_PAGE)


def test_with_several_brands_there_are_two_presses_of_equal_weight(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-86, rules.md 4: one brand, or every one, and the same button for staying."""
    places = {"brand": of_brand(world.fernway.id), "account": ALL}
    for person, (word, place) in zip((ANA, BEN), places.items(), strict=True):
        visitor.open(mailed.preferences(person))
        looks = {b.get("class") for b in visitor.page.all("button") if b.get("value") in places}
        save = visitor.page.one("button", value="save")
        assert looks == {save.get("class")}
        visitor.press(word)
        assert visitor.is_result
        assert set(known(database, person).held) == {place}


def test_pressed_again_everything_is_no_change(
    visitor: Visitor, mailed: Mailed, database: Database
) -> None:
    """R-134."""
    for word in ("account", "brand"):
        visitor.open(mailed.preferences(ANA)).press(word)
        before = everything(database)
        visitor.open(mailed.preferences(ANA)).press(word)
        assert (visitor.status, visitor.is_result) == (200, True)
        assert everything(database) == before
