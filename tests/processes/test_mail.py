"""Service mail, from the form to a real mail server: who gets it, what it says, how often."""

from __future__ import annotations

import threading

import pytest

from app.domain.changes import By, Hand, Report
from app.domain.mail import MailKind, State
from app.domain.words import DAY, MINUTE, Actor, Cause, Via
from app.links.tokens import Purpose
from app.services import catalog, preferences
from app.services.preferences import Instruction, always
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import PATIENCE, Installation, Shop
from tests.processes.office import Office, office_of
from tests.processes.post import TAKEN, Post, Received
from tests.world import NOW

ANA, BEN, CLEO = "ana@fernway.example", "ben@fernway.example", "cleo@nowhere.example"
PREFERENCES, CONFIRMATION = MailKind.PREFERENCES_LINK, MailKind.CONFIRMATION


def test_a_link_that_was_asked_for_arrives_once_and_opens(office: Office, post: Post) -> None:
    """R-126: the page answers at once, the mail comes to the stored address only."""
    answer = office.ask_for_link(ANA.upper())
    assert (answer.status_code, post.mails) == (200, [])
    office.work()
    office.work()
    (mail,) = post.mails
    assert (mail.sender, mail.to) == ("post@fernway.example", [ANA])
    url = mail.link
    link = office.site.tokens.read(url.rpartition("/")[2])
    assert (link.purpose, link.key) == (Purpose.PREFERENCES, office.site.keys(ANA))
    page = office.app.test_client().get(url.removeprefix("http://127.0.0.1:8000"))
    assert (page.status_code, "New arrivals" in page.text) == (200, True)
    (row,) = office.rows
    assert (row.state, row.answer, row.recipient) == (State.SENT, "accepted", None)


@ON_SQLITE
def test_a_mail_waits_for_no_other_answer_of_the_mail_server(office: Office, post: Post) -> None:
    """A server far away would take few a second, one after the other."""
    both = threading.Barrier(2, timeout=PATIENCE)

    def taken_once_both_are_there(_: Received) -> str:
        both.wait()
        return TAKEN

    post.to_content = taken_once_both_are_there
    for address in (ANA, BEN):
        office.ask_for_link(address)
    office.work()
    assert {mail.to[0] for mail in post.mails} == {ANA, BEN}


