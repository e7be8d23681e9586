"""A workflow in a real browser: made by keyboard, reviewed and activated; each screen by axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.domain.contacts import Source
from app.services.contacts import Draft, Origin, save_all
from app.worker.enrolling import Stepping
from app.worker.running import Running
from tests.browser.desk import PLAIN, SCRIPTED, desk, judged, reach
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import staff
from tests.browser.test_bulk_edit import go
from tests.world import ANA, BEN, YESTERDAY

pytestmark = pytest.mark.browser
EVENTS = "Events near you (Fernway Books)"


@pytest.fixture
def staffed(shop: Shop) -> Shop:
    """Two contacts, and those who work here."""
    staff(shop.site)
    drafts = [Draft(person.key, person.address, person.name) for person in (ANA, BEN)]
    shop.site.database.write(save_all, drafts, Origin(YESTERDAY, Source.ADMIN, "user:7"))
    return shop


@pytest.fixture
def plain(browser: Browser, staffed: Shop) -> Iterator[Page]:
    """Dora, signed in, without scripts."""
    with desk(browser, staffed, PLAIN) as page:
        yield page


@pytest.fixture
def scripted_page(browser: Browser, staffed: Shop) -> Iterator[Page]:
    """Dora, signed in. Scripts run, as axe is one."""
    with desk(browser, staffed, SCRIPTED) as page:
        yield page


def work(shop: Shop) -> None:
    """What workers do."""
    for duty in (Running(shop.site), Stepping(shop.site)):
        while duty.work():
            pass


def test_the_keyboard_alone_makes_reviews_and_activates_a_workflow(
    plain: Page, staffed: Shop
) -> None:
    """F15 to F18, R-150: no script, no mouse."""
    page = plain
    go(page, "Workflows", "Create a workflow")
    reach(page, "Name")
    page.keyboard.type("Welcome")
    go(page, "Create", "Add the trigger", "Save the trigger")
    go(page, "Add the action")
    page.locator("#status-subscribed").focus()
    page.keyboard.press("Space")
    page.locator("#type").select_option(label=EVENTS)
    go(page, "Save the action", "Review")
    assert page.locator(".counts dd").all_inner_texts() == ["2"]
    page.locator("#already").focus()
    page.keyboard.press("Space")
    go(page, "Activate")
    work(staffed)
    go(page, "Refresh", "Workflows", "Welcome", "Enrolments", "Ana")
    assert "The contact matched already" in page.locator("main").inner_text()
    assert "Ended on" in page.locator("main").inner_text()


@pytest.mark.long
def test_axe_finds_nothing_wrong_and_nothing_scrolls_sideways(
    scripted_page: Page, staffed: Shop
) -> None:
    """Every screen of workflows: narrow, wide, dark."""
    page = scripted_page
    page.goto(f"{staffed.url}/admin/workflows/new")
    page.locator("#name").fill("Welcome to everybody who came to the fair in the spring")
    page.get_by_role("button", name="Create").click()
    here = page.url
    for kind in ("created", "status", "opt-out"):
        page.goto(f"{here}/trigger?kind={kind}")
        if kind == "status":
            page.get_by_role("button", name="Save the trigger").click()
            judged(page)
            page.locator("#type").select_option(label=EVENTS)
            page.locator("#status").select_option("unsubscribed")
        page.get_by_role("button", name="Save the trigger").click()
    page.goto(f"{here}/action?kind=status")
    judged(page)
    page.locator("label[for=status-subscribed]").click()
    page.locator("#type").select_option(label=EVENTS)
    page.get_by_role("button", name="Save the action").click()
    page.goto(f"{here}/action?kind=wait")
    judged(page)
    page.get_by_role("button", name="Save the action").click()
    for path in (here, f"{here}/settings", f"{here}/review"):
        page.goto(path)
        judged(page)
    page.locator("label[for=already]").click()
    page.locator("main button.main").click()
    work(staffed)
    for path in (f"{staffed.url}/admin/workflows", f"{here}/enrolments"):
        page.goto(path)
        judged(page)
    page.locator("main tbody a").first.click()
    judged(page)
