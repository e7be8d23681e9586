"""Reports of abuse by mail (R-145, H-48)."""

from __future__ import annotations

from email.encoders import encode_base64
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from app.feedback.arf import complained
from app.links.tokens import Link, Purpose, Tokens
from tests.world import ANA

TOKENS = Tokens([b"a link secret for the tests only"])
LINK = Link(Purpose.TYPE, ANA.key, 7, 812)
TOKEN = TOKENS.mint(LINK)
HEADER = f"<https://mail.example.com/u/{TOKEN}>, <mailto:unsub+{TOKEN}@out.example.com>"


def report(kind: str = "abuse", third: Message | None = None) -> bytes:
    """A report with redacted addresses; `third` is what it says of the mail."""
    made = MIMEMultipart("report", report_type="feedback-report")
    made.attach(MIMEText("This is an abuse report."))
    fields = MIMEBase("message", "feedback-report")
    fields.set_payload(f"Feedback-Type: {kind}\nVersion: 1\nOriginal-Rcpt-To: <redacted>\n")
    made.attach(fields)
    if third is not None:
        made.attach(third)
    return made.as_bytes()


def whole(header: str = HEADER) -> Message:
    """The mail itself."""
    mail = EmailMessage()
    mail["To"], mail["List-Unsubscribe"] = "redacted@example.com", header
    mail.set_content("News")
    return MIMEMessage(mail)


def headers_alone() -> Message:
    """Its headers."""
    return MIMEText(f"To: redacted\nList-Unsubscribe: {HEADER}\n", "rfc822-headers")


def wrapped(kind: str, text: str) -> Message:
    """A part of any kind, in base64."""
    part = MIMEBase(*kind.split("/"))
    part.set_payload(text)
    encode_base64(part)
    return part


@pytest.mark.parametrize(
    "third",
    [
        *(whole(), headers_alone(), whole(HEADER.upper())),
        wrapped("message/rfc822", f"To: redacted\nList-Unsubscribe: {HEADER}\n\nNews\n"),
    ],
)
def test_a_report_of_abuse_is_about_whose_link_the_mail_carried(third: Message) -> None:
    """R-145: however addresses are redacted and lines end."""
    told = report(third=third)
    assert complained(told, TOKENS) == LINK
    assert complained(told.replace(b"\n", b"\r\n"), TOKENS) == LINK


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "other", ""])
def test_what_is_no_complaint_is_passed_over(kind: str) -> None:
    assert complained(report(kind, whole()), TOKENS) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        report(),
        report(third=whole("<https://elsewhere.example/u/x>")),
        report(third=whole(HEADER.replace(TOKEN, "a" * 58))),
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/feedback-report",
        b"Subject: abuse\n\nFeedback-Type: abuse\nList-Unsubscribe: " + HEADER.encode(),
        *(
            report(third=whole()).replace(b"boundary=", b"boundary*=%s''" % encoding)
            for encoding in (b"utf\0", b"undefined", b"idna")
        ),
    ],
)
def test_what_cannot_be_matched_is_nobodys(content: bytes) -> None:
    """H-48: no part 3, no link of ours, no report at all."""
    assert complained(content, TOKENS) is None


def test_a_bomb_of_parts_is_left_alone() -> None:
    """H-48."""
    flat = MIMEMultipart()
    for _ in range(200):
        flat.attach(MIMEText("x"))
    flat.attach(whole())
    assert complained(report(third=flat), TOKENS) is None
    deep = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(5_000)
    )
    assert complained(deep.encode(), TOKENS) is None
    for hidden in ("text/rfc822-headers", "message/rfc822", "message/feedback-report"):
        assert complained(report(third=wrapped(hidden, deep[:120_000])), TOKENS) is None
