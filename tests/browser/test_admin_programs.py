"""What owners see of programs, keys, webhooks and mailings, and the API's page, in a real browser,
each judged by axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import wrong_in
from tests.browser.chromium import page_of
from tests.browser.desk import at_work
from tests.browser.shop import Shop, open_shop
from tests.browser.test_admin_sign_in import LOOKS, arrived, go, press

pytestmark = pytest.mark.browser
OFTEN = ("api-en",)


def key(page: Page, shop: Shop) -> None:
    """Make a key, which is shown."""
    new_key(page, shop)
    page.fill("#name", "Our shop, with a name as long as names of programs now and then are")
    page.locator("label[for='scope-statuses.write']").click()
    press(page)


def keys(page: Page, shop: Shop) -> None:
    key(page, shop)
    go(page, shop, "/keys")


def new_key(page: Page, shop: Shop) -> None:
    at_work(page, shop)
    go(page, shop, "/keys/new")
    press(page)


def webhook(page: Page, shop: Shop) -> None:
    at_work(page, shop)
    go(page, shop, "/webhooks/new")
    page.fill("#url", "https://shop.example.com/a/path/that/is/long/enough/to/be/broken/somewhere")
    press(page)


def webhooks(page: Page, shop: Shop) -> None:
    webhook(page, shop)
    go(page, shop, "/webhooks")


def new_webhook(page: Page, shop: Shop) -> None:
    at_work(page, shop)
    go(page, shop, "/webhooks/new")
    press(page)


def mailings(page: Page, shop: Shop) -> None:
    at_work(page, shop)
    go(page, shop, "/mailings/new")
    page.fill("#name", "News of June")
    page.fill("#volume", "12000")
    press(page)


def new_mailing(page: Page, shop: Shop) -> None:
    at_work(page, shop)
    go(page, shop, "/mailings/new")
    press(page)


def api(page: Page, shop: Shop) -> None:
    """The page that describes the API."""
    page.goto(f"{shop.url}/api/docs")


SCREENS = {
    "key": key,
    "keys": keys,
    "new-key": new_key,
    "webhook": webhook,
    "webhooks": webhooks,
    "new-webhook": new_webhook,
    "mailings": mailings,
    "new-mailing": new_mailing,
    "api": api,
}


def _screens() -> Iterator[Any]:
    for one in [(name, language) for name in SCREENS for language in ("en", "ar")]:
        id_ = "-".join(one)
        yield pytest.param(one, marks=[] if id_ in OFTEN else [pytest.mark.long], id=id_)


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
