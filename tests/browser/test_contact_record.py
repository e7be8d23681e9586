"""A contact's record in a real browser: walked by keyboard and mouse, and judged by axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.catalog import Policy
from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.deeds import Doer
from app.domain.words import DAY, Actor, Basis, Cause, Scope, Via
from app.services import contacts
from app.services.contacts import Draft
from tests.browser.desk import PLAIN, SCRIPTED, desk, enter, judged, reach
from tests.browser.hands import Mouse
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import staff
from tests.world import ANA, BEN, NOW, by

pytestmark = pytest.mark.browser


@pytest.fixture
def ana(shop: Shop) -> str:
    """The address of Ana's record. Of everything that can stand there, some stands."""
    staff(shop.site)
    shop.open_workshops()
    offers, read = shop.type("offers"), shop.type("long-read")
    soon = by(Hand.USER, basis=Basis.CONSENT_WITH_NOTICE, basis_ends=NOW + DAY, explained=True)
    shop.say(Subscribe(read), by=soon)
    shop.say(Unsubscribe(Scope.type(offers.id), offers), by=by(via=Via.ONE_CLICK))
    shop.say(Unsubscribe(Scope.brand(shop.type("evenings").brand)), by=by(via=Via.MAILTO))
    return f"/contacts/{made(shop, Draft(ANA.key, ANA.address, 'Ana Example'))}"


def made(shop: Shop, draft: Draft) -> int:
    """A contact's id."""
    return shop.site.database.write(contacts.create, draft, Policy(), Doer(None, NOW))


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
    """Each screen, narrow and wide, light and dark, with all evidence open."""
    page, events = scripted_page, shop.type("events")
    ben = f"/contacts/{made(shop, Draft(BEN.key, BEN.address))}"
    bounced = by(Hand.AUTOMATIC, actor=Actor.BOUNCE)
    shop.say(Report(Cause.BOUNCE, NOW), by=bounced, person=BEN)
    for path in (
        f"{ana}/subscriptions",
        f"{ana}/history",
        f"{ana}/subscription?type={events.id}",
        f"{ana}/as-recipient",
        f"{ben}/subscriptions",
        f"{ben}/bounce-lift",
        f"/brands/{events.brand}/mail",
    ):
        page.goto(f"{shop.url}/admin{path}")
        judged(page, path)
    page.goto(f"{shop.url}/admin{ana}/subscriptions")
    page.get_by_role("link", name="Subscribe Events near you").click()
    page.get_by_role("dialog", name="Subscribe Ana Example").wait_for()
    judged(page, "the dialog")


@pytest.fixture
def plain(browser: Browser, shop: Shop, ana: str) -> Iterator[Page]:
    """Dora, signed in, without scripts."""
    del ana
    with desk(browser, shop, PLAIN) as page:
        yield page


def test_the_keyboard_alone_subscribes_reads_the_history_and_takes_it_back(
    plain: Page, shop: Shop, ana: str
) -> None:
    """F4 to F9, R-150: no script, no mouse; what is greyed is reached too, and does nothing."""
    plain.goto(f"{shop.url}/admin{ana}/subscriptions")
    reach(plain, "Remove opt-out from all email")
    before = plain.url
    plain.keyboard.press("Enter")
    assert plain.url == before
    plain.reload()
    reach(plain, "Subscribe Events near you")
    enter(plain)
    assert plain.locator("h1").inner_text() == "Subscribe Ana Example"
    reach(plain, "Explanation")
    plain.keyboard.type("Asked for it at the counter.")
    reach(plain, "Subscribe")
    enter(plain)
    assert "Subscribed. It takes effect at once." in plain.locator("[role=status]").inner_text()
    reach(plain, "History")
    enter(plain)
    first = plain.locator(".events li").first
    assert "Dora subscribed Ana Example to Events near you in the admin." in first.inner_text()
    reach(plain, "Evidence of event 5")
    plain.keyboard.press("Enter")
    assert "Asked for it at the counter." in first.inner_text()
    plain.goto(f"{shop.url}/admin{ana}/subscriptions")
    reach(plain, "Undo it")
    enter(plain)
    assert "Your change is undone." in plain.locator("[role=status]").inner_text()


