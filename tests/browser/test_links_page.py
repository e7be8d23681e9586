"""The page for lost and broken links, in a browser without scripts (R-62, R-108, R-151)."""

from __future__ import annotations

import pytest

from app.domain.words import Reason
from tests.browser.screens import NOT_AN_ADDRESS, link_in
from tests.browser.visits import Visit
from tests.world import ANA, BEN

pytestmark = pytest.mark.browser


def test_a_broken_link_leads_to_the_page_that_needs_none(visit: Visit) -> None:
    answer = visit.open(visit.shop.preferences()[:-20])
    assert answer.status == 404
    assert visit.heading() == "This link is not complete"
    visit.page.get_by_label("Your email address").fill(f" {ANA.address.upper()} ")
    visit.click("Unsubscribe this address")
    assert visit.heading() == "This address is unsubscribed"
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_ALL


def test_the_answer_is_the_same_for_an_address_that_nobody_knows(visit: Visit) -> None:
    pages = []
    for person in (ANA, BEN):
        visit.open(f"{visit.shop.url}/links")
        visit.page.get_by_label("Your email address").fill(person.address)
        visit.click("Mail me a new link")
        pages.append(visit.page.content().replace(person.address, "…"))
    assert pages[0] == pages[1]
    (mail,) = visit.shop.mails()
    assert mail["To"] == ANA.address
    visit.open(link_in(mail.get_content()))
    assert visit.heading() == "Your email from Fernway Books"


def test_what_is_wrong_is_said_above_and_beside_the_field(visit: Visit) -> None:
    visit.open(f"{visit.shop.url}/links")
    field = visit.page.get_by_label("Your email address")
    field.fill(NOT_AN_ADDRESS)
    answer = visit.click("Unsubscribe this address")
    assert answer.status == 400
    wrong = "Enter an email address with an @, like name@example.com"
    assert visit.page.title() == "Error: Your email from Fernway Books"
    assert visit.page.locator("main > :first-child").get_attribute("role") == "alert"
    assert visit.page.get_by_role("alert").get_by_role("link").inner_text() == wrong
    assert visit.page.locator("#problem").inner_text() == wrong
    assert "problem" in (field.get_attribute("aria-describedby") or "").split()
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == NOT_AN_ADDRESS


def test_an_empty_field_is_asked_to_be_filled(visit: Visit) -> None:
    visit.open(f"{visit.shop.url}/links")
    answer = visit.click("Mail me a new link")
    assert answer.status == 400
    assert visit.page.get_by_role("alert").get_by_role("link").inner_text() == (
        "Enter your email address, like name@example.com"
    )
