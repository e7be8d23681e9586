"""The admin's screens about people's rights and consent in a real browser, each judged by axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.domain.changes import Hand, Subscribe
from app.domain.words import DAY, Basis
from tests.browser.axe import wrong_in
from tests.browser.chromium import page_of
from tests.browser.desk import at_work
from tests.browser.shop import Shop, open_shop
from tests.browser.test_admin_sign_in import LOOKS, arrived, go, press
from tests.world import ANA, NOW, by

pytestmark = [pytest.mark.browser, pytest.mark.long]


def note(page: Page, shop: Shop) -> None:
    """Note that Ana asks for erasure."""
    at_work(page, shop)
    go(page, shop, "/requests/new")
    page.fill("#email", ANA.address)
    page.locator("label[for=right-ERASURE]").click()
    press(page)


def requests(page: Page, shop: Shop) -> None:
    note(page, shop)
    go(page, shop, "/requests")


def new_request(page: Page, shop: Shop) -> None:
    at_work(page, shop)
    go(page, shop, "/requests/new")
    press(page)


def erase(page: Page, shop: Shop) -> None:
    note(page, shop)
    with page.expect_navigation():
        page.locator("a[href$='/erasure']").click()


def erased(page: Page, shop: Shop) -> None:
    erase(page, shop)
    press(page)


def consents(page: Page, shop: Shop) -> None:
    basis = {"basis": Basis.LEGITIMATE_INTEREST_CLIENT, "explained": True}
    offers = Subscribe(shop.type("offers"))
    shop.say(offers, by=by(Hand.USER, at=NOW, basis_ends=NOW + 9 * DAY, **basis))
    at_work(page, shop)
    go(page, shop, "/consents")


def sign_up(page: Page, shop: Shop) -> None:
    at_work(page, shop)
    go(page, shop, f"/brands/{shop.fernway.id}/sign-up")


SCREENS = {
    "request": note,
    "requests": requests,
    "new-request": new_request,
    "erase": erase,
    "erased": erased,
    "consents": consents,
    "sign-up": sign_up,
}


def _screens() -> Iterator[Any]:
    for one in [(name, language) for name in SCREENS for language in ("en", "ar")]:
        id_ = "-".join(one)
        yield pytest.param(one, id=id_)


@pytest.fixture(scope="module", params=_screens())
def at(
    request: pytest.FixtureRequest,
    browser: Browser,
    furnished: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Page]:
    """Dora, who has reached the screen in a language. Scripts run, as axe is one."""
    name, language = request.param
    database = Path(copy(furnished, tmp_path_factory.mktemp("shop")))
    how = {"bypass_csp": True, "locale": language}
    with open_shop(database) as shop, page_of(browser, **how) as page:
        arrived(page, shop, SCREENS[name])
        yield page


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_wrong(at: Page, scheme: Any, width: int) -> None:
    assert wrong_in(at, scheme, width) == []


def test_no_screen_scrolls_sideways(at: Page) -> None:
    at.set_viewport_size({"width": 360, "height": 800})
    widths = at.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
