"""Getting into the admin, and who may, in a real browser: each screen walked, and judged by axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from app.domain.words import SECOND
from app.web.site import Site
from tests.browser.axe import wrong_in
from tests.browser.chromium import page_of
from tests.browser.shop import Shop, open_shop
from tests.web.admin.colleagues import DORA, ELIF, PASSWORD, STAFF, hire, invitation, user

pytestmark = pytest.mark.browser

LOOKS = [
    ("light", 1280),
    ("dark", 360),
    pytest.param("light", 360, marks=pytest.mark.long),
    pytest.param("dark", 1280, marks=pytest.mark.long),
]
IN_ARABIC = ("sign-in-failed", "home", "users", "invite", "account", "audit")
OFTEN = ("sign-in-failed-en", "recovery-codes-en", "users-ar")
"""What make test looks at beside test_admin_screens.py; make test-long looks at all of them."""
Reach = Callable[[Page, Shop], None]
SCREENS: dict[str, Reach] = {}


def screen(reach: Reach) -> Reach:
    """A function of this page, as the way to the screen of its name."""
    SCREENS[reach.__name__.replace("_", "-")] = reach
    return reach


def go(page: Page, shop: Shop, path: str) -> None:
    """Open a screen."""
    page.goto(f"{shop.url}/admin{path}")


def press(page: Page) -> None:
    """Press the screen's main button."""
    with page.expect_navigation():
        page.locator("main button.main").click()


@screen
def sign_in(page: Page, shop: Shop) -> None:
    go(page, shop, "")


@screen
def sign_in_failed(page: Page, shop: Shop) -> None:
    sign_in(page, shop)
    page.fill("#email", DORA)
    page.fill("#password", "not her password")
    press(page)


@screen
def forgotten(page: Page, shop: Shop) -> None:
    go(page, shop, "/forgotten")


@screen
def forgotten_mailed(page: Page, shop: Shop) -> None:
    forgotten(page, shop)
    page.fill("#email", DORA)
    press(page)


@screen
def set_password(page: Page, shop: Shop) -> None:
    go(page, shop, f"/password/{invitation(shop.site, DORA)}")


@screen
def set_password_failed(page: Page, shop: Shop) -> None:
    set_password(page, shop)
    page.fill("#password", "short")
    press(page)


@screen
def spent_link(page: Page, shop: Shop) -> None:
    go(page, shop, "/password/spent")


@screen
def home(page: Page, shop: Shop) -> None:
    sign_in(page, shop)
    page.fill("#email", DORA)
    page.fill("#password", PASSWORD)
    press(page)


@screen
def nowhere(page: Page, shop: Shop) -> None:
    home(page, shop)
    go(page, shop, "/nowhere")


@screen
def users(page: Page, shop: Shop) -> None:
    home(page, shop)
    go(page, shop, "/users")


@screen
def invite(page: Page, shop: Shop) -> None:
    home(page, shop)
    go(page, shop, "/users/new")


@screen
def invite_failed(page: Page, shop: Shop) -> None:
    invite(page, shop)
    press(page)


@screen
def invited(page: Page, shop: Shop) -> None:
    invite(page, shop)
    page.fill("#email", "new@fernway.example")
    page.locator("label[for=role-EDITOR]").click()
    press(page)


@screen
def user_of_the_admin(page: Page, shop: Shop) -> None:
    home(page, shop)
    go(page, shop, f"/users/{user(shop.site, ELIF).id}")


@screen
def last_owner(page: Page, shop: Shop) -> None:
    home(page, shop)
    go(page, shop, f"/users/{user(shop.site, DORA).id}")
    with page.expect_navigation():
        page.locator("#deactivate").click()


@screen
def account(page: Page, shop: Shop) -> None:
    home(page, shop)
    go(page, shop, "/account")


@screen
def set_up_second_factor(page: Page, shop: Shop) -> None:
    home(page, shop)
    go(page, shop, "/account/second-factor")


@screen
def recovery_codes(page: Page, shop: Shop) -> None:
    set_up_second_factor(page, shop)
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).at(shop.clock.at // SECOND))
    page.fill("#present", PASSWORD)
    press(page)


@screen
def own_second_factor(page: Page, shop: Shop) -> None:
    recovery_codes(page, shop)
    go(page, shop, "/account/second-factor")


@screen
def second_factor(page: Page, shop: Shop) -> None:
    recovery_codes(page, shop)
    page.context.clear_cookies()
    home(page, shop)


@screen
def audit(page: Page, shop: Shop) -> None:
    home(page, shop)
    go(page, shop, "/audit")


def staff(site: Site) -> None:
    """Dora and Elif, hired."""
    for email in (DORA, ELIF):
        hire(site, email, STAFF[email])


def _screens() -> Iterator[Any]:
    shown = [*((name, "en") for name in SCREENS), *((name, "ar") for name in IN_ARABIC)]
    for one in shown:
        marks = [] if "-".join(one) in OFTEN else [pytest.mark.long]
        yield pytest.param(one, marks=marks, id="-".join(one))


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


def arrived(page: Page, shop: Shop, reach: Reach) -> None:
    """Somebody of the staff, at the screen."""
    staff(shop.site)
    reach(page, shop)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_wrong(at: Page, scheme: Any, width: int) -> None:
    assert wrong_in(at, scheme, width) == []


def test_no_screen_scrolls_sideways(at: Page) -> None:
    at.set_viewport_size({"width": 360, "height": 800})
    widths = at.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]


@pytest.fixture
def plain(browser: Browser, shop: Shop) -> Iterator[Page]:
    """Somebody at the admin's door, without scripts. Dora and Elif are hired."""
    staff(shop.site)
    with page_of(browser, java_script_enabled=False) as page:
        yield page


def test_the_keyboard_alone_gets_one_in_and_out(plain: Page, shop: Shop) -> None:
    """R-121, R-150: no script, no mouse."""
    sign_in(plain, shop)
    for text in (DORA, PASSWORD):
        plain.keyboard.press("Tab")
        plain.keyboard.type(text)
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert plain.locator("h1").inner_text() == "Home"
    plain.keyboard.press("Tab")
    assert plain.locator(":focus").inner_text() == "Skip to content"
    places = plain.locator("nav a").count()
    for _ in range(places + 1):
        plain.keyboard.press("Tab")
    assert plain.locator(":focus").inner_text() == "Sign out"
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert plain.locator("h1").inner_text() == "Sign in"


def test_a_problem_is_where_the_reader_is_put(plain: Page, shop: Shop) -> None:
    """R-153: the summary has the focus, and leads to the field."""
    sign_in_failed(plain, shop)
    assert plain.locator("[role=alert]").evaluate("e => e === document.activeElement")
    plain.locator("[role=alert] a").click()
    assert plain.locator(":focus").get_attribute("id") == "email"
    assert plain.locator("#email").input_value() == DORA


def test_a_browser_keeps_and_sends_what_the_admin_needs(plain: Page, shop: Shop) -> None:
    """R-110, R-119: a real browser's own headers pass, and its cookie is no script's."""
    invited(plain, shop)
    assert "The invitation is on its way" in plain.locator("[role=status]").inner_text()
    (cookie,) = plain.context.cookies()
    assert cookie["name"] == "sayso"
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    (mail,) = shop.mails()
    assert mail["To"] == "new@fernway.example"


def test_the_image_of_the_second_factor_is_seen(plain: Page, shop: Shop) -> None:
    """R-121: under the page's own policy."""
    set_up_second_factor(plain, shop)
    assert plain.locator("img.qr").evaluate("e => e.complete && e.naturalWidth > 0")
