"""Many requests at once (H-23, R-134)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from flask import Flask

from app.domain.changes import Unsubscribe
from app.domain.standing import ALL, of_type
from app.domain.words import Kind, Scope
from app.services import catalog
from app.store.doors import Database
from tests.databases import ON_BOTH
from tests.web.houses import Clock, Mailed, events, known
from tests.web.visiting import Visitor, one_click
from tests.world import ANA, CLEO, NOW, Person, World, say

pytestmark = ON_BOTH


def at_once(*presses: Callable[[], int]) -> list[int]:
    """What each answers when all are pressed at the same moment."""
    gate = Barrier(len(presses))
    answers: list[int] = []

    def run(press: Callable[[], int]) -> None:
        gate.wait()
        answers.append(press())

    threads = [Thread(target=run, args=(press,)) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def pressing(app: Flask, path: str) -> Callable[[], int]:
    return lambda: one_click(app, path).status_code


def sending(app: Flask, path: str, sent: Sequence[tuple[str, str]]) -> Callable[[], int]:
    return lambda: Visitor(app).send(list(sent), path).status


def test_fifty_identical_one_clicks_are_one_event(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-23, R-134: all are answered 200, for an address with a row and for one without."""
    for person in (ANA, CLEO):
        press = pressing(app, mailed.type(person, world.novels))
        assert at_once(*[press] * 50) == [200] * 50
        assert [event.kind for event in events(database, person)] == [Kind.CHANGED]


def test_different_links_of_one_address_at_once_all_count(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-23: events are numbered without a gap (the ledger is checked after every test)."""
    paths = [
        mailed.type(CLEO, world.novels),
        mailed.type(CLEO, world.offers),
        mailed.brand(CLEO, world.fernway),
        mailed.account(CLEO),
        mailed.preferences(CLEO, world.workshops),
    ]
    assert at_once(*[pressing(app, path) for path in paths * 4]) == [200] * 20
    assert len(events(database, CLEO)) == len(paths)


def test_a_one_click_that_races_a_save_ends_unsubscribed(
    app: Flask, database: Database, mailed: Mailed, world: World, clock: Clock
) -> None:
    """H-23, R-135: whichever comes first, a tick of an older page does not outlive the no."""
    database.write(catalog.switch_data_privacy, True, NOW)
    for number in range(6):
        person = Person("Somebody", f"reader-{number}@example.com")
        page = mailed.preferences(person)
        form = Visitor(app).open(page).tick(world.novels, world.offers).as_sent("save")
        saves = [sending(app, page, form)] * 4
        presses = [pressing(app, mailed.type(person, world.novels))] * 4
        together = [*saves, *presses] if number % 2 else [*presses, *saves]
        assert at_once(*together) == [200] * 8
        held = known(database, person).held
        assert held.opted_out(of_type(world.novels.id))
        assert not held.opted_out(of_type(world.offers.id))


def test_unsubscribing_from_everything_outlives_a_save_that_races_it(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-23, H-31, R-135."""
    for number in range(4):
        person = Person("Somebody", f"reader-{number}@example.com")
        say(database, person, Unsubscribe(Scope.type(world.novels.id)))
        page = mailed.preferences(person)
        form = Visitor(app).open(page).tick(world.novels).as_sent("save")
        away = Visitor(app).open(page).as_sent("account")
        together = [sending(app, page, form), sending(app, page, away)] * 3
        assert at_once(*together) == [200] * 6
        held = known(database, person).held
        assert held.opted_out(ALL)
        assert held.covered(world.fernway.id)


def test_the_same_save_twenty_times_at_once_is_one_record(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """R-134."""
    page = mailed.preferences(ANA)
    form = Visitor(app).open(page).untick(world.novels, world.offers).as_sent("save")
    assert at_once(*[sending(app, page, form)] * 20) == [200] * 20
    assert {event.record for event in events(database, ANA)} == {1}


def test_an_undo_pressed_twice_at_once_undoes_once(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """R-134: the second finds a later event at the same place, and leaves it."""
    visitor = Visitor(app).open(mailed.type(ANA, world.novels)).press("type")
    undo = sending(app, f"{mailed.type(ANA, world.novels)}/undo", visitor.as_sent("undo"))
    assert at_once(*[undo] * 10) == [200] * 10
    assert len(events(database, ANA)) == 2
    assert known(database, ANA).held == {}
