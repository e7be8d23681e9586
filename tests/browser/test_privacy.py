"""What a page asks of a browser, and leaves in it (R-109, R-111, R-117, H-13, H-28)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from app.services import catalog
from tests.browser.chromium import USUAL, page_of
from tests.browser.screens import SCREENS
from tests.browser.shop import Shop
from tests.browser.visits import Visit
from tests.web.admin.pictures import PNG

pytestmark = pytest.mark.browser

A_MINUTE = 60_000
MIDDLES = """() => [...document.querySelectorAll('main *')]
    .filter(one => one.checkVisibility())
    .map(one => one.getBoundingClientRect())
    .map(({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2])"""
HIGH = """() => ({ width: innerWidth, height: document.documentElement.scrollHeight })"""
STORED = """() => [document.cookie, localStorage.length, sessionStorage.length]"""


@pytest.mark.parametrize("name", ["preferences", "unsubscribe", "links", "broken-link"])
def test_a_first_visit_loads_the_page_and_one_stylesheet(scripted: Visit, name: str) -> None:
    asked = scripted.requests()
    SCREENS[name](scripted)
    scripted.page.wait_for_load_state("networkidle")
    assert [request.resource_type for request in asked] == ["document", "stylesheet"]
    assert all(request.url.startswith(f"{scripted.shop.url}/") for request in asked)


def test_a_logo_comes_from_the_same_place_and_is_all_that_a_brand_adds(scripted: Visit) -> None:
    """R-109: no request goes anywhere else, whatever the brand looks like."""
    shop, asked = scripted.shop, scripted.requests()
    shop.site.database.write(catalog.set_logo, shop.fernway.id, "image/png", PNG)
    scripted.open_preferences()
    scripted.page.wait_for_load_state("networkidle")
    kinds = sorted(request.resource_type for request in asked)
    assert kinds == ["document", "image", "stylesheet"]
    assert all(request.url.startswith(f"{shop.url}/") for request in asked)
    assert scripted.page.locator(".logo").evaluate("logo => logo.naturalWidth") > 0


def test_a_page_holds_nothing_that_runs_or_is_fetched(scripted: Visit) -> None:
    scripted.open_preferences()
    fetched = "script, iframe, img, object, embed, style, [style], [onclick], [src]"
    assert scripted.page.locator(fetched).count() == 0


def test_no_cookie_is_set_and_nothing_is_stored(scripted: Visit) -> None:
    """H-28, R-117."""
    scripted.open_unsubscribe()
    scripted.click("Unsubscribe from Offers")
    scripted.open_preferences()
    scripted.page.get_by_label("Offers").check()
    scripted.click("Save these choices")
    scripted.click("Undo")
    scripted.click("Unsubscribe from everything")
    assert scripted.page.context.cookies() == []
    assert scripted.page.evaluate(STORED) == ["", 0, 0]


def test_no_request_tells_where_it_comes_from(visit: Visit) -> None:
    """R-109, R-111."""
    asked = visit.requests()
    visit.open_preferences()
    visit.click("Save these choices")
    headers = [request.all_headers() for request in asked]
    assert len(headers) >= 3
    assert {header.get("referer", "") for header in headers} == {""}
    assert [header["origin"] for header in headers if "origin" in header] == ["null"]


def test_another_browser_that_opens_the_link_sees_a_masked_address(
    browser: Browser, shop: Shop
) -> None:
    """H-52, R-114: a forwarded link tells no stranger the address."""
    with page_of(browser, java_script_enabled=False) as page:
        visit = Visit(page, shop)
        visit.open_preferences()
        assert visit.page.locator(".lead").inner_text() == "For a•••@ex•••.com"
        assert "ana@example.com" not in visit.page.content()


def test_a_page_left_open_does_nothing_by_itself(browser: Browser, shop: Shop) -> None:
    """H-13, R-93: with scripts on, hovered over, scrolled, for a minute, and left."""
    with browser.new_context() as with_a_clock_of_its_own:
        page = with_a_clock_of_its_own.new_page()
        page.clock.install()
        for name in ("preferences", "unsubscribe", "confirm"):
            visit = Visit(page, shop)
            SCREENS[name](visit)
            before, url = shop.events(), page.url
            asked = visit.requests()
            hover_over_everything(page)
            page.mouse.wheel(0, 2_000)
            page.clock.fast_forward(A_MINUTE)
            page.evaluate("dispatchEvent(new Event('beforeunload'))")
            assert asked == [], name
            assert page.url == url
            assert shop.events() == before, name


def hover_over_everything(page: Page) -> None:
    """In a window as high as the page."""
    page.set_viewport_size(page.evaluate(HIGH))
    middles = page.evaluate(MIDDLES)
    assert len(middles) > 5
    for x, y in middles:
        page.mouse.move(x, y)
    page.set_viewport_size(USUAL)
