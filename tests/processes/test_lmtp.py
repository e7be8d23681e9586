"""Mail that comes back, by LMTP: 250 only when it is on disk (R-31 to R-33, R-145, H-49)."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import pytest

from app.domain.standing import ALL, COMPLAINT, of_brand, of_type
from app.domain.words import Via
from app.links.tokens import Link, Purpose
from tests.feedback import test_arf as abuse
from tests.processes.installation import (
    SAYSO,
    Installation,
    Shop,
    Started,
    free_port,
    taken_port,
    until,
)
from tests.processes.postfix import DOMAIN, running_postfix
from tests.world import ANA, BEN, CLEO, Person

DAN = Person("Dan", "dan@example.com")


@contextmanager
def listening(installation: Installation, port: int) -> Iterator[Started]:
    """`sayso lmtp`, until the test has seen enough."""
    with installation.started(SAYSO, "lmtp", "--port", str(port)) as started:
        until(lambda: b"Link secrets: verifying " in started.err.read_bytes(), "it listens")
        yield started


def mail(subject: str = "", **headers: str) -> EmailMessage:
    """As a mail program makes it, Apple's with an empty subject."""
    made = EmailMessage()
    made["From"], made["Subject"] = "somebody else <else@example.com>", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("Please.")
    return made


def box(shop: Shop, person: Person, purpose: Purpose = Purpose.TYPE) -> str:
    """The mailbox that opts the person out."""
    scopes = {Purpose.TYPE: shop.type_id(), Purpose.ACCOUNT: 0}
    scope = scopes.get(purpose, brand_of(shop))
    token = shop.site.tokens.mint(Link(purpose, shop.site.keys(person.address), scope, 812))
    return f"unsub+{token}@{DOMAIN}"


def brand_of(shop: Shop) -> int:
    """The brand of the type."""
    return shop.catalog.types[shop.type_id()].brand


def test_the_token_in_the_mailbox_acts_and_nothing_else_does(
    installation: Installation, shop: Shop
) -> None:
    """R-31, R-32, R-33, H-49: whoever it is from, shouted, with a big attachment, in one long
    line; each recipient has an answer; what a machine sent is passed over; strangers' mailboxes
    are refused."""
    port = free_port()
    big = mail()
    big.add_attachment(b"x" * 5_000_000, maintype="image", subtype="png")
    with listening(installation, port), smtplib.LMTP("127.0.0.1", port) as client:
        machine = box(shop, CLEO)
        assert client.send_message(mail(Auto_Submitted="auto-replied"), "x@y.z", machine) == {}
        assert client.send_message(mail(), "", machine) == {}
        assert not shop.held(CLEO.address)
        assert client.send_message(big, "x@y.z", box(shop, ANA).upper()) == {}
        both = [box(shop, CLEO, Purpose.ACCOUNT), box(shop, BEN, Purpose.PREFERENCES)]
        refused = client.send_message(mail(), "x@y.z", [*both, "postmaster@example.com"])
        assert refused.keys() == {"postmaster@example.com"}
        assert client.getreply()[0] == 250  # the second recipient's own answer (RFC 2033)
        line = b"Subject: " + b"x" * 5_000 + b"\r\n\r\n" + b"<p>" * 100_000
        assert client.sendmail("x@y.z", box(shop, DAN), line) == {}
        for stranger in ("unsub@x.y", f"unsub+{'a' * 58}@x.y", "unsub+@x.y", "ana@x.y"):
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.send_message(mail(), "x@y.z", stranger)
    stands = shop.held(ANA.address)[of_type(shop.type_id())]
    assert (stands.via, stands.by_contact) == (Via.MAILTO, True)
    assert shop.held(DAN.address).opted_out(of_type(shop.type_id()))
    assert shop.held(CLEO.address).opted_out(ALL)
    assert shop.held(BEN.address).opted_out(of_brand(brand_of(shop)))


def test_a_report_of_abuse_becomes_a_complaint(installation: Installation, shop: Shop) -> None:
    """R-145, H-48: found by our token; what matches nothing is taken and changes nothing."""
    port, ours = free_port(), f"<https://x.y/u/{box(shop, ANA)[6:64]}>"
    with listening(installation, port), smtplib.LMTP("127.0.0.1", port) as client:
        for report in (abuse.report("not-spam", abuse.whole(ours)), abuse.report(), b"nonsense"):
            assert client.sendmail("fbl@x.y", f"complaints@{DOMAIN}", report) == {}
        assert COMPLAINT not in shop.held(ANA.address)
        report = abuse.report(third=abuse.whole(ours))
        assert client.sendmail("fbl@x.y", f"Complaints@{DOMAIN}", report) == {}
        assert COMPLAINT in shop.held(ANA.address)


def test_a_port_that_is_taken_is_told_in_words(installation: Installation, shop: Shop) -> None:
    with taken_port() as port:
        done = installation.run("lmtp", "--port", str(port))
    told = f"No mail can be taken at 127.0.0.1, port {port}: Address already in use"
    assert (done.returncode, told in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


@pytest.mark.long
def test_postfix_keeps_what_we_could_not_store(installation: Installation, shop: Shop) -> None:
    """R-33, H-45: it hands our mailboxes on, refuses others at once, keeps what met nobody or 451,
    and delivers when we are back: nothing is lost by a kill."""
    port = free_port()
    with running_postfix(port) as postfix:
        until(lambda: _answers(postfix.port), "Postfix answers")
        client = smtplib.SMTP("127.0.0.1", postfix.port)
        client.send_message(mail(), "x@y.z", box(shop, ANA))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(mail(), "x@y.z", f"somebody@{DOMAIN}")
        with listening(installation, port) as started:
            until(lambda: shop.is_out(ANA.address), "Ana's is delivered")
            os.kill(started.process.pid, signal.SIGKILL)
        client.send_message(mail(), "x@y.z", box(shop, BEN))
        until(lambda: "Connection refused" in postfix.say("-p"), "Ben's waits in the queue")
        with listening(installation, port):
            until(lambda: shop.is_out(BEN.address), "Ben's is delivered")
            until(lambda: "empty" in postfix.say("-p"), "nothing is left in the queue")
        client.quit()


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
