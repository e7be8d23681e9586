"""Webhooks in the admin: made, seen, sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Connection, update

from app.config import Settings
from app.domain.changes import Subscribe
from app.domain.webhooks import NAMES, State
from app.queries import webhooks as known
from app.services import feed
from app.store.doors import Database
from app.store.tables import webhook_delivery
from app.web.site import Site
from tests.web.admin.colleagues import DORA, Colleague, at_work, user
from tests.web.houses import Clock, running, site_of
from tests.world import ANA, NOW, World, say


def bury(connection: Connection) -> None:
    """As after three days of failures."""
    dead = {"state": State.DEAD, "answer": "500"}
    connection.execute(update(webhook_delivery).values(dead))


URL = "https://shop.example.com/hooks"


@pytest.fixture
def dora(app: Flask) -> Colleague:
    """An owner, at work."""
    return at_work(app)


def make(dora: Colleague, url: str = URL) -> Colleague:
    """Fill in the form."""
    return dora.open("/admin/webhooks/new").fill(url=url).press("new")


def test_a_webhook_is_made_edited_switched_and_removed(dora: Colleague, site: Site) -> None:
    assert make(dora).heading == URL
    here = dora.url
    assert "whsec_" in dora.answer.text
    first = dora.answer.text
    dora.press("renew")
    assert "There is a new secret" in dora.words
    assert dora.answer.text != first
    dora.open(f"{here}/edit").fill(url=f"{URL}/2").press("edit")
    assert dora.heading == f"{URL}/2"
    dora.press("off")
    assert "switched off" in dora.words
    dora.press("on")
    dora.press("test")
    with site.database.reading() as connection:
        (hook,) = known.all_webhooks(connection, site.now())
        assert known.owed(connection, hook.id) == {State.OWED: 1, State.DEAD: 0}
    dora.press("removal")
    assert "No webhook was made yet" in dora.words
    dora.open("/admin/audit")
    assert "Removed a webhook" in dora.words


def test_each_kind_of_change_has_words_and_a_type_its_name(dora: Colleague, world: World) -> None:
    dora.open("/admin/webhooks/new")
    kinds = dora.page.all("input", name="kind")
    words = {label.get("for"): label.text for label in dora.page.all("label")}
    told = {words[kind.get("id")] for kind in kinds}
    assert len(told) == len(NAMES)
    assert all(" " in one for one in told)
    dora.fill(url=URL, kind="PAUSED", type=str(world.novels.id)).press("new")
    assert "pause.started · Novels" in dora.words


@pytest.mark.parametrize("url", ["", "http://shop.example.com", "https://a:b@c.d", "shop"])
def test_an_address_that_cannot_be_posted_to_is_told_so(dora: Colleague, url: str) -> None:
    make(dora, url)
    assert dora.status == 400
    assert "https://" in dora.words


def test_a_private_address_is_refused_when_it_is_made_and_when_it_is_changed(
    dora: Colleague, settings: Settings, clock: Clock
) -> None:
    """Issue 4: in words, with what was typed kept; not where the operator named its network."""
    private = "https://10.0.0.1/hooks"
    for there in ("/admin/webhooks/new", f"{make(dora).url}/edit"):
        dora.open(there).fill(url=private).press(there.rpartition("/")[2])
        assert (dora.status, "This address is private" in dora.words) == (400, True)
        assert dora.page.one("input", name="url").get("value") == private
    with running(replace(settings, webhook_networks=("10.0.0.0/8",)), clock) as app:
        owner = Colleague(app).appear(user(site_of(app), DORA))
        assert make(owner, private).heading == private


def test_dead_letters_are_shown_with_their_reason_and_sent_again(
    dora: Colleague, database: Database, site: Site, world: World, heard: list[str]
) -> None:
    here = make(dora).url
    say(database, ANA, Subscribe(world.novels))
    database.write(feed.sequence, NOW)
    with database.reading() as connection:
        (hook,) = known.all_webhooks(connection, NOW)
    database.write(bury)
    heard.clear()
    dora.open(here)
    assert len([s for s in heard if s.startswith("SELECT")]) <= 6
    assert ANA.address in dora.words
    dora.press("dead-letters")
    with database.reading() as connection:
        assert known.owed(connection, hook.id) == {State.OWED: 1, State.DEAD: 0}
