"""A bulk edit in a real browser: by keyboard from list to undo, each screen judged by axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.changes import Hand, Report, Unsubscribe
from app.domain.contacts import Source
from app.domain.standing import of_type
from app.domain.words import Cause, Scope
from app.services.contacts import Draft, Origin, save_all
from app.store.addresses import known
from app.worker.running import Running
from tests.browser.desk import PLAIN, SCRIPTED, desk, enter, judged, reach
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import staff
from tests.world import ANA, BEN, CLEO, NOW, YESTERDAY, by

pytestmark = pytest.mark.browser
PEOPLE = (ANA, BEN, CLEO)
EVENTS = "Events near you (Fernway Books)"


@pytest.fixture
def staffed(shop: Shop) -> Shop:
    """Three contacts: Ben left by himself, Cleo complained."""
    staff(shop.site)
    drafts = [Draft(person.key, person.address, person.name) for person in PEOPLE]
    shop.site.database.write(save_all, drafts, Origin(YESTERDAY, Source.ADMIN, "user:7"))
    events = shop.type("events")
    shop.say(Unsubscribe(Scope.type(events.id), events), by=by(), person=BEN)
    shop.say(Report(Cause.COMPLAINT, NOW), by=by(Hand.AUTOMATIC), person=CLEO)
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
    """What a worker does."""
    running = Running(shop.site)
    while running.work():
        pass


def tick(page: Page, name: str) -> None:
    """Go there by Tab and press the space bar."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == name:
            return page.keyboard.press("Space")
    raise AssertionError(f"the keyboard does not reach {name}")


def ask(page: Page, shop: Shop) -> None:
    """Tick everybody, and ask for Events near you."""
    page.goto(f"{shop.url}/admin/contacts")
    for person in PEOPLE:
        tick(page, f"Tick {person.name}")
    page.locator("details.more summary").last.focus()
    page.keyboard.press("Enter")
    reach(page, "Edit communication subscriptions")
    enter(page)
    page.locator("#doing-subscribe").focus()
    page.keyboard.press("Space")
    page.locator("#edit_type").select_option(label=EVENTS)
    reach(page, "Explanation")
    page.keyboard.type("They ticked the box at the fair.")
    go(page, "Check what will change")


def go(page: Page, *names: str) -> None:
    """Reach and press one after the other."""
    for name in names:
        reach(page, name)
        enter(page)


def chosen(shop: Shop) -> bool:
    """Whether something stands for Ana and the type."""
    with shop.site.database.reading() as connection:
        return of_type(shop.type("events").id) in known(connection, ANA.key).held


def test_the_keyboard_alone_edits_many_reads_the_report_and_takes_it_back(
    plain: Page, staffed: Shop
) -> None:
    """F11 to F14, R-150: no script, no mouse."""
    ask(plain, staffed)
    assert plain.locator("h1").inner_text() == "Check before anything is written"
    assert plain.locator(".counts dd").all_inner_texts() == ["1", "0", "2"]
    assert not chosen(staffed)
    go(plain, "Subscribe 1 contact")
    work(staffed)
    go(plain, "Jobs", "Subscribe to Events near you")
    assert "Done: 3." in plain.locator("main").inner_text()
    assert chosen(staffed)
    with plain.expect_download() as download:
        reach(plain, "Download the report")
        plain.keyboard.press("Enter")
    assert "UNSUBSCRIBED" in download.value.path().read_text()
    plain.reload()
    plain.locator("#number").fill("1")
    go(plain, "Undo all of it")
    work(staffed)
    go(plain, "Refresh")
    assert "restored" in plain.locator(".counts").inner_text()
    assert not chosen(staffed)


def test_with_scripts_the_figures_of_a_job_follow_it_to_its_end(
    scripted_page: Page, staffed: Shop
) -> None:
    """No reload: what the keyboard is at stays, until the job is over."""
    page = scripted_page
    ask(page, staffed)
    go(page, "Subscribe 1 contact")
    expect(page.get_by_text("0 of 3")).to_be_visible()
    page.evaluate("window.loaded = 'once'")
    work(staffed)
    expect(page.get_by_text("Done: 3.")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="Download the report")).to_be_visible()
    assert page.evaluate("window.loaded") == "once"
    assert "Done" in page.title()


@pytest.mark.long
def test_axe_finds_nothing_wrong_and_nothing_scrolls_sideways(
    scripted_page: Page, staffed: Shop
) -> None:
    """Form and errors, preview, rows, job, list, exports: narrow, wide, dark."""
    page = scripted_page
    page.goto(f"{staffed.url}/admin/contacts")
    page.locator("#which-matching").check()
    page.locator("details.more summary").last.click()
    page.get_by_role("button", name="Edit communication subscriptions").click()
    page.get_by_role("button", name="Check what will change").click()
    judged(page)
    page.locator("label[for=doing-subscribe]").click()
    page.locator("#edit_type").select_option(label=EVENTS)
    page.locator("#explanation").fill("They ticked the box at the fair.")
    page.get_by_role("button", name="Check what will change").click()
    judged(page)
    job = page.url
    page.locator("a[href*=UNSUBSCRIBED]").click()
    judged(page)
    page.goto(job)
    page.get_by_role("button", name="Subscribe 1 contact").click()
    judged(page)
    work(staffed)
    for path in (job, f"{staffed.url}/admin/jobs", f"{staffed.url}/admin/exports"):
        page.goto(path)
        judged(page)
