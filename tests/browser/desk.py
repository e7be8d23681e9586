"""Dora's desk: the admin in a real browser, hands that only know the keyboard, and axe to judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from app.web.admin.cookie import NAME
from tests.browser.axe import HEIGHT, wrong_in
from tests.browser.chromium import page_of
from tests.browser.hands import SKIP
from tests.browser.shop import Shop
from tests.web.admin.colleagues import DORA, Colleague, user

FOCUSED = """() => {
    const one = document.activeElement
    return (one.labels?.[0] ?? one).textContent.replace(/\\s+/g, ' ').trim()
}"""
Look = tuple[str, int]
LOOKS: Sequence[Look] = (("light", 1280), ("dark", 360))
"""A scheme and a width: light and wide, dark and narrow."""
PLAIN = {"java_script_enabled": False}
SCRIPTED = {"bypass_csp": True}
"""How a browser is: without scripts, or with such as axe is."""


@contextmanager
def desk(browser: Browser, shop: Shop, how: dict[str, Any]) -> Iterator[Page]:
    """Dora, signed in."""
    with page_of(browser, **how) as page:
        at_work(page, shop)
        yield page


def at_work(page: Page, shop: Shop, who: str = DORA) -> None:
    """Somebody of the staff at the first screen, as after signing in: few tests are about that."""
    cookie = Colleague(shop.app).appear(user(shop.site, who)).cookie
    page.context.add_cookies([{"name": NAME, "value": cookie, "url": shop.url}])
    page.goto(f"{shop.url}/admin")


def reach(page: Page, name: str) -> None:
    """Go by Tab to what is called so; in the main part by the link that skips the rest."""
    aside = page.locator("header").get_by_text(name, exact=True).count()
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused == name:
            return
        if focused == SKIP and not aside:
            page.keyboard.press("Enter")
    raise AssertionError(f"the keyboard does not reach {name}")


def enter(page: Page) -> None:
    """Press what has the focus."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def judged(page: Page, where: str = "", looks: Sequence[Look] = LOOKS) -> None:
    """Nothing is wrong in these looks, and nothing lies beside the screen in any, with what folds
    away open."""
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    for scheme, width in LOOKS:
        if (scheme, width) in looks:
            assert wrong_in(page, scheme, width) == [], where or page.url
        else:
            page.set_viewport_size({"width": width, "height": HEIGHT})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where or page.url
