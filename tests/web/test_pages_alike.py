"""A preference page is rendered once for all who see the same; nothing of one person is kept."""

from __future__ import annotations

from flask import Flask

from app.domain.address import masked
from app.domain.words import DAY
from app.web.site import Site
from tests.web.houses import Clock, Mailed
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, CLEO, World


def shows(visitor: Visitor, url: str) -> tuple[str, str]:
    """The address line of a page, and the event number its form carries."""
    page = visitor.open(url).page
    number = page.all("input", name="number")[0].get("value")
    return page.all("p", **{"class": "lead"})[0].text, number


def test_people_who_see_the_same_each_see_their_own_address_and_number(
    app: Flask, site: Site, mailed: Mailed, world: World
) -> None:
    """R-114: what is rendered once for many holds nobody's address."""
    visitor = Visitor(app)
    visitor.open(mailed.preferences(ANA)).untick(world.novels).press("save")
    visitor.open(mailed.preferences(ANA)).tick(world.novels).press("save")
    for _ in range(2):
        ana, ana_number = shows(visitor, mailed.preferences(ANA))
        ben, ben_number = shows(visitor, mailed.preferences(BEN))
        assert masked(ANA.address) in ana
        assert masked(BEN.address) in ben
        assert (ana_number, ben_number) == ("2", "0")
    kept = "".join(site.pages.values())
    assert kept
    assert masked(ANA.address) not in kept
    assert masked(BEN.address) not in kept


def test_an_address_whose_text_nobody_knows_is_not_given_anothers(
    app: Flask, mailed: Mailed
) -> None:
    visitor = Visitor(app)
    shows(visitor, mailed.preferences(ANA))
    unknown, _ = shows(visitor, mailed.preferences(CLEO))
    assert "@" not in unknown


def test_a_page_seen_before_shows_the_days_of_today(
    app: Flask, mailed: Mailed, clock: Clock
) -> None:
    visitor = Visitor(app)
    before = visitor.open(mailed.preferences(ANA)).html
    clock.pass_(DAY)
    assert visitor.open(mailed.preferences(ANA)).html != before
