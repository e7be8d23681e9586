"""All history: who opted out, when and how."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.words import DAY, MINUTE, Actor, Cause, Scope, Via
from app.queries import happened
from app.services.preferences import Source
from app.store.doors import Database
from app.web.site import Site
from app.worker.due import counting
from tests.web.admin.colleagues import FINN, Colleague, at_work
from tests.world import ANA, BEN, CLEO, NOW, World, by, say


@pytest.fixture
def finn(app: Flask, database: Database, world: World, ana: int) -> Colleague:
    """A viewer. Ana left by one click last week, Ben on the page; Cleo complained; Ana said yes."""
    leave = Unsubscribe(Scope.type(world.novels.id), world.novels)
    one_click = by(via=Via.ONE_CLICK, at=NOW - 6 * DAY)
    say(database, ANA, leave, by_=one_click, source=Source(message=812))
    say(database, BEN, leave, by_=by(at=NOW - 20 * DAY))
    complaint = by(Hand.AUTOMATIC, actor=Actor.COMPLAINT, at=NOW - DAY)
    say(database, CLEO, Report(Cause.COMPLAINT, NOW - DAY), by_=complaint)
    say(database, ANA, Subscribe(world.offers), by_=by(at=NOW - MINUTE))
    return at_work(app, FINN)


def told(finn: Colleague, query: str = "") -> list[str]:
    """The sentences."""
    finn.open(f"/admin/history?{query}")
    return [line.all("p")[0].text for line in finn.page.one("main").all("li")]


def test_the_last_days_are_told_newest_first(finn: Colleague, ana: int) -> None:
    """The account of each links to where its evidence lies. Of Cleo only the key is known."""
    offers, spam, novels = told(finn)
    assert offers == "Ana Example subscribed to Offers on the preference page."
    assert spam.startswith("A message was reported as spam")
    assert novels.endswith("unsubscribed from Novels with the one-click header of mailing 812.")
    links = [a.get("href") for a in finn.page.one("main").all("a")]
    assert links == [f"/admin/contacts/{ana}/history"] * 2


def test_who_opted_out_and_how_is_found(finn: Colleague, world: World) -> None:
    """By what, channel, type, mailing and days; what is asked wrongly is not asked."""
    left = "Ana Example unsubscribed from Novels with the one-click header of mailing 812."
    for query in ("what=OPT_OUT", "via=ONE_CLICK", "mailing=812", f"type={world.novels.id}"):
        assert told(finn, query) == [left], query
    assert len(told(finn, "what=COMPLAINT")) == len(told(finn, "what=SUBSCRIPTION")) == 1
    assert told(finn, "what=BOUNCE") == []
    assert "Nothing like this has happened." in finn.words
    assert told(finn, "from=2026-05-01&to=2026-05-20") == [
        "ben@example.org unsubscribed from Novels on the preference page."
    ]
    assert len(told(finn, "what=nothing&via=&mailing=x&type=7&from=never&before=1-zz-2")) == 3


def test_it_is_read_page_by_page(finn: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    """By place in the order of time, not by offset."""
    every = told(finn)
    monkeypatch.setattr(happened, "PAGE", 1)
    read = told(finn)
    while older := finn.page.all("a", rel="next"):
        read += told(finn, older[0].get("href").partition("?")[2])
    assert read == every


def test_home_leads_to_who_it_was(finn: Colleague, site: Site) -> None:
    """From the figures, and from the channel in the table."""
    counting(site).work()
    finn.open("/admin?days=7")
    links = {a.text: a.get("href") for a in finn.page.one("main").all("a")}
    assert len(told(finn, links["See who opted out"].partition("?")[2])) == 1
    assert len(told(finn, links["One-click header"].partition("?")[2])) == 1
