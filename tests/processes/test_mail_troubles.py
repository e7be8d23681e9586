"""Service mail where the mail server is away, slow, full, or says no: it comes later, once, or it
is said why not."""

from __future__ import annotations

import logging
from email import message_from_bytes
from email.policy import default
from itertools import count

import pytest

from app.domain.mail import MailKind, State
from app.domain.words import DAY, SECOND
from app.services import catalog, outbox
from app.services.outbox import BACK_OFF
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import Installation, Shop
from tests.processes.office import Office, office_of
from tests.processes.post import Post, listening
from tests.world import NOW

ANA, BEN, CLEO = "ana@fernway.example", "ben@fernway.example", "cleo@nowhere.example"
PREFERENCES, CONFIRMATION = MailKind.PREFERENCES_LINK, MailKind.CONFIRMATION


def test_without_a_mail_server_mail_lies_as_a_file_and_the_log_says_where(
    installation: Installation, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """The first run has no mail server, and loses nothing."""
    with caplog.at_level(logging.INFO), office_of(installation, None) as office:
        office.ask_for_link(ANA)
        office.work()
        (row,) = office.rows
    file = installation.var / "mail" / f"{row.message_id}.eml"
    assert (row.state, row.recipient) == (State.SENT, None)
    assert str(file) in caplog.text
    assert ANA not in caplog.text
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert (message["To"], message["Auto-Submitted"]) == (ANA, "auto-generated")
    assert file.parent.stat().st_mode & 0o077 == 0


def test_a_mail_server_that_is_away_is_tried_again_later_and_later(
    installation: Installation, shop: Shop, post: Post
) -> None:
    """Back-off up to a day; nothing is sent twice when the server comes back."""
    with listening(post) as url:
        pass
    with office_of(installation, url) as office:
        office.ask_for_link(ANA)
        for tries, pause in enumerate(BACK_OFF[:3], 1):
            office.work()
            (row,) = office.rows
            assert (row.state, row.attempts) == (State.OWED, tries)
            assert row.due_at == office.now + pause
            assert "refused" in row.answer
            office.now = row.due_at - SECOND
            office.work()
            assert office.rows[0].attempts == tries
            office.now = row.due_at
        with listening(post, int(url.rpartition(":")[2])):
            office.work()
            office.work()
        assert office.states == [State.SENT]
    assert [mail.to for mail in post.mails] == [[ANA]]


def test_after_the_last_try_a_mail_stands_as_failed_with_the_answer(
    installation: Installation, shop: Shop, post: Post
) -> None:
    """Architecture 6: failures end where people can see them, and the address is gone."""
    with listening(post) as url:
        pass
    with office_of(installation, url) as office:
        office.post(f"/u/{shop.token(CLEO)}/link", email=CLEO)
        for _ in BACK_OFF:
            office.work()
            (row,) = office.rows
            assert (row.state, row.recipient) == (State.OWED, CLEO)
            office.now = row.due_at
        office.work()
        (row,) = office.rows
        assert (row.state, row.recipient, row.attempts) == (State.FAILED, None, 1 + len(BACK_OFF))
        assert "refused" in row.answer


@pytest.mark.parametrize("where", ["recipient", "content"])
def test_what_the_server_does_not_take_now_it_takes_later_under_the_same_message_id(
    office: Office, post: Post, where: str
) -> None:
    """4xx: greylisting, a full mailbox. Whoever files mail by Message-ID sees one mail."""
    setattr(post, f"to_{where}", lambda _: "451 Come back later")
    office.ask_for_link(ANA)
    office.work()
    (row,) = office.rows
    assert (row.state, row.answer) == (State.OWED, "451 Come back later")
    assert row.due_at == NOW + BACK_OFF[0]
    setattr(post, f"to_{where}", lambda _: "250 Taken")
    office.now = row.due_at
    office.work()
    assert office.states == [State.SENT]
    assert len(post.mails) == 1
    assert set(post.offered) == set(post.message_ids()) == {f"<{row.message_id}@127.0.0.1>"}


@pytest.mark.parametrize("where", ["recipient", "content"])
def test_what_the_server_never_takes_is_failed_with_its_answer(
    office: Office, post: Post, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    """5xx. R-113: the answer is kept without the address in it."""
    setattr(post, f"to_{where}", lambda _: f"550 No mailbox {ANA} here")
    office.ask_for_link(ANA)
    office.work()
    office.now += DAY
    office.work()
    (row,) = office.rows
    assert (row.state, row.recipient, row.attempts) == (State.FAILED, None, 1)
    assert row.answer == "550 No mailbox [address] here"
    assert len(post.offered) == (where == "content")
    assert ANA not in caplog.text


def test_one_mailbox_that_takes_nothing_now_holds_up_no_other(office: Office, post: Post) -> None:
    """Rules 5: somebody's full mailbox is not everybody's."""
    people = [f"reader{number}@example.com" for number in range(6)]
    office.knows(*people)
    post.to_recipient = lambda address: "452 Full" if address == people[2] else "250 Taken"
    for person in people:
        office.owe(person)
    office.work()
    assert sorted(mail.to[0] for mail in post.mails) == [p for p in people if p != people[2]]
    assert office.states.count(State.OWED) == 1


@pytest.mark.long
@ON_SQLITE
def test_a_server_that_hangs_is_left_and_gets_the_mail_later_under_the_same_message_id(
    office: Office, post: Post
) -> None:
    """Issue 6: nobody waits for it for ever. Whoever files mail by Message-ID sees one mail."""
    office.ask_for_link(ANA)
    with post.holds():
        office.work()
        (row,) = office.rows
        assert (row.state, row.attempts, row.due_at) == (State.OWED, 1, NOW + BACK_OFF[0])
        assert "timed out" in row.answer
    office.now = row.due_at
    office.work()
    assert office.states == [State.SENT]
    assert set(post.offered) == set(post.message_ids()) == {f"<{row.message_id}@127.0.0.1>"}


def test_a_server_that_hangs_up_in_the_midst_gets_the_rest_later_and_nothing_twice(
    office: Office, post: Post
) -> None:
    """421: each mail arrives once in the end."""
    people = [f"reader{number}@example.com" for number in range(6)]
    office.knows(*people)
    offered = count()
    post.to_content = lambda mail: "250 Taken" if next(offered) < 2 else "421 Bye"
    for person in people:
        office.owe(person)
    office.work()
    assert (len(post.mails), office.states.count(State.OWED)) == (2, 4)
    post.to_content = lambda mail: "250 Taken"
    office.now += BACK_OFF[0]
    office.work()
    assert sorted(mail.to[0] for mail in post.mails) == people
    assert set(office.states) == {State.SENT}


@ON_SQLITE
def test_an_address_the_server_cannot_write_is_failed(
    installation: Installation, shop: Shop, post: Post
) -> None:
    """R-39: an address in another script needs SMTPUTF8, and waiting brings none."""
    abroad = "josé@bücher.example"
    for utf8, state in ((False, State.FAILED), (True, State.SENT)):
        with listening(post, utf8=utf8) as url, office_of(installation, url) as office:
            office.now = NOW + DAY * len(office.rows)
            office.knows(abroad, BEN)
            office.owe(abroad)
            office.owe(BEN)
            office.work()
            assert sorted(office.states[-2:]) == sorted([state, State.SENT])
    assert len(post.mails) == 3


@ON_SQLITE
def test_a_mail_that_cannot_be_made_holds_up_no_other(
    office: Office, shop: Shop, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """A brand's sender that is none came past the checks: its mail waits, others go."""
    write = office.site.database.write
    tea = write(catalog.add_brand, catalog.NewBrand("tea", "Tea", sender="nonsense"), NOW)
    mail = outbox.Mail(PREFERENCES, office.site.keys(BEN), tea, "en")
    write(outbox.owe, mail, NOW)
    office.owe(ANA)
    office.work()
    assert [mail.to for mail in post.mails] == [[ANA]]
    assert sorted(office.states) == [State.OWED, State.SENT]
    assert "cannot be made" in caplog.text
