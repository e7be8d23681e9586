"""How screens of the admin are laid out where axe has no eye: what stands beside what, and which
way it runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import office
from tests.browser.desk import PLAIN, desk
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import press, staff

pytestmark = pytest.mark.browser

BOXES = """all => all.map(one => {
    const { left, right, top, bottom } = one.getBoundingClientRect()
    return [left, right, (top + bottom) / 2].map(Math.round)
})"""


STYLES = Path(__file__).parents[2] / "static"
SIDED = re.compile(
    r"(?:margin|padding|border|inset)-(?:left|right)|[{; ](?:left|right|float):|: *(?:left|right);"
    r"|(?:margin|padding|inset): *[^\s;]+ ([^\s;]+) [^\s;]+ (?!\1[;} ])[^\s;]+;"
)
"""What would not turn with the direction of the text."""


def test_nothing_in_a_stylesheet_knows_left_from_right() -> None:
    """LOOK, Right to left: logical properties only. (A tick does not mirror.)"""
    assert SIDED.search("td { padding: 1rem 2rem 1rem 0; }")
    assert not SIDED.search("td { padding: 1rem 2rem 3rem 2rem; margin: 0 auto; }")
    for sheet in sorted(STYLES.glob("*.css")):
        assert [found.group() for found in SIDED.finditer(sheet.read_text())] == [], sheet


def test_what_belongs_together_stands_together(browser: Browser, shop: Shop) -> None:
    """R-158: at 1280 pixels the filters of a history are one row with its exports, and two colours
    stand side by side though one has an error; at 360 the place where one is can be seen; from
    right to left drawings run as the text does."""
    staff(shop.site)
    ana, _ = office.people(shop)
    with desk(browser, shop, PLAIN) as page:
        page.goto(f"{shop.url}/admin/contacts/{ana}/history")
        assert len({middle for _, _, middle in boxes(page, ".filters > *:visible")}) == 1
        page.goto(f"{shop.url}/admin/brands/{shop.fernway.id}")
        page.fill("#light", "#ffff00")
        press(page)
        assert page.locator(".colours .error").count() == 1
        assert len({middle for _, _, middle in boxes(page, ".colour > input")}) == 1
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{shop.url}/admin/settings")
        ((left, right, _),) = boxes(page, ".side [aria-current]")
        assert left >= 0
        assert right <= 360
        page.goto(f"{shop.url}/admin?lang=ar")
        ((_, edge, _),) = boxes(page, ".lying >> nth=0 >> svg")
        bars = boxes(page, ".lying >> nth=0 >> rect")
        texts = boxes(page, ".lying >> nth=0 >> text.v")
        assert len({right for _, right, _ in bars}) == 1
        for (_, bar, _), (left, right, _) in zip(bars, texts, strict=True):
            assert abs(right - edge) <= 1
            assert bar <= left


def boxes(page: Page, what: str) -> list[list[int]]:
    """Left, right and the middle between top and bottom."""
    found: list[list[int]] = page.locator(what).evaluate_all(BOXES)
    return found
