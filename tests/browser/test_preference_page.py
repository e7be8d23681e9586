"""The preference page in a browser without scripts (rules.md, 4; R-86 to R-91; H-28, H-31)."""

from __future__ import annotations

import pytest

from app.domain.changes import Hand, Report
from app.domain.words import HOUR, Cause, Reason, Via
from app.links.tokens import Purpose
from tests.browser.screens import link_in
from tests.browser.visits import Visit
from tests.world import ANA, BEN, CLEO, NOW, by

pytestmark = pytest.mark.browser

BY_FORMS = pytest.mark.long
"""What tests/web shows of the same forms without a browser: the page is walked once beside it."""

ALL = ["New arrivals", "The long read", "Offers", "Reading circle", "Events near you"]
WITHOUT_OFFERS = [name for name in ALL if name != "Offers"]


def test_a_box_unticked_and_saved_stops_that_kind_of_email(visit: Visit) -> None:
    """R-122: the result is the answer to the press, and needs no cookie."""
    visit.open_preferences()
    assert visit.ticked() == ALL
    visit.page.get_by_label("Offers").uncheck()
    visit.click("Save these choices")
    assert visit.heading() == "Your choices are saved"
    assert visit.facts() == {
        "You will get": ", ".join(WITHOUT_OFFERS),
        "Stopped": "Offers",
        "From": "Now, 1 June 2026 at 12:00 UTC A message already on its way may still reach you.",
        "Still comes": "Receipts and delivery messages",
    }
    assert visit.ticked() == WITHOUT_OFFERS
    assert visit.shop.reason("offers") is Reason.UNSUBSCRIBED


def test_a_press_anywhere_on_a_row_ticks_its_box(visit: Visit) -> None:
    visit.open_preferences()
    row = visit.page.locator(".types li", has_text="Offers")
    row.get_by_text("Sales and vouchers.").click(force=True)
    assert visit.ticked() == WITHOUT_OFFERS


@BY_FORMS
def test_a_saved_change_is_undone_for_a_day_and_no_longer(visit: Visit) -> None:
    _save_without_offers(visit)
    visit.shop.clock.pass_(24 * HOUR - 1)
    visit.click("Undo")
    assert visit.heading() == "Your change is undone"
    assert visit.ticked() == ALL
    assert visit.shop.reason("offers") is Reason.NOT_SPECIFIED

    _save_without_offers(visit)
    visit.shop.clock.pass_(24 * HOUR)
    visit.click("Undo")
    assert visit.heading() == "That could not be undone any more"
    assert visit.shop.reason("offers") is Reason.UNSUBSCRIBED


@BY_FORMS
def test_saving_what_is_there_already_changes_nothing(visit: Visit) -> None:
    before = visit.shop.events()
    visit.open_preferences()
    visit.click("Save these choices")
    assert visit.heading() == "Your choices are as they were"
    assert visit.shop.events() == before
    assert not visit.page.get_by_role("button", name="Undo").count()


def test_one_press_unsubscribes_from_everything_and_one_takes_it_back(visit: Visit) -> None:
    visit.open_preferences()
    visit.click("Unsubscribe from everything")
    assert visit.heading() == "You are unsubscribed from everything"
    assert visit.facts()["Stopped"] == f"All email from Fernway Books: {', '.join(ALL)}"
    assert visit.facts()["Still comes"] == "Receipts and delivery messages"
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_ALL
    assert visit.shop.reason("receipts") is Reason.TRANSACTIONAL
    visit.click("Undo")
    assert visit.ticked() == ALL
    assert visit.shop.reason("offers") is Reason.NOT_SPECIFIED


def test_why_somebody_left_is_asked_afterwards_and_kept(visit: Visit) -> None:
    visit.open_preferences()
    visit.click("Unsubscribe from everything")
    before = visit.shop.events()
    visit.page.get_by_label("Too many emails").check()
    visit.page.get_by_label("In your own words").fill("Twice a day!")
    visit.click("Send answer")
    assert visit.heading() == "Your answer is sent"
    assert visit.shop.evidence(number=len(before) + 1)["words"] == "Twice a day!"
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_ALL


