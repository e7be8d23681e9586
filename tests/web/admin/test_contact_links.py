"""The preferences link that a user sends or copies, and the page as the recipient sees it (F2)."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.changes import Hand, Report, Subscribe
from app.domain.mail import State
from app.domain.words import DAY, MINUTE, Actor, Cause
from app.services import catalog, outbox
from app.services.addresses import remember
from app.store.doors import Database
from app.web.site import Site
from tests.web.admin.colleagues import ELIF, FINN, Colleague, at_work, mails
from tests.web.admin.test_audit import deeds
from tests.web.admin.test_record import WHO_IS_THERE, greyed, panel
from tests.web.houses import BASE_URL, Clock, Mailed, known
from tests.web.visiting import Visitor
from tests.world import ANA, NOW, World, by, say

SEND = "Send preferences link"


def send(colleague: Colleague, contact: int, brand: int) -> Colleague:
    """Press the button, or as if it were there."""
    return colleague.post(f"/admin/contacts/{contact}/preferences-mail", {"brand": str(brand)})


def test_the_link_goes_out_in_the_contacts_language_from_the_chosen_brand(
    elif_: Colleague, ana: int, site: Site, database: Database, world: World, visitor: Visitor
) -> None:
    """F2: queued, then sent, with the mail system's answer."""
    database.write(catalog.edit_brand, world.workshops.id, {"sender": "w@fernway.example"}, NOW)
    row = (ANA.key, ANA.address, "nl")
    database.write(remember, [row], NOW)
    panel(elif_, ana).fill(brand=str(world.workshops.id)).press("preferences-mail")
    assert "The preferences link is on its way." in elif_.words
    assert "Preferences link: queued on 1 June 2026, 12:00 UTC." in elif_.words
    (mail,) = mails(site)
    assert (mail["To"], mail["Content-Language"]) == (ANA.address, "nl")
    assert "w@fernway.example" in mail["From"]
    assert "stuurt je deze link" in mail.get_content()  # nobody asked for it
    (url,) = [line for line in mail.get_content().splitlines() if line.startswith(BASE_URL)]
    assert "Evenings" in visitor.open(url.removeprefix(BASE_URL)).words
    panel(elif_, ana)
    assert "Preferences link: sent on 1 June 2026, 12:00 UTC." in elif_.words
    assert "The mail system's answer: lies at" in elif_.words
    assert deeds(site)[-1] == "link-mailed"


def test_no_address_is_bombed(
    elif_: Colleague, ana: int, site: Site, world: World, clock: Clock, database: Database
) -> None:
    """rules.md, 5: 1 in 15 minutes, 3 a day, 6 in all; what is still queued counts."""
    brand = world.fernway.id
    send(elif_, ana, brand)
    send(elif_, ana, brand)
    assert greyed(elif_)[SEND] == "One was sent less than 15 minutes ago."
    assert len(mails(site)) == 1
    for more in (2, 3):
        clock.pass_(15 * MINUTE)
        assert SEND not in greyed(panel(elif_, ana))
        send(elif_, ana, brand)
        assert len(mails(site)) == more
    clock.pass_(15 * MINUTE)
    assert greyed(panel(elif_, ana))[SEND] == "Three were sent within a day, which is the most."
    send(elif_, ana, brand)
    assert len(mails(site)) == 3
    clock.pass_(DAY)
    elif_.sign_in(ELIF)
    assert SEND not in greyed(panel(elif_, ana))


@pytest.mark.parametrize(
    ("cause", "actor", "reason"),
    [
        (
            Cause.BOUNCE,
            Actor.BOUNCE,
            "A message to this address came back, so no mail is sent to it until the bounce is "
            "lifted.",
        ),
        (
            Cause.COMPLAINT,
            Actor.COMPLAINT,
            "A message to this address was reported as spam, so no user may mail it.",
        ),
    ],
)
def test_where_mail_came_back_or_was_reported_none_is_sent(
    elif_: Colleague, ana: int, site: Site, database: Database, world: World,
    cause: Cause, actor: Actor, reason: str,
) -> None:  # fmt: skip
    """rules.md, 5."""
    say(database, ANA, Report(cause, NOW), by_=by(Hand.AUTOMATIC, actor=actor))
    assert greyed(panel(elif_, ana))[SEND] == reason
    send(elif_, ana, world.fernway.id)
    assert mails(site) == []
    assert "on its way" not in elif_.words


