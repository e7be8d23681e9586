"""The article's flows F2 to F23, walked in a browser; its pictures are those of
docs/admin/flows.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app.domain.changes import Unsubscribe
from app.domain.words import ACCOUNT, DAY, Reason, Scope, Via
from app.services.catalog import switch_data_privacy
from app.services.contacts import Draft
from app.worker.enrolling import Stepping
from app.worker.running import Running
from tests.browser.chromium import page_of
from tests.browser.desk import at_work
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import press, staff
from tests.browser.test_contact_record import made
from tests.world import ANA, BEN, CLEO, NOW, by

pytestmark = [pytest.mark.browser, pytest.mark.long]
PICTURES = Path(__file__).parents[2] / "docs" / "admin" / "pictures"
WHY = "Asked for it at the counter on 2 May, and signed the list."


class Desk:
    """Dora at her desk, with somebody who takes pictures."""

    def __init__(self, page: Page, shop: Shop, records: dict[str, str]) -> None:
        self.page = page
        self.shop = shop
        self.records = records

    def go(self, path: str) -> None:
        """Open a screen."""
        self.page.goto(f"{self.shop.url}/admin{path}")

    def follow(self, link: str) -> None:
        """By mouse."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=link, exact=True).first.click()

    def tab(self, name: str) -> None:
        """By mouse, to another tab of what is open."""
        with self.page.expect_navigation():
            self.page.locator(".tabs").get_by_role("link", name=name, exact=True).click()

    def add(self, what: str, kind: str) -> None:
        """Ask for the form of another trigger or action."""
        self.page.select_option(f"#{what}-kind", label=kind)
        self.press(f"Add the {what}")

    def over(self, link: str) -> None:
        """By mouse, to a form that opens over the screen."""
        self.page.get_by_role("link", name=link, exact=True).first.click()
        self.page.locator("dialog[open]").wait_for()

    def press(self, button: str) -> None:
        """By mouse."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).first.click()

    def picture(self, name: str) -> None:
        """Keep what is seen, without the focus ring of what was pressed last."""
        self.page.evaluate("document.activeElement.blur()")
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def choose(self, label: str) -> None:
        """Choose a radio button."""
        self.page.locator("label").get_by_text(label, exact=True).click()

    def explain(self) -> None:
        """The legal bases and their explanations."""
        self.choose("Freely given consent")
        self.page.fill("#explanation", WHY)
        self.page.locator("label[for=processing-CONSENT]").click()
        self.page.fill("#processing_explanation", "The same list.")

    def work(self) -> None:
        """What a worker does."""
        for duty in (Running(self.shop.site), Stepping(self.shop.site)):
            while duty.work():
                pass

    @property
    def words(self) -> str:
        """What the screen says."""
        return self.page.locator("main").inner_text()

    @property
    def said(self) -> str:
        """What was just done."""
        return self.page.locator("[role=status]").first.inner_text()


@pytest.fixture
def desk(browser: Browser, shop: Shop) -> Iterator[Desk]:
    """Ana, Ben and Cleo are contacts. Ben opted out of everything himself, Ana left the offers."""
    staff(shop.site)
    shop.open_workshops()
    records = {
        person.name: f"/contacts/{made(shop, Draft(person.key, person.address, called))}"
        for person, called in ((ANA, "Ana Example"), (BEN, "Ben Okafor"), (CLEO, "Cleo Marsh"))
    }
    shop.say(Unsubscribe(ACCOUNT), by=by(via=Via.UNSUBSCRIBE_PAGE, at=NOW - DAY), person=BEN)
    offers = shop.type("offers")
    shop.say(Unsubscribe(Scope.type(offers.id), offers), by=by(via=Via.ONE_CLICK, at=NOW - DAY))
    PICTURES.mkdir(exist_ok=True)
    with page_of(browser) as page:
        page.set_viewport_size({"width": 980, "height": 640})
        at_work(page, shop)
        yield Desk(page, shop, records)


def test_one_contacts_subscriptions(desk: Desk) -> None:
    """F4 to F10, F22."""
    desk.follow("Contacts")
    desk.picture("contacts")
    desk.follow("Ana Example")
    desk.picture("contact")
    desk.follow("View subscriptions")
    assert "Unsubscribed" in desk.words
    desk.picture("subscriptions")
    desk.page.select_option("#brand", label="Fernway Workshops")
    desk.press("Show")
    assert desk.page.locator(".panel section").count() == 1
    desk.go(f"{desk.records['Ana']}/subscriptions")
    desk.page.set_viewport_size({"width": 980, "height": 1500})
    desk.over("Subscribe Events near you")
    desk.explain()
    desk.picture("subscribe")
    desk.press("Subscribe")
    assert "Subscribed." in desk.said
    desk.over("Resubscribe Offers")
    desk.choose("Freely given consent")
    desk.page.fill("#explanation", "Rang on 1 June and asked for the offers again.")
    desk.press("Resubscribe")
    assert desk.shop.reason("offers") is Reason.SUBSCRIBED
    desk.press("Unsubscribe Events near you")
    assert desk.shop.reason("events") is Reason.UNSUBSCRIBED
    desk.follow("History")
    assert "Dora unsubscribed Ana Example from Events near you" in desk.words
    desk.page.locator(".events li summary").nth(2).click()
    assert WHY in desk.words
    desk.picture("history")


def test_the_preferences_link(desk: Desk) -> None:
    """F2."""
    desk.go(f"{desk.records['Ana']}/subscriptions")
    desk.press("Send preferences link")
    assert "is on its way" in desk.said
    (mail,) = desk.shop.mails()
    assert (mail["To"], desk.shop.preferences() in mail.get_content()) == (ANA.address, True)
    desk.go(f"{desk.records['Ana']}/subscriptions")
    assert "Preferences link: sent on" in desk.words
    desk.press("View as recipient")
    desk.picture("as-recipient")


def test_preferences_are_bound_to_the_address(desk: Desk) -> None:
    """F3: deleted, created again, opted out."""
    desk.go(desk.records["Ben"])
    desk.over("Delete")
    desk.press("Delete the contact")
    desk.go("/contacts/new")
    desk.page.fill("#email", BEN.address)
    desk.page.fill("#name", "Ben Okafor")
    press(desk.page)
    assert "Opted out of all email, by the contact" in desk.words
    desk.picture("created-again")


def test_many_contacts_subscriptions(desk: Desk) -> None:
    """F11 to F14, with data privacy on."""
    desk.go("/settings")
    desk.follow("Turn data privacy on")
    desk.picture("data-privacy")
    press(desk.page)
    desk.follow("Contacts")
    for name in ("Ana Example", "Ben Okafor", "Cleo Marsh"):
        desk.page.get_by_label(f"Tick {name}").check()
    desk.page.locator("details.more summary").last.click()
    desk.picture("ticked")
    desk.press("Edit communication subscriptions")
    assert "Opt-in status" in desk.words
    assert "Remove opt-out from all email" in desk.words
    desk.choose("Subscribed")
    desk.page.select_option("#edit_type", label="Events near you (Fernway Books)")
    desk.explain()
    desk.picture("bulk-edit")
    press(desk.page)
    assert desk.page.locator(".counts dd").all_inner_texts() == ["2", "0", "1"]
    desk.picture("bulk-preview")
    desk.press("Subscribe 2 contacts")
    desk.work()
    desk.page.reload()
    desk.picture("job")
    assert desk.shop.reason("events", CLEO) is Reason.SUBSCRIBED
    assert desk.shop.reason("events", BEN) is Reason.OPTED_OUT_OF_ALL
    desk.page.fill("#number", "2")
    desk.press("Undo all of it")
    desk.work()
    assert desk.shop.reason("events", CLEO) is Reason.NOT_OPTED_IN


def made_of_two_actions(desk: Desk) -> None:
    """F15 to F17."""
    desk.follow("Workflows")
    desk.follow("Create a workflow")
    desk.page.fill("#name", "Offers for our readers")
    desk.press("Create")
    desk.add("trigger", "A contact is created or imported")
    desk.press("Save the trigger")
    desk.add("action", "Manage email subscription status")
    assert "New opt-in status" in desk.words
    desk.choose("Subscribed")
    desk.page.select_option("#type", label="Offers (Fernway Books)")
    desk.explain()
    desk.picture("workflow-action")
    desk.press("Save the action")
    desk.add("action", "Send the preferences link")
    desk.press("Save the action")
    desk.picture("workflow")


def test_a_workflow_subscribes_contacts(desk: Desk) -> None:
    """F15 to F19, with data privacy on: Ana left the offers herself, and Ben everything."""
    desk.shop.site.database.write(switch_data_privacy, True, desk.shop.clock.at)
    made_of_two_actions(desk)
    desk.tab("Settings")
    desk.page.locator("label[for=again]").click()
    desk.picture("workflow-settings")
    desk.press("Save the settings")
    desk.tab("Review")
    assert "1 · Not done: opted out of all email" in desk.words
    desk.page.locator("label[for=already]").click()
    desk.picture("workflow-review")
    desk.press("Activate")
    desk.work()
    assert desk.shop.reason("offers", CLEO) is Reason.SUBSCRIBED
    assert desk.shop.reason("offers", ANA) is Reason.UNSUBSCRIBED
    desk.follow("Workflows")
    desk.follow("Offers for our readers")
    desk.tab("Enrolments")
    desk.follow("Ana Example")
    assert "Not done: the type stands unsubscribed, and no workflow lifts that" in desk.words
    assert "Mail on its way" in desk.words
    desk.picture("enrolment")


def test_a_list_is_unsubscribed_by_an_import(desk: Desk, tmp_path: Path) -> None:
    """F23: contacts, and an address that nobody knew."""
    file = tmp_path / "asked-at-the-counter.csv"
    asked = (ANA.address, CLEO.address, "never.seen@example.net", "nobody")
    file.write_text("Email;Asked on\n" + "".join(f"{each};2 May\n" for each in asked))
    desk.follow("Imports")
    desk.follow("Import opt-outs")
    desk.page.locator("#file").set_input_files(file)
    desk.press("Continue")
    desk.picture("import-columns")
    desk.press("Continue")
    desk.choose("Events near you, from Fernway Books")
    desk.page.fill("#explanation", "They asked at the counter in May.")
    desk.press("Check the rows")
    desk.work()
    desk.page.reload()
    assert "There is no @ in the address" in desk.words
    desk.page.fill("#number", "3")
    desk.picture("import-check")
    desk.press("Opt out 3 addresses")
    desk.work()
    for person in (ANA, CLEO):
        assert desk.shop.reason("events", person) is Reason.UNSUBSCRIBED
    desk.follow("Contacts")
    assert "never.seen@example.net" not in desk.words


def test_who_unsubscribes_themselves_is_kept_track_of(desk: Desk, browser: Browser) -> None:
    """F20: with data privacy off, who never said no may be mailed. F21."""
    assert desk.shop.reason("events", CLEO) is Reason.NOT_SPECIFIED
    with page_of(browser) as page:
        page.goto(desk.shop.unsubscribe("events", CLEO))
        with page.expect_navigation():
            page.locator("form[action*='/type'] button").first.click()
    assert desk.shop.reason("events", CLEO) is Reason.UNSUBSCRIBED
    desk.follow("All history")
    assert "Cleo Marsh unsubscribed from Events near you on the unsubscribe page." in desk.words
    desk.picture("happened")
