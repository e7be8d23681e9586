"""Types, brands, settings and home in a real browser: by mouse, by keyboard, and judged by axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.changes import Subscribe, Unsubscribe
from app.domain.words import DAY, Scope, Via
from app.worker.due import counting
from tests.browser.axe import wrong_in
from tests.browser.chromium import page_of
from tests.browser.desk import PLAIN, at_work, desk
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import staff
from tests.web.admin.pictures import PNG
from tests.world import ANA, BEN, CLEO, NOW, by

pytestmark = pytest.mark.browser
LOOKS = (("light", 1280), ("dark", 360))


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """The shop after a mailing, with two brands, and Dora hired."""
    staff(shop.site)
    shop.open_workshops()
    offers = Unsubscribe(Scope.type(shop.type("offers").id))
    one_click = by(at=NOW - DAY, via=Via.ONE_CLICK)
    for person in (ANA, BEN, CLEO):
        shop.say(offers, by=one_click, person=person)
    shop.say(Subscribe(shop.type("events")), by=by(at=NOW - DAY), person=BEN)
    counting(shop.site).work()
    return shop


@pytest.fixture
def dora(browser: Browser, busy: Shop) -> Iterator[Page]:
    """Dora at her desk, with scripts and under the page's own policy."""
    with desk(browser, busy, {}) as page:
        yield page


@pytest.fixture
def plain(browser: Browser, busy: Shop) -> Iterator[Page]:
    """The same without scripts."""
    with desk(browser, busy, PLAIN) as page:
        yield page


def screens(shop: Shop) -> list[str]:
    """Every screen of these families."""
    fernway, events = shop.fernway.id, shop.type("events").id
    return [
        "/admin",
        "/admin/types",
        f"/admin/types/{events}",
        f"/admin/types/new?brand={fernway}",
        "/admin/brands",
        f"/admin/brands/{fernway}",
        "/admin/brands/new",
        "/admin/settings",
        "/admin/settings/data-privacy",
        "/admin/first-run",
    ]


def names(page: Page) -> list[str]:
    """The types as they are listed."""
    return page.locator("tbody th a").all_inner_texts()


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_wrong_and_no_screen_scrolls_sideways(
    browser: Browser, busy: Shop, language: str
) -> None:
    """R-158, R-159: in both schemes, wide and narrow."""
    with page_of(browser, bypass_csp=True, locale=language) as page:
        at_work(page, busy)
        for path in screens(busy):
            page.goto(busy.url + path)
            for scheme, width in LOOKS:
                assert wrong_in(page, scheme, width) == [], path
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (path, width, wide)


def test_types_are_put_in_order_by_dragging_and_by_the_keyboard_alone(
    dora: Page, plain: Page, busy: Shop
) -> None:
    dora.goto(f"{busy.url}/admin/types")
    before = names(dora)
    with dora.expect_navigation():
        rows = dora.locator("tbody tr")
        rows.nth(2).drag_to(rows.nth(0), target_position={"x": 20, "y": 2})
    moved = [before[2], before[0], before[1], *before[3:]]
    assert names(dora) == moved
    plain.goto(f"{busy.url}/admin/types")
    assert names(plain) == moved
    plain.get_by_role("button", name=f"Move {moved[0]} down").focus()
    for press in range(2):
        with plain.expect_navigation():
            plain.keyboard.press("Enter")
        assert names(plain).index(moved[0]) == press + 1
        focused = plain.locator(":focus").get_attribute("aria-label")
        assert focused == f"Move {moved[0]} down"


def test_a_brand_is_seen_as_it_would_be_and_then_saved(dora: Page, busy: Shop) -> None:
    """The real page in a frame, following what is typed; its buttons send nothing."""
    dora.goto(f"{busy.url}/admin/brands/{busy.fernway.id}")
    frame = dora.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("Your email from Fernway Books")
    dora.fill("#name", "Mill Lane Books")
    dora.fill("#light", "#7a2a57")
    dora.locator("#dark").focus()
    expect(frame.locator("h1")).to_have_text("Your email from Mill Lane Books")
    button = frame.get_by_role("button", name="Save these choices")
    expect(button).to_have_css("background-color", "rgb(122, 42, 87)")
    with dora.expect_console_message(lambda said: "form-action" in said.text):
        button.click()
    dora.get_by_role("button", name="Show in dark").click()
    expect(frame.locator("body")).to_have_css("background-color", "rgb(24, 23, 22)")
    with dora.expect_popup() as opened:
        dora.get_by_role("button", name="Show wide").click()
    expect(opened.value.locator("h1")).to_have_text("Your email from Mill Lane Books")
    opened.value.close()
    assert busy.fernway.name == "Fernway Books"
    logo = {"name": "logo.png", "mimeType": "image/png", "buffer": PNG}
    dora.set_input_files("#logo", logo)  # type: ignore[arg-type]
    with dora.expect_navigation():
        dora.get_by_role("button", name="Save the brand").last.click()
    assert "The brand is saved" in dora.locator("[role=status]").inner_text()
    assert dora.locator("img.logo").evaluate("e => e.complete && e.naturalWidth > 0")
    assert (busy.fernway.name, busy.fernway.look.light) == ("Mill Lane Books", "#7a2a57")


def test_a_type_is_made_and_previewed_without_a_script(plain: Page, busy: Shop) -> None:
    """By keyboard alone: R-121."""
    plain.goto(f"{busy.url}/admin/types/new?brand={busy.fernway.id}")
    plain.locator("#slug").focus()
    plain.keyboard.type("poems")
    plain.locator("#name-en").focus()
    plain.keyboard.type("A poem")
    plain.get_by_role("button", name="Show in light").press("Enter")
    expect(plain.frame_locator("iframe").locator("body")).to_contain_text("A poem")
    plain.locator("#name-en").focus()
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert names(plain)[-1] == "A poem"


def test_home_is_drawn_and_its_table_opened_by_the_keyboard(plain: Page, busy: Shop) -> None:
    """LOOK, Charts: the drawing has the finding as its name."""
    plain.goto(f"{busy.url}/admin?days=7")
    drawing = plain.get_by_role("img", name="Columns for each of 7 days.")
    expect(drawing).to_be_visible()
    assert drawing.locator("rect.a").last.bounding_box()
    summary = plain.locator("summary").first
    summary.focus()
    plain.keyboard.press("Enter")
    expect(plain.locator("figure table").first).to_contain_text("31 May")
    plain.select_option("#days", "30")
    with plain.expect_navigation():
        plain.get_by_role("button", name="Show").click()
    assert "days=30" in plain.url


def test_the_switch_is_weighed_and_turned(plain: Page, busy: Shop) -> None:
    plain.goto(f"{busy.url}/admin/settings")
    with plain.expect_navigation():
        plain.get_by_role("link", name="Turn data privacy on").press("Enter")
    assert "become unmailable" in plain.locator("dl").inner_text()
    with plain.expect_navigation():
        plain.get_by_role("button", name="Turn data privacy on").press("Enter")
    assert busy.catalog.policy.data_privacy
