"""Contacts in a real browser: made, found, moved and deleted by keyboard, and judged by axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.domain.changes import Hand, Unsubscribe
from app.domain.contacts import PropertyKind
from app.domain.deeds import Doer
from app.domain.words import ACCOUNT, Scope
from app.services import properties
from app.services.contacts import Draft
from app.services.properties import NewProperty
from tests.browser.desk import PLAIN, SCRIPTED, desk, enter, judged, reach
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import staff
from tests.browser.test_contact_record import made
from tests.world import ANA, BEN, CLEO, NOW, by

pytestmark = pytest.mark.browser


@pytest.fixture
def ana(shop: Shop) -> str:
    """Ana's record. Ben has one too, Cleo none; each has chosen something."""
    staff(shop.site)
    shop.open_workshops()
    by_dora, offers = Doer(None, NOW), shop.type("offers")
    new = NewProperty("since", "Customer since", PropertyKind.DATE)
    since = shop.site.database.write(properties.define, new, by_dora)
    shop.say(Unsubscribe(Scope.type(offers.id), offers), by=by())
    shop.say(Unsubscribe(ACCOUNT), by=by(Hand.USER), person=BEN)
    shop.say(Unsubscribe(Scope.brand(offers.brand)), by=by(), person=CLEO)
    made(shop, Draft(BEN.key, BEN.address))
    values = {since: "2026-03-12"}
    return f"/contacts/{made(shop, Draft(ANA.key, ANA.address, 'Ana Example', 'de', values))}"


@pytest.fixture
def scripted_page(browser: Browser, shop: Shop, ana: str) -> Iterator[Page]:
    """Dora, signed in. Scripts run, as axe is one."""
    del ana
    with desk(browser, shop, SCRIPTED) as page:
        yield page


@pytest.mark.long
def test_axe_finds_nothing_wrong_and_nothing_scrolls_sideways(
    scripted_page: Page, shop: Shop, ana: str
) -> None:
    """Each screen, narrow and wide, light and dark, with what folds away open; in Arabic too."""
    page, offers = scripted_page, shop.type("offers")
    filters = f"q=a&type={offers.id}&status=unsubscribed&from=2026-01-01&source=admin"
    for path in (
        "/contacts",
        f"/contacts?{filters}",
        "/contacts?q=nobody&lang=ar",
        "/contacts?lang=ar",
        "/contacts/new",
        "/history",
        ana,
        f"{ana}/edit",
        f"{ana}/deletion",
        f"{ana}/address",
        "/properties",
        "/properties/new",
    ):
        page.goto(f"{shop.url}/admin{path}")
        judged(page, path)
    page.goto(f"{shop.url}/admin{ana}/address")
    page.fill("#email", CLEO.address)
    page.get_by_role("button", name="Show what both have chosen").click()
    judged(page, "both addresses")
    page.goto(f"{shop.url}/admin/contacts/new")
    page.get_by_role("button", name="Create the contact").click()
    judged(page, "problems")


@pytest.fixture
def plain(browser: Browser, shop: Shop, ana: str) -> Iterator[Page]:
    """Dora, signed in, without scripts."""
    del ana
    with desk(browser, shop, PLAIN) as page:
        yield page


def says(page: Page) -> str:
    """What the screen says."""
    return page.locator("main").inner_text()


def found(page: Page, text: str) -> None:
    """Go to the list and search it."""
    reach(page, "Contacts")
    enter(page)
    page.locator("[type=search]").focus()
    page.keyboard.type(text)
    enter(page)


def test_the_keyboard_alone_makes_and_finds_a_contact(plain: Page) -> None:
    """R-150: no script, no mouse. A filter is a word that can be removed."""
    reach(plain, "Contacts")
    enter(plain)
    reach(plain, "New contact")
    enter(plain)
    reach(plain, "Email address")
    plain.keyboard.type("dalia@example.com")
    reach(plain, "Name")
    plain.keyboard.type("Dalia Haddad")
    reach(plain, "Create the contact")
    enter(plain)
    assert plain.locator("h1").inner_text() == "Dalia Haddad"
    found(plain, "hadd")
    assert plain.locator("tbody tr").count() == 1
    assert "Matching: 1" in says(plain)
    reach(plain, "×")
    enter(plain)
    assert plain.locator("tbody tr").count() == 3


def test_the_keyboard_alone_moves_and_deletes_a_contact(plain: Page, shop: Shop, ana: str) -> None:
    """rules.md, 2, and F3."""
    plain.goto(f"{shop.url}/admin{ana}")
    reach(plain, "Change the address")
    enter(plain)
    reach(plain, "New email address")
    plain.keyboard.type(CLEO.address)
    reach(plain, "Show what both have chosen")
    enter(plain)
    assert "Opted out" in says(plain)
    reach(plain, "Change the address")
    enter(plain)
    assert CLEO.address in says(plain)
    assert "Opted out of a brand, by the contact" in says(plain)
    reach(plain, "Delete")
    enter(plain)
    reach(plain, "Delete the contact")
    enter(plain)
    assert "The preferences of its address stay." in plain.locator("[role=status]").inner_text()
    found(plain, "ana")
    assert "No contact is like this." in says(plain)
