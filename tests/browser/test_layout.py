"""How the pages are laid out: nothing about them pushes anybody (R-86), whatever the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import screens
from tests.browser.chromium import page_of
from tests.browser.shop import Shop
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

WIDTHS = (320, 375, 1280)
WEIGHT = """buttons => buttons.map(button => {
    const style = getComputedStyle(button), { width, height } = button.getBoundingClientRect()
    const names = ['backgroundColor', 'backgroundImage', 'color', 'fontFamily', 'fontSize',
        'fontWeight', 'letterSpacing', 'textTransform', 'border', 'borderRadius', 'boxShadow',
        'opacity', 'padding', 'cursor']
    return JSON.stringify([Math.round(width), Math.round(height), ...names.map(n => style[n])])
})"""
"""Everything by which one button could outweigh another."""

USUAL_LETTERS = {"400": 0.480, "600": 0.490}
"""How wide a letter of PHRASE is in Inter, in em. The phones' own fonts are no wider."""
PHRASE = "What came in this week, chosen by our booksellers. Unsubscribe from everything"
AS_WIDE_AS_USUAL = """([phrase, usual]) => {
    const ruler = document.body.appendChild(document.createElement('span'))
    ruler.textContent = phrase
    ruler.style.cssText = 'font-size: 100px; white-space: nowrap; position: absolute'
    const excess = {}
    for (const weight in usual) {
        ruler.style.fontWeight = weight
        excess[weight] = usual[weight] - ruler.getBoundingClientRect().width / 100 / phrase.length
    }
    ruler.remove()
    for (const one of document.querySelectorAll('body *')) {
        const style = getComputedStyle(one)
        one.style.letterSpacing = `${Math.min(0, excess[style.fontWeight])}em`
    }
}"""
"""Draws a wide font's letters closer together, so that a page measures the same everywhere."""


@pytest.fixture
def reader(browser: Browser, shop: Shop) -> Iterator[Visit]:
    """Somebody whose page may be measured and restyled."""
    with page_of(browser, bypass_csp=True) as page:
        yield Visit(page, shop)


def test_staying_and_leaving_weigh_the_same(scripted: Visit) -> None:
    """However long a language's words are, with one brand and with two."""
    for brands in (1, 2):
        if brands == 2:
            scripted.shop.open_workshops()
        for language in ("en", "de", "ar"):
            visit = replace(scripted, language=language)
            visit.open_preferences()
            for scheme, width in _schemes_and_widths():
                weights = _weights(visit, ".pair .button", scheme, width)
                assert len(weights) == brands + 1
                assert len(set(weights)) == 1, (language, scheme, width)


def test_with_a_lost_link_both_ways_on_weigh_the_same(scripted: Visit) -> None:
    screens.broken_link(scripted)
    for scheme, width in _schemes_and_widths():
        weights = _weights(scripted, ".pair .button", scheme, width)
        assert len(weights) == 2
        assert len(set(weights)) == 1


def test_leaving_one_brand_and_leaving_all_weigh_the_same(scripted: Visit) -> None:
    screens.unsubscribe_from_two_brands(scripted)
    for scheme, width in _schemes_and_widths():
        weights = _weights(scripted, ".stack .button", scheme, width)
        assert len(weights) == 2
        assert len(set(weights)) == 1


@pytest.mark.parametrize(("width", "height"), [(375, 812), (1280, 800)])
def test_both_ways_out_are_on_the_first_screen(reader: Visit, width: int, height: int) -> None:
    reader.page.set_viewport_size({"width": width, "height": height})
    reader.open_preferences()
    assert reader.page.locator(".types li").count() == 5
    reader.page.evaluate(AS_WIDE_AS_USUAL, [PHRASE, USUAL_LETTERS])
    for button in reader.page.locator(".pair .button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height


def test_the_one_button_of_an_unsubscribe_link_is_on_the_first_screen(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 320, "height": 480})
    visit.open_unsubscribe()
    box = visit.page.get_by_role("button", name="Unsubscribe from Offers").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 480


def test_arabic_runs_from_right_to_left(visit: Visit) -> None:
    replace(visit, language="ar").open_preferences()
    first = visit.page.locator(".types li").first
    box, name, often = (first.locator(part).bounding_box() for part in ("input", "label", "small"))
    assert box is not None
    assert name is not None
    assert often is not None
    assert box["x"] > name["x"] + name["width"] > name["x"] > often["x"]
    masked = visit.page.locator(".lead bdi")
    assert masked.evaluate("bdi => getComputedStyle(bdi).direction") == "ltr"


def test_what_nobody_translated_keeps_its_own_direction(visit: Visit) -> None:
    visit.shop.offer_letter()
    replace(visit, language="ar").open_preferences()
    english = visit.page.locator("li", has_text="Letter from the mill").locator("p bdi")
    assert english.inner_text() == "What we print ourselves."
    assert english.evaluate("bdi => getComputedStyle(bdi).direction") == "ltr"


def test_on_paper_ticks_show_and_buttons_do_not(visit: Visit) -> None:
    """R-63: and who sends the mail, and where they are."""
    visit.open_preferences()
    visit.page.emulate_media(media="print")
    assert not visit.page.locator("button:visible, nav:visible").count()
    assert visit.page.get_by_text("14 Mill Lane").is_visible()
    assert visit.page.get_by_text("hello@fernway.example").is_visible()
    assert _appearances(visit) == {"auto"}


def test_in_forced_colours_boxes_are_the_systems_and_buttons_keep_an_edge(visit: Visit) -> None:
    visit.open_preferences()
    visit.page.emulate_media(forced_colors="active")
    assert _appearances(visit) == {"auto"}
    for button in visit.page.locator("main button").all():
        edge = button.evaluate(
            "b => { const s = getComputedStyle(b); return [s.borderTopStyle, "
            "parseFloat(s.borderTopWidth) >= 1, s.borderTopColor != s.backgroundColor] }"
        )
        assert edge == ["solid", True, True]


def _schemes_and_widths() -> list[tuple[Any, int]]:
    return [("light", width) for width in WIDTHS] + [("dark", WIDTHS[-1])]


def _weights(visit: Visit, buttons: str, scheme: Any, width: int) -> list[str]:
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.set_viewport_size({"width": width, "height": 800})
    weights: list[str] = visit.page.locator(buttons).evaluate_all(WEIGHT)
    return weights


def _appearances(visit: Visit) -> set[str]:
    boxes = visit.page.locator("[type=checkbox]")
    return set(boxes.evaluate_all("boxes => boxes.map(box => getComputedStyle(box).appearance)"))