def test_every_action_is_at_most_two_clicks_from_the_contact(
    plain: Page, shop: Shop, ana: str
) -> None:
    """The first opens the panel; each of these is one more."""
    mouse = Mouse(plain)
    for link, heading in (
        ("Subscribe Events near you", "Subscribe Ana Example"),
        ("Resubscribe Offers", "Resubscribe Ana Example"),
        ("Renew The long read", "Renew the consent of Ana Example"),
    ):
        plain.goto(f"{shop.url}/admin{ana}")
        mouse.follow("View subscriptions")
        mouse.follow(link)
        assert plain.locator("h1").inner_text() == heading
    plain.goto(f"{shop.url}/admin{ana}/subscriptions")
    mouse.press("View as recipient")
    assert "Its buttons are off." in plain.locator("main").inner_text()
    mouse.follow("Back to the contact")
    mouse.press("Copy link")
    url = plain.locator("#url").input_value()
    assert url == shop.preferences()
    mouse.follow("Back")
    mouse.press("Send preferences link")
    assert "is on its way" in plain.locator("[role=status]").inner_text()
    (mail,) = shop.mails()
    assert url in mail.get_content()
    mouse.press("Unsubscribe Reading circle")
    assert "Unsubscribed." in plain.locator("[role=status]").inner_text()


def test_with_scripts_a_short_form_opens_over_the_record(
    browser: Browser, shop: Shop, ana: str
) -> None:
    """F9: Escape and Cancel close it, the focus is back where it was; Subscribe subscribes."""
    with desk(browser, shop, {}) as page:
        page.goto(f"{shop.url}/admin{ana}/subscriptions")
        opener = page.get_by_role("link", name="Subscribe Events near you")
        dialog = page.get_by_role("dialog", name="Subscribe Ana Example")
        for close in ("Escape", "Enter"):
            opener.press("Enter")
            expect(dialog).to_be_visible()
            expect(dialog.get_by_label("Type")).to_be_focused()
            dialog.get_by_role("link", name="Cancel").press(close)
            expect(dialog).to_have_count(0)
            expect(opener).to_be_focused()
        opener.click()
        dialog.get_by_label("Explanation", exact=True).fill("Asked for it at the counter.")
        dialog.get_by_role("button", name="Subscribe").click()
        expect(page.locator(".said")).to_contain_text("Subscribed.")
        page.get_by_role("link", name="Renew The long read").click()
        page.get_by_role("dialog").get_by_role("button", name="Renew").click()
        expect(page.locator("h1")).to_have_text("Renew the consent of Ana Example")
        expect(page.get_by_role("alert")).to_contain_text("Say what happened, when")
        page.goto(f"{shop.url}/admin{ana}")
        page.get_by_role("link", name="Delete").click()
        dialog = page.get_by_role("dialog", name="Delete Ana Example")
        expect(dialog).to_contain_text("The preferences of ana@example.com stay")
        expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()


def test_with_scripts_a_link_is_copied_and_all_of_a_page_is_ticked(
    browser: Browser, shop: Shop, ana: str
) -> None:
    """Under the page's own policy. Where the clipboard is closed, the link is shown."""
    with desk(browser, shop, {}) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{shop.url}/admin{ana}/subscriptions")
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_role("status")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == shop.preferences()
        page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject())")
        page.get_by_role("button", name="Copy link").click()
        expect(page.locator("#url")).to_have_value(shop.preferences())
        page.get_by_role("button", name="Copy", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("Copied")
        made(shop, Draft(BEN.key, BEN.address))
        page.goto(f"{shop.url}/admin/contacts")
        page.get_by_label("Tick all of this page").check()
        expect(page.locator("label[for=which-ticked]")).to_have_text("The ticked ones: 2")
        page.get_by_label("Tick Ana Example").uncheck()
        expect(page.locator("label[for=which-ticked]")).to_have_text("The ticked ones: 1")
        expect(page.get_by_label("Tick all of this page")).not_to_be_checked()
