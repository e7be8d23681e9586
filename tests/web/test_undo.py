"""Undo: for a day, by the link that made it (rules.md, 3 and 5)."""

from __future__ import annotations

from flask import Flask

from app.domain.changes import Hand, Report, Subscribe
from app.domain.standing import COMPLAINT, Held, of_brand, of_type
from app.domain.words import DAY, Actor, Cause, Scope, Status, Via
from app.store.doors import Database
from tests.web.houses import Clock, Mailed, events, everything, known, mark_of, statuses
from tests.web.visiting import Visitor, one_click
from tests.world import ANA, BEN, CLEO, NOW, World, by, say


def test_what_a_save_changed_is_put_back(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-96, R-153: with what stood before, and recorded as an undo."""
    say(database, ANA, Subscribe(world.novels), by_=by(Hand.AUTOMATIC))
    before = known(database, ANA).held[of_type(world.novels.id)]
    visitor.open(mailed.preferences(ANA)).untick(world.novels, world.offers).press("save")
    assert visitor.press("undo").is_result
    held = known(database, ANA).held
    assert held == {of_type(world.novels.id): before._replace(number=held_number(held))}
    assert [event.via for event in events(database, ANA)[-2:]] == [Via.UNDO, Via.UNDO]
    assert visitor.boxes[world.novels.id]
    assert visitor.boxes[world.offers.id]


def held_number(held: Held) -> int:
    """The number of the event that made the only thing that stands."""
    (standing,) = held.values()
    return standing.number


def test_everything_is_put_back_with_its_exceptions(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 3: an account-wide opt-out is wholly lifted by undo."""
    visitor.open(mailed.preferences(ANA)).press("account")
    visitor.open(mailed.preferences(ANA)).tick(world.novels).press("save")
    before = statuses(known(database, ANA).held)
    visitor.open(mailed.preferences(ANA)).press("account")
    assert statuses(known(database, ANA).held) != before
    visitor.press("undo")
    assert statuses(known(database, ANA).held) == before


def test_a_one_click_can_be_undone_by_opening_the_same_link_within_a_day(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World, clock: Clock
) -> None:
    """R-96, rules.md 5: the page of a link undoes what the link did."""
    for person, path in (
        (ANA, mailed.type(ANA, world.novels, 812)),
        (BEN, mailed.brand(BEN, world.fernway)),
        (CLEO, mailed.account(CLEO)),
    ):
        one_click(app, path)
        clock.pass_(DAY - 1)
        visitor.open(path)
        assert {"Stopped", "From"} <= visitor.facts.keys()
        visitor.press("undo")
        assert visitor.is_result
        assert known(database, person).held == {}
        one_click(app, path)
        clock.pass_(DAY)
        assert "undo" not in visitor.open(path).buttons
        assert {"Stopped", "From"} <= visitor.facts.keys()


def test_a_wider_press_can_be_undone_by_opening_the_link_again(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-91, rules.md 5: the page that comes back says what stopped, and undoes the last first."""
    path = mailed.type(ANA, world.novels)
    visitor.open(path).press("type")
    visitor.press("brand")
    visitor.press("account")
    for left in (
        {of_type(world.novels.id), of_brand(world.fernway.id)},
        {of_type(world.novels.id)},
        set(),
    ):
        assert "Stopped" in visitor.open(path).facts
        visitor.press("undo")
        assert set(known(database, ANA).held) == left
    assert "undo" not in visitor.open(path).buttons


def test_after_a_day_a_kept_page_undoes_nothing(
    visitor: Visitor, mailed: Mailed, database: Database, world: World, clock: Clock
) -> None:
    """Rules.md 3: and says that it could not."""
    kept = visitor.open(mailed.type(ANA, world.novels)).press("type").as_sent("undo")
    other = visitor.open(mailed.preferences(BEN)).press("account").as_sent("undo")
    before = everything(database)
    clock.pass_(DAY)
    assert visitor.send(kept, f"{mailed.type(ANA, world.novels)}/undo").status == 200
    assert visitor.send(other, mailed.preferences(BEN)).status == 200
    assert everything(database) == before


def test_only_the_link_that_made_a_record_undoes_it(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """H-29, H-30, rules.md 3: not another message's, not another kind's, not another person's."""
    one_click(app, mailed.type(ANA, world.novels, 812))
    before, named = everything(database), mark_of(database, ANA)
    others = (
        f"{mailed.type(ANA, world.novels, 813)}/undo",
        f"{mailed.type(ANA, world.novels)}/undo",
        f"{mailed.type(ANA, world.offers, 812)}/undo",
        f"{mailed.brand(ANA, world.fernway, 812)}/undo",
        f"{mailed.account(ANA)}/undo",
        f"{mailed.type(BEN, world.novels, 812)}/undo",
        mailed.preferences(ANA, message=812),
        mailed.preferences(BEN, message=812),
    )
    for path in others:
        assert "undo" not in visitor.open(path.removesuffix("/undo")).buttons
        assert visitor.send([("record", "1"), named, ("do", "undo")], path).status == 200
        assert everything(database) == before, path


def test_undo_takes_back_only_by_a_post_with_a_readable_record(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-130, R-136: another is 400, and one that is not there changes nothing."""
    path = mailed.type(ANA, world.novels)
    visitor.open(path).press("type")
    before, named = everything(database), mark_of(database, ANA)
    for where in (f"{path}/undo", mailed.preferences(ANA)):
        visitor.send([named, ("do", "undo")], where)
        assert visitor.status == 400
        for record in ("", "x", "-1", "1.0", "²", "9" * 5_000, str(2**31)):
            visitor.send([("record", record), named, ("do", "undo")], where)
            assert (visitor.status, record[:9]) == (400, record[:9])
        for record in ("0", "2", str(2**31 - 1)):
            assert visitor.send([("record", record), named, ("do", "undo")], where).status == 200
    assert visitor.open(f"{path}/undo?record=1&do=undo").status == 200
    assert everything(database) == before


def test_what_changed_since_stays(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 3: an event stays where a later one touched the same place."""
    path = mailed.preferences(ANA)
    undo = visitor.open(path).untick(world.novels, world.offers).press("save").as_sent("undo")
    visitor.open(path).tick(world.novels).press("save")
    visitor.send(undo)
    assert statuses(known(database, ANA).held) == {
        Scope.type(world.novels.id): Status.SUBSCRIBED,
    }


def test_undoing_an_undo_does_nothing(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-134: pressed twice, it is done once."""
    path = mailed.preferences(ANA)
    undo = visitor.open(path).press("account").as_sent("undo")
    visitor.send(undo)
    before = everything(database)
    assert visitor.send(undo).status == 200
    assert everything(database) == before
    assert known(database, ANA).held == {}


def test_a_lifted_suppression_comes_back_with_undo(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 3 and 4: what stood before stands again, a complaint too."""
    who = by(Hand.AUTOMATIC, actor=Actor.COMPLAINT)
    say(database, ANA, Report(Cause.COMPLAINT, NOW), by_=who)
    visitor.open(mailed.preferences(ANA)).tick(world.novels).press("save")
    assert not known(database, ANA).held.opted_out(COMPLAINT)
    visitor.press("undo")
    assert set(known(database, ANA).held) == {COMPLAINT}


def test_a_pause_can_be_undone_too(visitor: Visitor, mailed: Mailed, database: Database) -> None:
    """R-153."""
    visitor.open(mailed.preferences(ANA)).press("pause-30").press("undo")
    assert known(database, ANA).held == {}


def test_what_was_pressed_twice_can_be_undone_like_what_was_pressed_once(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-134, R-153: a browser shows the second of two answers."""
    presses = (
        (mailed.type(ANA, world.novels), "type", "/type"),
        (mailed.type(ANA, world.novels), "account", "/account"),
        (mailed.preferences(ANA), "account", ""),
        (mailed.preferences(ANA), "brand", ""),
    )
    for path, word, below in presses:
        sent = visitor.open(path).as_sent(word)
        for _ in range(2):
            visitor.send(sent, path + below)
            assert {"undo", "reason"} <= visitor.buttons, word
        visitor.press("undo")
        assert known(database, ANA).held == {}, word


def test_undo_stays_after_a_reason_was_given(
    visitor: Visitor, mailed: Mailed, database: Database, world: World, clock: Clock
) -> None:
    """R-58, R-153: for as long as any change may be undone, and what it says is what was done."""
    presses = (
        (mailed.type(ANA, world.novels), "type", "/reason"),
        (mailed.type(ANA, world.novels), "account", "/reason"),
        (mailed.preferences(ANA), "brand", ""),
    )
    for path, word, below in presses:
        sent = visitor.open(path).press(word).fill(reason="many").as_sent("reason")
        visitor.send(sent, path + below)
        assert (visitor.heading, "undo" in visitor.buttons) == ("Your answer is sent", True), word
        assert word not in visitor.buttons or path == mailed.preferences(ANA)
        visitor.press("undo")
        assert known(database, ANA).held == {}, word
    sent = visitor.open(mailed.preferences(ANA)).press("account").as_sent("reason")
    clock.pass_(DAY)
    assert "undo" not in visitor.send([*sent, ("reason", "many")]).buttons
