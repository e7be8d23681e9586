"""An import in a real browser: without scripts from the file to its undo, each screen by axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app.domain.changes import Unsubscribe
from app.domain.words import Scope
from app.queries import contacts
from tests.browser.desk import PLAIN, SCRIPTED, desk, judged
from tests.browser.hands import Mouse
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import staff
from tests.browser.test_bulk_edit import work
from tests.world import BEN, by

pytestmark = pytest.mark.browser
LIST = "email;name;events;loyalty\nnew@example.com;New;yes;1\nben@example.org;Ben;yes;2\nbad;;;3\n"


@pytest.fixture
def staffed(shop: Shop) -> Shop:
    """Ben has left."""
    staff(shop.site)
    events = shop.type("events")
    shop.say(Unsubscribe(Scope.type(events.id), events), by=by(), person=BEN)
    return shop


@pytest.fixture
def page(browser: Browser, staffed: Shop, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Dora, signed in; scripts run only where axe is to."""
    with desk(browser, staffed, request.param) as opened:
        yield opened


def hand_in(page: Page, shop: Shop, file: Path) -> None:
    """Choose the file."""
    file.write_text(LIST)
    page.goto(f"{shop.url}/admin/imports")
    mouse = Mouse(page)
    mouse.follow("Import contacts")
    page.locator("#file").set_input_files(file)
    mouse.press("Continue")


@pytest.mark.parametrize("page", [PLAIN], indirect=True)
def test_a_file_is_imported_and_taken_back_without_a_script(
    page: Page, staffed: Shop, tmp_path: Path
) -> None:
    """F23, R-150."""
    hand_in(page, staffed, tmp_path / "list.csv")
    mouse = Mouse(page)
    mouse.press("Continue")
    page.locator("label[for=basis-CONSENT_WITH_NOTICE]").click()
    page.locator("#explanation").fill("They ticked the box.")
    mouse.press("Check the rows")
    work(staffed)
    mouse.follow("Refresh")
    assert page.locator("h1").inner_text() == "Nothing has been written yet"
    mouse.press("Import 2 rows")
    work(staffed)
    mouse.follow("Refresh")
    assert "Done: 3." in page.locator("main").inner_text()
    page.locator("#number").fill("2")
    mouse.press("Undo all of it")
    work(staffed)
    with staffed.site.database.reading() as connection:
        assert contacts.by_key(connection, staffed.site.keys("new@example.com")) is None


@pytest.mark.long
@pytest.mark.parametrize("page", [SCRIPTED], indirect=True)
def test_axe_finds_nothing_wrong_with_any_step(page: Page, staffed: Shop, tmp_path: Path) -> None:
    """Empty, form, columns, legal basis, being checked, check, list: narrow, wide, dark."""
    page.goto(f"{staffed.url}/admin/imports")
    judged(page)
    page.goto(f"{staffed.url}/admin/imports/new?what=opt-outs")
    page.get_by_role("button", name="Continue").click()
    judged(page)
    hand_in(page, staffed, tmp_path / "list.csv")
    judged(page)
    page.get_by_role("button", name="Continue").click()
    judged(page)
    page.get_by_role("button", name="Check the rows").click()
    judged(page)
    work(staffed)
    page.reload()
    judged(page)
    page.goto(f"{staffed.url}/admin/imports")
    judged(page)
