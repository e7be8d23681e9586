"""What holds on every screen a recipient may see (R-149 to R-159)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import HEIGHT, wrong, wrong_in
from tests.browser.chromium import page_of
from tests.browser.screens import SCREENS
from tests.browser.shop import open_shop
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

LOOKS = [("light", 1280), ("dark", 320)]
OTHER_LOOKS = [("dark", 375), ("light", 320), ("light", 375), ("dark", 1280)]
AS_IT_IS = "html { font-size: 100% }"
LARGE_TEXT = "html { font-size: 200% }"
SPACED_TEXT = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }
"""
"""WCAG 1.4.12."""
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, textarea, summary')]
    .filter(one => one.checkVisibility() && one.type != 'hidden')
    .filter(one => !(one.matches('p > a') && one.parentNode.innerText != one.innerText))
    .filter(one => {
        const { width, height } = one.getBoundingClientRect()
        return Math.min(width, height) < 24
    })
    .map(one => one.outerHTML)"""
"""Links within a sentence aside: their size is the line's."""
SMALL_TEXT = """() => [...document.querySelectorAll('body *')]
    .filter(one => [...one.childNodes].some(node => node.nodeType == 3 && node.data.trim()))
    .filter(one => parseFloat(getComputedStyle(one).fontSize) < 14)
    .map(one => one.outerHTML)"""
MOVING = """() => [...document.querySelectorAll('*')]
    .map(one => getComputedStyle(one))
    .filter(({ animationName, transitionDuration }) =>
        animationName != 'none' || transitionDuration != '0s').length"""
OFTEN = (
    *("preferences", "saved", "confirm", "paused", "everything", "covered"),
    *("unsubscribe", "unsubscribed", "links-error", "broken-link"),
    *("your-data", "your-data-ar", "erase", "sign-up-error"),
    *("preferences-of-two-brands-de", "preferences-of-two-brands-ar", "unsubscribed-ar"),
)
"""What make test looks at, one screen of each kind; make test-long looks at all of them."""


def _screens() -> Iterator[Any]:
    for name in SCREENS:
        for language in ("en", "de", "ar"):
            id_ = name if language == "en" else f"{name}-{language}"
            marks = [] if id_ in OFTEN else [pytest.mark.long]
            yield pytest.param((name, language), marks=marks, id=id_)


@pytest.fixture(scope="module", params=_screens())
def at(
    request: pytest.FixtureRequest,
    browser: Browser,
    furnished: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Visit]:
    """Somebody who has reached the screen. Scripts run, as axe is one."""
    name, language = request.param
    directory = tmp_path_factory.mktemp("shop")
    with (
        open_shop(Path(copy(furnished, directory))) as shop,
        page_of(browser, bypass_csp=True) as page,
    ):
        visit = Visit(page, shop, language)
        SCREENS[name](visit)
        yield visit


def axe_finds_nothing_wrong(at: Visit) -> None:
    for scheme, width in LOOKS:
        assert wrong_in(at.page, scheme, width) == []


def nothing_lies_beside_a_screen_of_320_pixels(at: Visit) -> None:
    at.page.set_viewport_size({"width": 320, "height": HEIGHT})
    for style in (AS_IT_IS, LARGE_TEXT, SPACED_TEXT):
        with at.restyled(style):
            assert at.page.evaluate("document.documentElement.scrollWidth") == 320, style


def whatever_can_be_pressed_is_large_enough_for_a_finger(at: Visit) -> None:
    for width in (375, 1280):
        at.page.set_viewport_size({"width": width, "height": HEIGHT})
        assert at.page.evaluate(SMALL_TARGETS) == []


def no_text_is_small(at: Visit) -> None:
    assert at.page.evaluate(SMALL_TEXT) == []


def nothing_moves(at: Visit) -> None:
    assert at.page.evaluate(MOVING) == 0


def the_title_begins_with_the_heading_and_names_the_sender(at: Visit) -> None:
    title, heading = at.page.title(), at.heading()
    wrong = at.page.get_by_role("alert").count()
    assert "Fernway Books" in title
    assert title.find(heading) > 0 if wrong else title.startswith(heading)


def page_and_stylesheet_together_are_under_20_kilobytes(at: Visit) -> None:
    style = at.page.request.get(at.stylesheet).body()
    assert len(at.page.content().encode()) + len(style) < 20_000


def the_page_says_its_language_and_direction(at: Visit) -> None:
    html = at.page.locator("html")
    assert html.get_attribute("lang") == at.language
    assert html.get_attribute("dir") == ("rtl" if at.language == "ar" else "ltr")


HOLDS: tuple[Callable[[Visit], None], ...] = (
    page_and_stylesheet_together_are_under_20_kilobytes,  # before axe's script is in the page
    axe_finds_nothing_wrong,
    nothing_lies_beside_a_screen_of_320_pixels,
    whatever_can_be_pressed_is_large_enough_for_a_finger,
    no_text_is_small,
    nothing_moves,
    the_title_begins_with_the_heading_and_names_the_sender,
    the_page_says_its_language_and_direction,
)


def test_everything_holds_on_the_screen(at: Visit, subtests: pytest.Subtests) -> None:
    """H-28, R-149 to R-159: in a window of 320 pixels as in a wide one. The screen is reached once,
    and each promise is kept or broken by itself."""
    for holds in HOLDS:
        with subtests.test(holds.__name__):
            holds(at)


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "width"), OTHER_LOOKS)
def test_axe_finds_nothing_wrong_in_other_looks(at: Visit, scheme: Any, width: int) -> None:
    assert wrong_in(at.page, scheme, width) == []


def test_axe_would_find_what_is_wrong(scripted: Visit) -> None:
    scripted.open_preferences()
    scripted.page.locator("html").evaluate("html => html.removeAttribute('lang')")
    scripted.page.locator("h1").evaluate("h1 => h1.style.color = '#ccc'")
    assert {help_ for help_, _ in wrong(scripted.page)} == {
        "<html> element must have a lang attribute",
        "Elements must meet minimum color contrast ratio thresholds",
    }
