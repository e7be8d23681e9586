"""A preference page is rendered once for all who see the same; nothing of one person is kept."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, product

from flask import Flask

from app.domain.address import masked
from app.domain.words import DAY
from app.store.doors import Database
from app.web.site import Site
from tests.web.houses import Clock, Mailed, events
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, CLEO, World


def shows(visitor: Visitor, url: str) -> tuple[str, tuple[str, str]]:
    """The address line of a page, and the last event that its form carries."""
    page = visitor.open(url).page
    number, mark = (page.all("input", name=name)[-1].get("value") for name in ("number", "mark"))
    return page.all("p", **{"class": "lead"})[0].text, (number, mark)


def test_people_who_see_the_same_each_see_their_own_address_and_number(
    app: Flask, site: Site, mailed: Mailed, world: World, database: Database
) -> None:
    """R-114: what is rendered once for many holds nobody's address."""
    visitor = Visitor(app)
    visitor.open(mailed.preferences(ANA)).untick(world.novels).press("save")
    visitor.open(mailed.preferences(ANA)).tick(world.novels).press("save")
    for _ in range(2):
        ana, of_ana = shows(visitor, mailed.preferences(ANA))
        ben, of_ben = shows(visitor, mailed.preferences(BEN))
        assert masked(ANA.address) in ana
        assert masked(BEN.address) in ben
        assert of_ana == ("2", events(database, ANA)[-1].hash[:4].hex())
        assert of_ben == ("0", "00000000")
    kept = b"".join(chain(*site.pages.values())).decode()
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


def test_a_kept_page_is_what_a_fresh_process_would_show(
    app: Flask, site: Site, mailed: Mailed, world: World, clock: Clock
) -> None:
    """R-114: whatever was pressed, in whatever language, whoever looked before."""
    visitor = Visitor(app)
    presses: tuple[Callable[[], Visitor], ...] = (
        lambda: visitor,
        lambda: visitor.untick(world.novels).press("save"),
        lambda: visitor.tick(world.letter).press("save"),
        lambda: visitor.press("pause-60"),
        lambda: visitor.press("resume"),
        lambda: visitor.press("brand"),
        lambda: visitor.tick(world.novels).press("save"),
        lambda: visitor.press("account"),
    )
    for press in presses:
        visitor.open(mailed.preferences(ANA))
        press()
        clock.pass_(DAY // 2)
        for person, query in product(
            (BEN, ANA, CLEO), ("", "?lang=ar", f"?type={world.letter.id}")
        ):
            kept = visitor.open(mailed.preferences(person) + query).html
            site.pages.clear()
            assert visitor.open(mailed.preferences(person) + query).html == kept
