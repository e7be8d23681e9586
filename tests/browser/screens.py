"""Every screen a recipient may see, and how a person gets there."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.domain.changes import Hand, Report
from app.domain.words import Cause
from tests.browser.visits import Visit
from tests.world import ANA, BEN, CLEO, NOW, by

Reach = Callable[[Visit], None]
SCREENS: dict[str, Reach] = {}
NOT_AN_ADDRESS = "ana.example.com"


def screen(reach: Reach) -> Reach:
    """A function of this page, as the way to the screen of its name."""
    SCREENS[reach.__name__.replace("_", "-")] = reach
    return reach


@screen
def preferences(visit: Visit) -> None:
    visit.open_preferences()


@screen
def preferences_of_two_brands(visit: Visit) -> None:
    visit.shop.open_workshops()
    visit.open_preferences()


@screen
def preferences_asking_to_confirm(visit: Visit) -> None:
    visit.shop.offer_letter()
    visit.open(visit.shop.preferences(CLEO))


@screen
def example(visit: Visit) -> None:
    visit.open(visit.shop.example())


@screen
def saved(visit: Visit) -> None:
    visit.open_preferences()
    visit.box("offers").uncheck()
    visit.press("save")


@screen
def saved_with_one_step_left(visit: Visit) -> None:
    visit.shop.offer_letter()
    visit.open_preferences()
    visit.box("letter").check()
    visit.press("save")


@screen
def confirm(visit: Visit) -> None:
    saved_with_one_step_left(visit)
    visit.open(link_in(visit.shop.mails()[-1].get_content()))


@screen
def confirmed(visit: Visit) -> None:
    confirm(visit)
    visit.press_only()


@screen
def nothing_to_confirm(visit: Visit) -> None:
    confirmed(visit)
    visit.open(visit.page.url.split("?")[0])


@screen
def data_link_asked(visit: Visit) -> None:
    visit.open_preferences()
    visit.page.goto(f"{visit.page.url}&data=")
    visit.press("data")


@screen
def data_link_typed(visit: Visit) -> None:
    visit.open(visit.shop.preferences(CLEO))
    visit.page.goto(f"{visit.page.url}&data=")
    visit.press("data")


@screen
def your_data(visit: Visit) -> None:
    saved(visit)
    paused(visit)
    data_link_asked(visit)
    visit.open(mailed(visit, "/d/"))


@screen
def your_data_error(visit: Visit) -> None:
    """Known by a code only, which types both addresses to move, and errs in both."""
    data_link_typed(visit)
    visit.page.fill("#email", CLEO.address)
    visit.press("data")
    visit.open(mailed(visit, "/d/"))
    visit.page.fill("#own", BEN.address)
    visit.page.fill("#email", NOT_AN_ADDRESS)
    visit.press_below("address")


@screen
def move_asked(visit: Visit) -> None:
    your_data(visit)
    visit.page.fill("#email", BEN.address)
    visit.press_below("address")


@screen
def move(visit: Visit) -> None:
    move_asked(visit)
    visit.open(mailed(visit, "/m/"))


@screen
def move_waits(visit: Visit) -> None:
    move(visit)
    visit.press_only()


@screen
def moved(visit: Visit) -> None:
    move_asked(visit)
    agree_in_both_mailboxes(visit)


@screen
def nothing_to_move(visit: Visit) -> None:
    moved(visit)
    visit.open(mailed(visit, "/m/"))


@screen
def erase(visit: Visit) -> None:
    your_data(visit)
    with visit.page.expect_navigation():
        visit.page.locator("a[href*='/erasure']").click()


@screen
def erased(visit: Visit) -> None:
    erase(visit)
    visit.press_below("erasure")


@screen
def sign_up(visit: Visit) -> None:
    visit.open(f"{visit.shop.url}/s/{visit.shop.fernway.slug}")


@screen
def sign_up_error(visit: Visit) -> None:
    sign_up(visit)
    visit.page.fill("#email", NOT_AN_ADDRESS)
    visit.press_below("s")


@screen
def sign_up_asked(visit: Visit) -> None:
    sign_up(visit)
    visit.box("offers").check()
    visit.page.fill("#email", CLEO.address)
    visit.press_below("s")


@screen
def undone(visit: Visit) -> None:
    saved(visit)
    visit.press("undo")


@screen
def paused(visit: Visit) -> None:
    visit.open_preferences()
    visit.press("pause-30")


@screen
def resumed(visit: Visit) -> None:
    paused(visit)
    visit.press("resume")


@screen
def everything(visit: Visit) -> None:
    visit.open_preferences()
    visit.press("account")


@screen
def everything_of_one_brand(visit: Visit) -> None:
    preferences_of_two_brands(visit)
    visit.press("brand")


@screen
def answered(visit: Visit) -> None:
    everything(visit)
    visit.page.locator("#rmany").check()
    visit.press("reason")


@screen
def covered(visit: Visit) -> None:
    everything(visit)
    visit.open_preferences()


@screen
def bounced(visit: Visit) -> None:
    visit.shop.say(Report(Cause.BOUNCE, NOW), by=by(Hand.AUTOMATIC))
    visit.open_preferences()


@screen
def unsubscribe(visit: Visit) -> None:
    visit.open(visit.shop.unsubscribe("offers"))


@screen
def unsubscribe_from_two_brands(visit: Visit) -> None:
    visit.shop.open_workshops()
    unsubscribe(visit)


@screen
def unsubscribe_unknown(visit: Visit) -> None:
    visit.open(visit.shop.unsubscribe("offers", CLEO))


@screen
def unsubscribe_must_send(visit: Visit) -> None:
    visit.open(visit.shop.must_send())


@screen
def unsubscribed(visit: Visit) -> None:
    unsubscribe(visit)
    visit.press_below("type")


@screen
def unsubscribed_earlier(visit: Visit) -> None:
    unsubscribed(visit)
    unsubscribe(visit)


@screen
def unsubscribed_from_brand(visit: Visit) -> None:
    visit.open(visit.shop.unsubscribe_brand())
    visit.press_below("brand")


@screen
def unsubscribed_from_everything(visit: Visit) -> None:
    unsubscribe(visit)
    visit.press_below("account")


@screen
def unsubscribe_undone(visit: Visit) -> None:
    unsubscribed(visit)
    visit.press_below("undo")


@screen
def unsubscribe_paused(visit: Visit) -> None:
    unsubscribe(visit)
    visit.press_below("pause")


@screen
def unsubscribe_answered(visit: Visit) -> None:
    unsubscribed(visit)
    visit.press_below("reason")


@screen
def unsubscribe_link_sent(visit: Visit) -> None:
    unsubscribe(visit)
    visit.press_below("link")


@screen
def links(visit: Visit) -> None:
    visit.open(f"{visit.shop.url}/links")


@screen
def links_error(visit: Visit) -> None:
    links(visit)
    visit.page.fill("#email", NOT_AN_ADDRESS)
    visit.press("unsubscribe")


@screen
def links_unsubscribed(visit: Visit) -> None:
    links(visit)
    visit.page.fill("#email", BEN.address)
    visit.press("unsubscribe")


@screen
def link_sent(visit: Visit) -> None:
    links(visit)
    visit.page.fill("#email", ANA.address)
    visit.press("link")


@screen
def broken_link(visit: Visit) -> None:
    visit.open(visit.shop.preferences()[:-20])


@screen
def unavailable(visit: Visit) -> None:
    visit.open_preferences()
    visit.shop.lose_database()
    visit.press("save")


@screen
def no_such_method(visit: Visit) -> None:
    visit.open(visit.shop.url + "/links")
    elsewhere = f"/healthz?lang={visit.language}"
    visit.page.locator("form").evaluate("(form, to) => { form.action = to }", elsewhere)
    visit.press("link")


def agree_in_both_mailboxes(visit: Visit) -> None:
    """Press the button behind the link in each of the two."""
    for link in [link_in(mail.get_content()) for mail in visit.shop.mails()]:
        if "/m/" in link:
            visit.open(link)
            visit.press_only()


def mailed(visit: Visit, folder: str) -> str:
    """The link below `folder` in one of the mails."""
    found = [link_in(mail.get_content()) for mail in visit.shop.mails()]
    return next(link for link in found if folder in link)


def link_in(mail: str) -> str:
    """The one link in a mail."""
    (found,) = re.findall(r"https?://\S+", mail)
    return str(found)
