"""What a person said last holds: no older link, form or clock takes it away."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from flask import Flask

from app.domain.changes import Pause
from app.domain.standing import of_type
from app.domain.words import DAY, HOUR, Status
from app.links.purposes import Purpose
from app.links.tokens import Link, Tokens
from app.store.doors import Database
from app.web.site import Site
from tests.web.houses import Clock, Mailed, events, known, mark_of
from tests.web.visiting import FORM, Visitor, one_click, request
from tests.world import ANA, BEN, NOW, World, say


def out_of_novels(database: Database, world: World) -> bool:
    return known(database, ANA).held.status(of_type(world.novels.id)) is Status.UNSUBSCRIBED


def with_leaked(site: Site, tokens: Tokens) -> Site:
    """The site after its operator declared a secret leaked."""
    return replace(site, tokens=tokens)


def undo(app: Flask, database: Database, url: str) -> int:
    body = urlencode([("record", "1"), mark_of(database, ANA), ("do", "undo")]).encode()
    return request(app, "POST", f"{url}/undo", body, FORM).status_code


def test_an_undo_takes_no_opt_out_away_that_was_repeated_by_another_link(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """H-22, H-52: whoever was forwarded the first message cannot undo the owner's second no."""
    first, second = (mailed.type(ANA, world.novels, message) for message in (1, 2))
    one_click(app, first)
    one_click(app, second)
    one_click(app, second)
    assert len(events(database, ANA)) == 2
    assert undo(app, database, first) == 200
    assert out_of_novels(database, world)


def test_an_old_form_lifts_no_opt_out_that_was_repeated_after_it_was_rendered(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """H-31, R-135."""
    one_click(app, mailed.type(ANA, world.novels, 1))
    page = Visitor(app).open(mailed.preferences(ANA)).tick(world.novels)
    one_click(app, mailed.type(ANA, world.novels, 2))
    page.press("save")
    assert out_of_novels(database, world)


def test_a_form_from_a_time_to_come_lifts_nothing(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """R-135: as it is after a restore that lost events, or when its number is forged."""
    page = Visitor(app).open(mailed.preferences(ANA)).untick(world.novels)
    page.press("save")
    page = Visitor(app).open(mailed.preferences(ANA)).tick(world.novels)
    page.fill(number="50").press("save")
    assert out_of_novels(database, world)


def test_a_form_of_another_past_lifts_nothing(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """R-135: after a restore another event has its number. Ben's stands here for what was lost, and
    a form of an older release, which knew no mark, is taken at its word."""
    one_click(app, mailed.brand(BEN, world.fernway))
    visitor = Visitor(app).open(mailed.preferences(BEN)).tick(world.novels)
    lost = visitor.as_sent("save")
    one_click(app, mailed.account(ANA))
    for _ in range(2):
        assert visitor.send(lost, mailed.preferences(ANA)).status == 200
        assert "Novels" in visitor.facts["Not switched on"]
        assert known(database, ANA).held.covered(world.fernway.id)
        say(database, ANA, Pause(world.workshops.id, NOW + DAY))
    visitor.send([field for field in lost if field[0] != "mark"], mailed.preferences(ANA))
    assert not known(database, ANA).held.covered(world.fernway.id)


def test_an_undo_of_another_past_takes_nothing_back(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """R-135, R-136: Ben's page stands here, too, for one that was open when a restore gave its
    record's number to another. The answer says so. One of an older release, which knew no mark,
    takes nothing back either, and the answer offers the undo that does."""
    presses = (
        (mailed.preferences, "account", ""),
        (partial(mailed.type, type_=world.novels), "type", "/undo"),
        (partial(mailed.type, type_=world.novels), "brand", "/undo"),
    )
    for link, word, below in presses:
        lost = Visitor(app).open(link(BEN)).press(word).as_sent("undo")
        own = Visitor(app).open(link(ANA)).press(word).as_sent("undo")
        before = known(database, ANA)
        assert [field for field in lost if field[0] != "mark"] == [f for f in own if f[0] != "mark"]
        visitor = Visitor(app).send(lost, link(ANA) + below)
        assert (visitor.status, visitor.heading) == (200, "That could not be undone any more")
        assert visitor.send([f for f in own if f[0] != "mark"]).status == 400
        assert known(database, ANA) == before
        assert visitor.press("undo").heading == "Your change is undone"
        assert known(database, ANA).held == {}
        visitor.open(link(BEN)).press("undo")


def test_a_link_signed_by_a_leaked_secret_opts_out_and_undoes_nothing(
    app: Flask, site: Site, mailed: Mailed, database: Database, world: World
) -> None:
    """R-125: anybody could have made it."""
    url = mailed.type(ANA, world.novels, 5)
    one_click(app, url)
    sound, leaked = site.settings.link_secrets[-1], b"l" * 40
    forged = Tokens([leaked]).mint(Link(Purpose.TYPE, site.keys(ANA.address), world.novels.id, 5))
    app.extensions["sayso"] = with_leaked(site, Tokens([sound], leaked=[leaked]))
    assert undo(app, database, f"/u/{forged}") == 200
    assert out_of_novels(database, world)
    page = Visitor(app).open(f"/u/{forged}")
    assert forged in page.html
    assert "/undo" not in page.html
    assert "/pause" not in page.html
    request(app, "POST", f"/p/{forged}", b"do=account", FORM)
    assert len(events(database, ANA)) == 2


def test_an_opt_out_of_a_clock_that_ran_ahead_is_not_undone_for_a_year(
    app: Flask, mailed: Mailed, database: Database, world: World, clock: Clock
) -> None:
    """H-45: a moment to come is not within the last day."""
    url = mailed.type(ANA, world.novels)
    clock.pass_(365 * DAY)
    one_click(app, url)
    clock.pass_(-300 * DAY)
    assert undo(app, database, url) == 200
    assert out_of_novels(database, world)
    clock.pass_(300 * DAY + HOUR)
    assert undo(app, database, url) == 200
    assert not out_of_novels(database, world)


def test_a_page_opened_again_within_the_day_offers_the_undo_that_was_promised(
    app: Flask, mailed: Mailed, database: Database, world: World, clock: Clock
) -> None:
    """R-91: whoever closed the result page finds the button on the page of the link."""
    visitor = Visitor(app).open(mailed.preferences(ANA)).untick(world.novels)
    visitor.press("save")
    clock.pass_(23 * HOUR)
    visitor.open(mailed.preferences(ANA)).press("undo")
    assert not out_of_novels(database, world)
    visitor.open(mailed.preferences(ANA)).untick(world.novels).press("save")
    clock.pass_(DAY)
    assert "undo" not in visitor.open(mailed.preferences(ANA)).buttons