@BY_FORMS
def test_what_is_ticked_after_leaving_everything_comes_again(visit: Visit) -> None:
    visit.open_preferences()
    visit.click("Unsubscribe from everything")
    visit.page.get_by_role("link", name="choose some kinds of email").click()
    assert visit.ticked() == []
    visit.page.get_by_label("The long read").check()
    visit.click("Save these choices")
    assert visit.ticked() == ["The long read"]
    assert visit.shop.reason("long-read") is Reason.SUBSCRIBED
    assert visit.shop.reason("offers") is Reason.UNSUBSCRIBED


@BY_FORMS
def test_of_two_brands_one_is_left_alone(visit: Visit) -> None:
    visit.shop.open_workshops()
    visit.open_preferences()
    visit.click("Unsubscribe from all email from Fernway Books")
    assert visit.heading() == "You are unsubscribed from all email from Fernway Books"
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_BRAND
    assert visit.shop.reason("evenings") is Reason.NOT_SPECIFIED


@BY_FORMS
def test_of_two_brands_both_are_left_with_one_press(visit: Visit) -> None:
    visit.shop.open_workshops()
    visit.open_preferences()
    visit.click("Unsubscribe from every brand of Fernway")
    assert visit.heading() == "You are unsubscribed from every brand of Fernway"
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_ALL
    assert visit.shop.reason("evenings") is Reason.OPTED_OUT_OF_ALL


def test_a_pause_ends_by_itself_and_changes_no_choice(visit: Visit) -> None:
    visit.open_preferences()
    visit.click("30 days to 1 Jul")
    assert visit.heading() == "Your email is paused until 1 July 2026"
    assert visit.ticked() == ALL
    assert visit.shop.reason("offers") is Reason.PAUSED
    visit.shop.clock.pass_(30 * 24 * HOUR)
    assert visit.shop.reason("offers") is Reason.NOT_SPECIFIED
    visit.open_preferences()
    assert visit.page.get_by_role("heading", name="Pause all email").is_visible()


@BY_FORMS
def test_a_pause_is_ended_early(visit: Visit) -> None:
    visit.open_preferences()
    visit.click("60 days to 31 Jul")
    visit.open_preferences()
    visit.click("End the pause")
    assert visit.heading() == "Your email starts again"
    assert visit.shop.reason("offers") is Reason.NOT_SPECIFIED


@BY_FORMS
def test_an_old_page_brings_back_nothing_that_was_left_meanwhile(visit: Visit) -> None:
    _save_without_offers(visit)
    visit.open_preferences()
    visit.page.get_by_label("Offers").check()
    phone = Visit(visit.page.context.new_page(), visit.shop)
    phone.open_preferences()
    phone.click("Unsubscribe from everything")
    visit.click("Save these choices")
    assert visit.facts()["Not switched on"].startswith("Offers ")
    assert visit.ticked() == []
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_ALL


@BY_FORMS
def test_a_form_that_lost_a_part_changes_nothing(visit: Visit) -> None:
    before = visit.shop.events()
    visit.open_preferences()
    visit.page.get_by_label("Offers").uncheck()
    visit.page.locator("[name=shown]").evaluate("field => field.remove()")
    answer = visit.click("Save these choices")
    assert answer.status == 400
    assert visit.page.title().startswith("Error: ")
    assert "nothing was changed" in visit.page.get_by_role("alert").inner_text()
    assert visit.ticked() == ALL
    assert visit.shop.events() == before


def test_leaving_works_even_where_the_form_lost_a_part(visit: Visit) -> None:
    visit.open_preferences()
    visit.page.locator("input").evaluate_all("fields => fields.forEach(field => field.remove())")
    visit.click("Unsubscribe from everything")
    assert visit.shop.reason("offers") is Reason.OPTED_OUT_OF_ALL