@ON_SQLITE
def test_name_servers_are_not_asked_for_each_connection(
    office: Office, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they do not answer, each question takes seconds."""
    asked: list[str] = []

    def named(name: str = "") -> str:
        asked.append(name)
        return "sayso.example"

    monkeypatch.setattr("socket.getfqdn", named)
    for address in (ANA, BEN):
        office.ask_for_link(address)
        office.work()
    assert len(post.mails) == 2
    assert len(asked) <= 1


def test_its_headers_say_who_sent_it_and_that_a_machine_did(office: Office, post: Post) -> None:
    """R-33, R-127: no auto-reply comes back, and nothing of what somebody typed is in it."""
    office.ask_for_link(ANA, name="Buy now", words="http://evil.example/")
    office.work()
    (mail,) = post.mails
    headers = dict(mail.message.items())
    assert headers["From"] == "Fernway Books <post@fernway.example>"
    assert headers["To"] == ANA
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"] == f"<{office.rows[0].message_id}@127.0.0.1>"
    assert headers["Subject"] == "Your email choices at Fernway Books"
    assert headers["Content-Language"] == "en"
    assert headers["Date"] == "Mon, 01 Jun 2026 12:00:00 +0000"
    assert mail.message.get_content_type() == "text/plain"
    assert b"evil.example" not in mail.content
    assert b"Buy" not in mail.content
    assert b"=?" not in mail.content


@ON_SQLITE
def test_it_speaks_the_language_of_who_asked(office: Office, post: Post) -> None:
    client = office.app.test_client(use_cookies=False)
    client.post("/links", data={"email": ANA, "do": "mail"}, headers={"Accept-Language": "de"})
    office.work()
    (mail,) = post.mails
    assert mail.message["Content-Language"] == "de"
    assert mail.message["Subject"] != "Your email choices at Fernway Books"
    assert mail.link


@ON_SQLITE
def test_a_brand_without_a_sender_has_that_of_the_installation(
    installation: Installation, office: Office, shop: Shop, post: Post
) -> None:
    brand = shop.catalog.default_brand
    office.site.database.write(catalog.edit_brand, brand, {"sender": ""}, NOW)
    office.ask_for_link(ANA)
    office.work()
    installation.settings["SAYSO_MAIL_FROM"] = "Post <post@company.example>"
    with office_of(installation, office.site.settings.smtp_url) as another:
        another.ask_for_link(BEN)
        another.work()
    assert [mail.message["From"] for mail in post.mails] == [
        "Fernway Books <sayso@localhost>",
        "Post <post@company.example>",
    ]


def test_an_address_nobody_knows_gets_none_and_the_answer_does_not_tell(
    office: Office, post: Post
) -> None:
    """R-126, R-37: only the mailbox learns."""
    known, unknown = office.ask_for_link(ANA), office.ask_for_link(CLEO)
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(ANA, "X") == unknown.text.replace(CLEO, "X")
    office.work()
    assert [mail.to for mail in post.mails] == [[ANA]]
    dropped = {row.answer: row.state for row in office.rows if row.state != State.SENT}
    assert dropped == {"the address is not known": State.DROPPED}


def test_where_a_bounce_stands_no_mail_goes(office: Office, post: Post) -> None:
    """Rules 5: service mail goes whatever the opt-outs, never where a BOUNCE stands."""
    by = By(Actor.BOUNCE, Via.PROVIDER_EVENT, Hand.AUTOMATIC, NOW)
    bounced = always(Report(Cause.BOUNCE, NOW))
    key = office.site.keys(BEN)
    office.site.database.write(preferences.apply, Instruction(key, by, bounced))
    office.ask_for_link(BEN)
    office.ask_for_link("chiara@fernway.example")  # who opted out of everything
    office.work()
    assert [mail.to for mail in post.mails] == [["chiara@fernway.example"]]
    assert [r.answer for r in office.rows if r.state == State.DROPPED] == ["a bounce stands"]


def test_a_typed_address_gets_the_link_where_it_is_the_link_s_own(
    office: Office, shop: Shop, post: Post
) -> None:
    """Rules 2, H-35: where no table has the text, it is typed, and its key must be the token's.
    R-37: mail goes to what the key was made of, not to the typed letters."""
    path = f"/u/{shop.token(CLEO)}/link"
    assert office.post(path, email="somebody@else.example").status_code == 400
    assert office.post(path, email="").status_code == 400
    assert office.rows == []
    assert office.post(path, email=CLEO.upper()).status_code == 200
    assert [row.recipient for row in office.rows] == [CLEO]
    office.work()
    (mail,) = post.mails
    assert mail.to == [CLEO]
    token = mail.link.rpartition("/")[2]
    assert office.site.tokens.read(token).key == office.site.keys(CLEO)
    assert [row.recipient for row in office.rows] == [None]
    with office.site.database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT address FROM email_address").scalars().all()
    assert CLEO not in kept


def test_a_stored_address_is_mailed_whatever_is_typed(
    office: Office, shop: Shop, post: Post
) -> None:
    """R-37: mail goes to the stored address, never to the typed one."""
    assert office.post(f"/u/{shop.token(ANA)}/link", email="x@else.example").status_code == 200
    office.work()
    assert [mail.to for mail in post.mails] == [[ANA]]


def test_one_in_fifteen_minutes_and_three_a_day(office: Office, post: Post) -> None:
    """R-127, rules 5: for each address and kind of mail, however often it is asked for."""
    sent: list[int] = []
    for minutes in (0, 14, 15, 29, 30, 45, 600, 24 * 60 - 1, 24 * 60, 24 * 60 + 14):
        office.now = NOW + minutes * MINUTE
        office.ask_for_link(ANA)
        office.work()
        if len(post.mails) > len(sent):
            sent.append(minutes)
    assert sent == [0, 15, 30, 24 * 60]
    assert all(row.state in (State.SENT, State.DROPPED) for row in office.rows)
    assert {r.answer for r in office.rows} == {"accepted", "the address had enough of these mails"}


def test_the_limit_holds_where_many_are_due_at_once(office: Office, post: Post) -> None:
    """R-127: a crowd at the form is one mail."""
    for _ in range(8):
        assert office.ask_for_link(BEN).status_code == 200
    office.work()
    assert len(post.mails) == 1
    assert sorted(office.states) == [State.SENT] + [State.DROPPED] * 7


def test_six_a_day_in_all(office: Office, post: Post) -> None:
    """R-127, rules 5: of all kinds together."""
    for number in range(5):
        office.now = NOW + number * MINUTE
        office.was_sent(BEN, CONFIRMATION)
    office.now = NOW + 5 * MINUTE
    office.ask_for_link(BEN)
    office.work()
    assert len(post.mails) == 1
    office.now += 15 * MINUTE
    office.ask_for_link(BEN)
    office.work()
    assert len(post.mails) == 1
    office.now = NOW + DAY + 5 * MINUTE
    office.ask_for_link(BEN)
    office.work()
    assert len(post.mails) == 2


def test_one_person_s_limit_is_not_another_s(office: Office, post: Post) -> None:
    for address in (ANA, BEN, ANA):
        office.ask_for_link(address)
    office.work()
    assert sorted(mail.to[0] for mail in post.mails) == [ANA, BEN]
