"""Mailings in the admin: named by editors, seen by all (issue 4)."""

from __future__ import annotations

from flask import Flask

from app.domain.changes import Unsubscribe
from app.domain.words import Scope, Via
from app.services.preferences import Source
from app.store.doors import Database
from tests.web.admin.colleagues import ELIF, FINN, at_work
from tests.world import ANA, World, by, say


def test_an_editor_names_a_mailing_and_home_says_the_name(
    app: Flask, database: Database, world: World
) -> None:
    leave = Unsubscribe(Scope.type(world.novels.id))
    say(database, ANA, leave, by_=by(via=Via.ONE_CLICK), source=Source(message=812))
    elif_ = at_work(app, ELIF).open("/admin/mailings")
    assert "No mailing was named yet." in elif_.words
    elif_.open("/admin")
    (unnamed,) = [a for a in elif_.page.all("a") if a.text == "Name mailing 812"]
    elif_.open(unnamed.get("href"))
    elif_.fill(name="June <letter>", volume="many").press()
    assert elif_.errors == ["Enter how many mails it has, like 12000, or leave it empty"]
    elif_.fill(volume="500").press()
    assert (elif_.heading, elif_.status) == ("Mailings", 200)
    elif_.open("/admin/mailings/new").fill(name="Twice", number="812").press()
    assert elif_.errors == ["The mailing of this number has a name already"]
    elif_.fill(number="-1").press()
    assert elif_.errors == ["Enter a whole number of 1 or more, or leave it empty"]
    elif_.open("/admin/mailings/812").fill(volume="600").press()
    finn = at_work(app, FINN)
    assert "June <letter>" in finn.open("/admin").words
    words = finn.open("/admin/mailings").words
    assert "June <letter>" in words
    assert "600" in words
    assert not finn.page.one("main").all("a")
    trail = at_work(app).open("/admin/audit").words
    assert "Named a mailing" in trail
    assert "Changed a mailing" in trail


def test_a_number_is_given_where_none_is_told(app: Flask, world: World) -> None:
    elif_ = at_work(app, ELIF).open("/admin/mailings/new")
    elif_.fill(name="").press()
    assert elif_.errors == ["Enter a name"]
    elif_.fill(name="Evenings", brand=str(world.workshops.id)).press()
    assert "Evenings" in elif_.words
    assert elif_.open("/admin/mailings/7").status == 404