@BY_FORMS
def test_a_bounce_goes_when_the_person_ticks_something(visit: Visit) -> None:
    visit.shop.say(Report(Cause.BOUNCE, NOW), by=by(Hand.AUTOMATIC))
    visit.open_preferences()
    assert visit.page.get_by_text("A message to this address came back").is_visible()
    assert visit.ticked() == []
    visit.page.get_by_label("Offers").check()
    visit.click("Save these choices")
    assert visit.shop.reason("offers") is Reason.SUBSCRIBED


@BY_FORMS
def test_a_private_kind_is_shown_only_to_who_gets_it(visit: Visit) -> None:
    visit.open(visit.shop.preferences(BEN))
    assert not visit.page.get_by_label("Reading circle").count()
    visit.open_preferences()
    visit.page.get_by_label("Reading circle").uncheck()
    visit.click("Save these choices")
    assert not visit.page.get_by_label("Reading circle").count()


@BY_FORMS
def test_the_type_a_message_was_of_stands_first(visit: Visit) -> None:
    visit.open(f"{visit.shop.preferences()}?type={visit.shop.type('offers').id}")
    assert visit.ticked()[0] == "Offers"


@BY_FORMS
def test_nothing_pressed_on_the_example_changes_anything(visit: Visit) -> None:
    before = visit.shop.addresses()
    for button in ("Save these choices", "Unsubscribe from everything", "30 days to 1 Jul"):
        visit.open(visit.shop.example())
        visit.click(button)
        assert visit.page.get_by_text("This is an example.").is_visible()
    assert visit.shop.addresses() == before


@BY_FORMS
def test_when_nothing_can_be_stored_the_page_says_so(visit: Visit) -> None:
    visit.open_preferences()
    visit.shop.lose_database()
    answer = visit.click("Unsubscribe from everything")
    assert answer.status == 503
    assert answer.header_value("Retry-After") == "30"
    assert visit.heading() == "This does not work right now"


def test_a_yes_that_is_confirmed_by_mail_counts_from_the_confirmation_on(visit: Visit) -> None:
    """R-85: opening the link confirms nothing, a press does; page and mail say that it is left."""
    visit.shop.offer_letter()
    visit.open_preferences()
    visit.page.get_by_label("Letter from the mill").check()
    visit.click("Save these choices")
    assert visit.facts()["One step left"].startswith("Letter from the mill")
    assert visit.shop.reason("letter") is Reason.AWAITING_CONFIRMATION
    (mail,) = visit.shop.mails()
    assert mail["To"] == ANA.address
    visit.open(link_in(mail.get_content()))
    assert visit.shop.reason("letter") is Reason.AWAITING_CONFIRMATION
    visit.click("Yes, send me these emails")
    assert visit.shop.reason("letter") is Reason.SUBSCRIBED
    visit.click("Undo")
    assert visit.shop.reason("letter") is Reason.AWAITING_CONFIRMATION


def test_an_address_known_by_its_key_alone_is_typed_to_be_asked_for_confirmation(
    visit: Visit,
) -> None:
    visit.shop.offer_letter()
    visit.open(visit.shop.preferences(CLEO))
    visit.page.get_by_label("Letter from the mill").check()
    visit.page.get_by_label("Your email address").fill(BEN.address)
    visit.click("Save these choices")
    assert visit.facts()["Not switched on"].startswith("Letter from the mill Type your address")
    assert visit.shop.mails() == []
    visit.page.get_by_label("Letter from the mill").check()
    visit.page.get_by_label("Your email address").fill(CLEO.address)
    visit.click("Save these choices")
    assert [mail["To"] for mail in visit.shop.mails()] == [CLEO.address]


@BY_FORMS
def test_what_happened_says_by_which_link_and_route(visit: Visit) -> None:
    _save_without_offers(visit)
    event = visit.shop.events()[-1]
    assert (event.via, event.link_purpose) == (Via.PREFERENCE_PAGE, Purpose.PREFERENCES)


def _save_without_offers(visit: Visit) -> None:
    visit.open_preferences()
    visit.page.get_by_label("Offers").uncheck()
    visit.click("Save these choices")
