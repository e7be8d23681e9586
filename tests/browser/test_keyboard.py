"""The pages with a keyboard alone (R-150, R-151, WCAG 2.1.1, 2.4.3, 2.4.7)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.domain.words import Reason, ScopeKind
from tests.browser import screens
from tests.browser.screens import SCREENS
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

FOCUSED = """() => {
    const one = document.activeElement
    if (!one || one == document.body) return null
    const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(one)
    const { top, bottom, left, right } = one.getBoundingClientRect()
    const middle = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    return {
        name: (one.labels?.[0] || one).innerText.split('\\n')[0],
        ring: outlineStyle == 'solid' && parseFloat(outlineWidth) >= 3 && outlineOffset == '3px',
        seen: one == middle || one.contains(middle),
    }
}"""
LANGUAGES = [
    "English",
    "Nederlands",
    "Deutsch",
    "Français",
    "Español",
    "Português",
    "Polski",
    "العربية",
]


def walk(visit: Visit) -> list[str]:
    """Where Tab leads, from the top of the page to its end. Each stop shows that it is one."""
    stops: list[str] = []
    while True:
        visit.page.keyboard.press("Tab")
        stop = visit.page.evaluate(FOCUSED)
        if stop is None:
            return stops
        assert stop["ring"], f"no ring around {stop['name']}"
        assert stop["seen"], f"{stop['name']} is covered"
        stops.append(stop["name"])


def test_tab_goes_through_the_preference_page_as_it_is_read(visit: Visit) -> None:
    visit.open_preferences()
    assert walk(visit) == [
        "New arrivals",
        "The long read",
        "Offers",
        "Reading circle",
        "Events near you",
        "Save these choices",
        "Unsubscribe from everything",
        "30 days",
        "60 days",
        "90 days",
        "hello@fernway.example",
        "Your data",
        *LANGUAGES,
    ]


def test_tab_goes_through_an_unsubscribe_page_as_it_is_read(visit: Visit) -> None:
    visit.open_unsubscribe()
    assert walk(visit) == [
        "Unsubscribe from Offers",
        "Unsubscribe from everything",
        "30 days",
        "60 days",
        "90 days",
        "Mail me the link",
        "hello@fernway.example",
        *LANGUAGES,
    ]


def test_enter_on_a_kind_of_email_never_unsubscribes_from_everything(visit: Visit) -> None:
    slugs = ["new-arrivals", "long-read", "offers", "events", "reading-circle"]
    for slug in slugs:
        visit.open_preferences()
        visit.box(slug).focus()
        visit.page.keyboard.press("Space")
        with visit.page.expect_navigation():
            visit.page.keyboard.press("Enter")
        assert visit.heading() == "Your choices are saved"
    said = {(event.scope_kind, event.scope_id) for event in visit.shop.events()}
    assert said == {(ScopeKind.TYPE, visit.shop.type(slug).id) for slug in slugs}


def test_space_ticks_and_unticks_and_submits_nothing(visit: Visit) -> None:
    visit.open_preferences()
    before, events = visit.page.url, visit.shop.events()
    visit.box("offers").focus()
    visit.page.keyboard.press("Space")
    assert not visit.box("offers").is_checked()
    visit.page.keyboard.press("Space")
    assert visit.box("offers").is_checked()
    assert visit.page.url == before
    assert visit.heading() == "Your email from Fernway Books"
    assert visit.shop.events() == events


def test_somebody_with_a_keyboard_leaves_and_takes_it_back(visit: Visit) -> None:
    visit.open_preferences()
    tab_to(visit, "Unsubscribe from everything")
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    assert visit.heading() == "You are unsubscribed from everything"
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_ALL
    tab_to(visit, "Undo")
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    assert visit.heading() == "Your change is undone"
    assert visit.shop.reason("offers") is Reason.NOT_SPECIFIED


def tab_to(visit: Visit, name: str) -> None:
    """Press Tab until the focus is there."""
    while True:
        visit.page.keyboard.press("Tab")
        stop = visit.page.evaluate(FOCUSED)
        assert stop is not None, f"Tab never leads to {name}"
        if stop["name"] == name:
            return


@pytest.mark.parametrize("name", ["saved", "everything", "unsubscribed", "links-unsubscribed"])
def test_a_result_puts_the_focus_nowhere(visit: Visit, name: str) -> None:
    SCREENS[name](visit)
    assert visit.page.evaluate(FOCUSED) is None


def test_the_focus_is_on_what_is_wrong_and_leads_to_the_field(visit: Visit) -> None:
    screens.links_error(visit)
    expect(visit.page.locator(".errors")).to_be_focused()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#email")).to_be_focused()
    assert visit.page.locator("#email").input_value() == screens.NOT_AN_ADDRESS
