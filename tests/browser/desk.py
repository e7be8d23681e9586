"""Dora's desk: the admin in a real browser, hands that only know the keyboard, and axe to judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from app.web.admin.cookie import NAME
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import AXE
from tests.web.admin.colleagues import DORA, Colleague, user

FOCUSED = """() => {
    const one = document.activeElement
    return (one.labels?.[0] ?? one).textContent.replace(/\\s+/g, ' ').trim()
}"""
PLAIN = {"java_script_enabled": False}
SCRIPTED = {"bypass_csp": True}
"""How a browser is: without scripts, or with such as axe is."""


@contextmanager
def desk(browser: Browser, shop: Shop, how: dict[str, Any]) -> Iterator[Page]:
    """Dora, signed in."""
    with browser.new_context(**how) as context:
        page = context.new_page()
        at_work(page, shop)
        yield page


def at_work(page: Page, shop: Shop, who: str = DORA) -> None:
    """Somebody of the staff at the first screen, as after signing in: few tests are about that."""
    cookie = Colleague(shop.app).appear(user(shop.site, who)).cookie
    page.context.add_cookies([{"name": NAME, "value": cookie, "url": shop.url}])
    page.goto(f"{shop.url}/admin")


def reach(page: Page, name: str) -> None:
    """Go by Tab to what is called so."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def enter(page: Page) -> None:
    """Press what has the focus."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def judged(page: Page, where: str = "") -> None:
    """Nothing is wrong, light and dark, wide and narrow, with what folds away open."""
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.evaluate(AXE_SCRIPT)
    for scheme, width in (("light", 1280), ("dark", 360)):
        assert wrong(page, scheme, width) == [], where or page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where or page.url


def wrong(page: Page, scheme: Any, width: int) -> list[tuple[str, list[str]]]:
    """What axe finds."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    found = page.evaluate("options => axe.run(document, options)", AXE)
    return [(v["help"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]
