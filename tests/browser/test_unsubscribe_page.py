"""What an unsubscribe link opens, in a browser without scripts (rules.md, 5)."""

from __future__ import annotations

import pytest

from app.domain.words import HOUR, Reason
from tests.browser.screens import link_in
from tests.browser.visits import Visit
from tests.world import ANA, BEN, CLEO

pytestmark = pytest.mark.browser

BY_FORMS = pytest.mark.long
"""What tests/web shows of the same forms without a browser: the page is walked once beside it."""


def test_one_press_stops_the_kind_of_email_and_nothing_else(visit: Visit) -> None:
    visit.open_unsubscribe()
    visit.click("Unsubscribe from Offers")
    assert visit.heading() == "You are unsubscribed from Offers"
    assert visit.page.title() == "You are unsubscribed from Offers – Fernway Books"
    assert visit.facts() == {
        "Stopped": "Offers from Fernway Books",
        "From": "Now, 1 June 2026 at 12:00 UTC A message already on its way may still reach you.",
        "Still comes": "Everything else you have chosen, Receipts and delivery messages",
    }
    assert visit.shop.reason("offers") is Reason.UNSUBSCRIBED
    assert visit.shop.reason("long-read") is Reason.NOT_SPECIFIED


@BY_FORMS
def test_the_link_opened_again_takes_it_back_for_a_day(visit: Visit) -> None:
    visit.open_unsubscribe()
    visit.click("Unsubscribe from Offers")
    visit.shop.clock.pass_(23 * HOUR)
    visit.open_unsubscribe()
    visit.click("Undo")
    assert visit.heading() == "Your change is undone"
    assert visit.shop.reason("offers") is Reason.NOT_SPECIFIED


@BY_FORMS
def test_an_undo_that_comes_too_late_says_so(visit: Visit) -> None:
    visit.open_unsubscribe()
    visit.click("Unsubscribe from Offers")
    visit.shop.clock.pass_(24 * HOUR)
    visit.click("Undo")
    assert visit.heading() == "That could not be undone any more"
    assert visit.facts()["Stopped"] == "Offers from Fernway Books"
    visit.open_unsubscribe()
    assert not visit.page.get_by_role("button", name="Undo").count()


@BY_FORMS
def test_a_further_press_stops_everything(visit: Visit) -> None:
    visit.open_unsubscribe()
    visit.click("Unsubscribe from Offers")
    visit.click("Unsubscribe from everything")
    assert visit.heading() == "You are unsubscribed from everything"
    assert visit.facts()["Stopped"] == "All email from Fernway Books"
    assert visit.facts()["Still comes"] == "Receipts and delivery messages"
    assert visit.shop.reason("long-read") is Reason.OPTED_OUT_OF_ALL


@BY_FORMS
def test_of_two_brands_one_or_both_are_left(visit: Visit) -> None:
    visit.shop.open_workshops()
    visit.open_unsubscribe()
    visit.click("Unsubscribe from all email from Fernway Books")
    assert visit.shop.reason("long-read") is Reason.OPTED_OUT_OF_BRAND
    assert visit.shop.reason("evenings") is Reason.NOT_SPECIFIED
    visit.click("Unsubscribe from every brand of Fernway")
    assert visit.shop.reason("evenings") is Reason.OPTED_OUT_OF_ALL


@BY_FORMS
def test_who_has_left_is_not_asked_to_pause_instead(visit: Visit) -> None:
    visit.open_unsubscribe()
    assert visit.page.get_by_role("heading", name="Pause all email").is_visible()
    visit.click("Unsubscribe from Offers")
    assert not visit.page.get_by_text("Pause").count()


def test_somebody_pauses_and_starts_again(visit: Visit) -> None:
    visit.open_unsubscribe()
    visit.click("90 days to 30 Aug")
    assert visit.heading() == "Your email is paused until 30 August 2026"
    assert visit.shop.reason("long-read") is Reason.PAUSED
    visit.click("Start again now")
    assert visit.heading() == "Your email starts again"
    assert visit.shop.reason("long-read") is Reason.NOT_SPECIFIED


def test_a_reason_is_asked_after_all_ways_out_and_is_kept(visit: Visit) -> None:
    visit.open_unsubscribe()
    visit.click("Unsubscribe from Offers")
    below = visit.page.get_by_role("button").all_inner_texts()
    assert below.index("Unsubscribe from everything") < below.index("Send answer")
    visit.page.get_by_label("Not about what interests me").check()
    visit.click("Send answer")
    assert visit.heading() == "Your answer is sent"
    assert visit.facts()["Stopped"] == "Offers from Fernway Books"
    assert visit.shop.evidence(number=len(visit.shop.events()))["reason"] == "topic"


def test_the_link_to_all_choices_is_mailed_to_the_stored_address(visit: Visit) -> None:
    visit.open_unsubscribe()
    visit.click("Mail me the link")
    assert visit.heading() == "The link is on its way"
    (mail,) = visit.shop.mails()
    assert mail["To"] == ANA.address
    visit.open(link_in(mail.get_content()))
    assert visit.heading() == "Your email from Fernway Books"
    assert "Offers" in visit.ticked()


@BY_FORMS
def test_where_the_address_is_not_known_it_is_typed_and_must_be_the_links(visit: Visit) -> None:
    visit.open(visit.shop.unsubscribe("offers", CLEO))
    assert visit.page.get_by_text("For this email address").is_visible()
    visit.page.get_by_label("Your email address").fill(BEN.address)
    answer = visit.click("Mail me the link")
    assert answer.status == 400
    assert visit.page.title().startswith("Error: ")
    assert visit.page.get_by_label("Your email address").input_value() == BEN.address
    visit.page.get_by_label("Your email address").fill(CLEO.address)
    visit.click("Mail me the link")
    assert [mail["To"] for mail in visit.shop.mails()] == [CLEO.address]


@BY_FORMS
def test_a_link_of_must_send_mail_stops_the_rest_and_says_so(visit: Visit) -> None:
    visit.open(visit.shop.must_send())
    assert visit.page.get_by_text("cannot be switched off here").is_visible()
    visit.click("Unsubscribe from all email from Fernway Books")
    assert visit.facts()["Still comes"] == "Receipts and delivery messages"
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_BRAND
    assert visit.shop.reason("receipts") is Reason.TRANSACTIONAL


@BY_FORMS
def test_somebody_covered_is_not_told_that_other_email_comes(visit: Visit) -> None:
    visit.open_unsubscribe()
    visit.click("Unsubscribe from Offers")
    visit.click("Unsubscribe from everything")
    visit.open_unsubscribe()
    assert visit.facts()["Still comes"] == "Receipts and delivery messages"