def test_a_complaint_stops_a_users_mail_that_is_still_queued(
    elif_: Colleague, ana: int, site: Site, database: Database, world: World
) -> None:
    """rules.md, 5: never by an admin where a COMPLAINT stands."""
    send(elif_, ana, world.fernway.id)
    complaint = by(Hand.AUTOMATIC, actor=Actor.COMPLAINT)
    say(database, ANA, Report(Cause.COMPLAINT, NOW), by_=complaint)
    assert mails(site) == []
    assert "a complaint stands" in panel(elif_, ana).words


def test_a_copied_link_is_the_persons_own_and_the_copying_is_kept(
    elif_: Colleague, ana: int, site: Site, world: World, visitor: Visitor, mailed: Mailed
) -> None:
    panel(elif_, ana).press("preferences-link")
    url = elif_.page.one("textarea").text
    (view,) = panel(elif_, ana).page.all("button", formmethod="get")
    assert (view.text, view.get("name")) == ("View as recipient", "")
    (form,) = [f for f in elif_.page.all("form") if view in f.all("button")]
    assert not form.all("input", name="csrf_token")  # a GET would put it into the address
    assert url == BASE_URL + mailed.preferences(ANA)
    assert deeds(site)[-1] == "link-copied"


def test_the_page_is_seen_as_the_recipient_sees_it_with_its_buttons_off(
    app: Flask, ana: int, database: Database, world: World, heard: list[str]
) -> None:
    """Looking changes nothing; the language is the person's, or another by the page's own links."""
    finn = at_work(app, FINN)
    say(database, ANA, Subscribe(world.circle))
    before = known(database, ANA)
    where = f"/admin/contacts/{ana}/as-recipient?brand={world.fernway.id}"
    finn.open(where)
    heard.clear()
    finn.open(where)
    assert len(heard) == WHO_IS_THERE + 2
    assert finn.heading == "Your email from Fernway"
    assert "This is a preview of what the person sees." in finn.words
    assert "Circle" in finn.words
    (off,) = [f for f in finn.page.all("fieldset") if "disabled" in f.attributes]
    inside = {id(e) for e in off.within}
    pressed = finn.page.one("main").all("button") + finn.page.one("main").all("input")
    assert pressed
    assert all(id(button) in inside for button in pressed)
    assert known(database, ANA) == before
    finn.open(f"{where}&lang=de")
    assert finn.page.one("html").get("lang") == "de"
    database.write(remember, [(ANA.key, ANA.address, "nl")], NOW)
    (note,) = finn.open(where).page.all("p", lang="en")
    assert finn.page.one("html").get("lang") == "nl"
    assert "Its buttons are off." in note.text, "in the language of who looks"
    assert finn.open(f"/admin/contacts/{ana}/as-recipient?brand=7").status == 404


def test_what_the_server_answers_is_shown(
    elif_: Colleague, ana: int, site: Site, world: World, clock: Clock
) -> None:
    """Failed, and why; and a mail that is tried again says so."""
    send(elif_, ana, world.fernway.id)
    (owed,) = site.database.write(outbox.claim, site.now())
    site.database.write(outbox.put_off, owed, "451 4.7.1 try <later>", site.now())
    panel(elif_, ana)
    assert "Preferences link: tried, and tried again until it is sent" in elif_.words
    assert "451 4.7.1 try <later>" in elif_.words
    site.database.write(outbox.end, owed.id, State.FAILED, "550 5.1.1 unknown", site.now())
    panel(elif_, ana)
    assert "Preferences link: failed on 1 June 2026, 12:00 UTC." in elif_.words
    assert "The mail system's answer: 550 5.1.1 unknown" in elif_.words
