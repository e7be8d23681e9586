"""What must hold for whatever is sent to each reader of what strangers write.

Each attack takes any bytes and fails where a promise is broken: an exception that is not the one
documented, a message that may quote what was read, a link that nobody minted, a value that cannot
be stored. Beside it stand samples that come as far as real ones do.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Sequence
from email.message import Message
from typing import NamedTuple

from app.domain.address import MOST_OCTETS, MalformedAddress, address_key, masked, matching_form
from app.domain.feedback import Feedback
from app.domain.importing.guessing import guessed
from app.domain.importing.orders import Order, What
from app.domain.importing.packing import pack, pack_broken, unpack, unpack_broken
from app.domain.importing.reading import ContactRows, OptOutRows
from app.domain.importing.wishes import Broken
from app.domain.mailbox import sendable
from app.feedback import mailgun, postmark, sendgrid, ses, signatures
from app.feedback.arf import complained
from app.feedback.reading import MOST_ANSWER, Unreadable
from app.files import shapes
from app.files.rows import Row, first_rows, rows
from app.files.shapes import HEAD_BYTES, MOST_COLUMNS, Fault, Shape, recognise
from app.links.timed import Confirmations, Request
from app.links.tokens import UnreadableLink
from tests.domain.test_suppression_exports import EXPORTS
from tests.feedback import test_arf, test_formats
from tests.world import ADDRESS_SECRET, ANA, NOW, WORLD

TOKENS = test_arf.TOKENS
TOKEN, LINK = test_arf.TOKEN, test_arf.LINK
SECRET = b"a link secret for the tests only"
CONFIRMATIONS = Confirmations([SECRET])
REQUEST = Request(ANA.key, 3, 9)
WHY_NO_LINK = {"shape", "spare bits", "version", "purpose", "signature", "expired"}
WHY_NO_ADDRESS = {
    "the domain is empty",
    f"longer than {MOST_OCTETS} octets",
    "white space or a control character inside",
    "not of the form name@domain",
    "not Unicode text",
}
"""Every message there is: constants, so that none can quote an address or a token."""


class Attack(NamedTuple):
    """A reader as any bytes meet it, samples to begin with, inputs that once broke it, and how long
    the longest are."""

    on: Callable[[bytes], object]
    samples: Sequence[bytes]
    found: Sequence[bytes] = ()
    largest: int = 64 * 1024


def loosely(data: bytes) -> str:
    """Any text, lone surrogates and all."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def on_token(data: bytes) -> None:
    """A link is one that was minted, however it came; else a reason that says nothing of it."""
    try:
        assert TOKENS.read(loosely(data)) == LINK
    except UnreadableLink as refused:
        assert refused.reason in WHY_NO_LINK
        assert str(refused) == f"unreadable link: {refused.reason}"


def on_timed_link(data: bytes) -> None:
    """The same for links that end."""
    try:
        assert CONFIRMATIONS.read(loosely(data)) == REQUEST
    except UnreadableLink as refused:
        assert refused.reason in WHY_NO_LINK


def on_address(data: bytes) -> None:
    """A form that can be stored and found again, or a reason that says nothing of the text."""
    text = loosely(data)
    assert masked(text).isprintable()
    sends = sendable(text)
    try:
        form = matching_form(text)
    except MalformedAddress as refused:
        assert str(refused) in WHY_NO_ADDRESS
        assert not sends, "a contact's address must have a key"
        return
    local, _, domain = form.rpartition("@")
    assert local
    assert domain
    assert len(address_key(ADDRESS_SECRET, text)) == 16
    assert form.isprintable() or not form.isascii()
    assert matching_form(f"\ufeff {text}\u200b\n") == form


def on_list(data: bytes) -> None:
    """A list of contacts or opt-outs: rows that were read whole, or a fault with its line."""
    head = data[:HEAD_BYTES]
    try:
        shape = recognise(head)
        sample = [row.cells for row in first_rows(head, shape, 5)]
        for what in What:
            _read(data, shape, what, sample)
    except shapes.Unreadable as refused:
        assert refused.fault in Fault
        assert 1 <= refused.line <= data.count(b"\n") + data.count(b"\r") + 2


def _read(data: bytes, shape: Shape, what: What, sample: Sequence[Sequence[str]]) -> None:
    columns = len(shape.headings)
    new = Order(what, len(data), shape.encoding, shape.delimiter, shape.headed, columns)
    order = guessed(new, shape.headings, sample, WORLD.catalog, [("shop", "Shop")])
    assert Order.from_json(json.loads(json.dumps(order.as_json()))) == order
    if order.address is None:
        return
    by_contacts = ContactRows(order.targets)
    reader = by_contacts
    if what is What.OPT_OUTS:
        reader = OptOutRows(shape.headings, order.address, order.export)  # type: ignore[assignment]
    line = 0
    for row in rows(io.BytesIO(data), shape):
        assert line < row.line
        assert len(row.cells) <= MOST_COLUMNS
        line = row.line
        _wish(reader, row)


def _wish(reader: ContactRows | OptOutRows, row: Row) -> None:
    try:
        wish = reader.read(row.cells)
    except Broken as broken:
        assert str(broken) == broken.problem.name
        assert unpack_broken(pack_broken(broken))[0] is broken.problem
        return
    assert unpack(pack(wish)).address == wish.address
    pack(wish).encode()
    assert len(address_key(ADDRESS_SECRET, wish.address)) == 16
    for at in wish.suppressed.since.values() if wish.suppressed else ():
        if at is not None:
            _storable_time(at)


def _storable_time(at: int) -> None:
    """A moment that databases keep and that can be said in words."""
    assert 0 <= at < 253_402_300_800_000


def on_report(data: bytes) -> None:
    """A report of abuse is about a link that was minted, or about nobody."""
    assert complained(data, TOKENS) in (None, LINK)


def feedback_from(read: Callable[[bytes], Sequence[Feedback]]) -> Callable[[bytes], None]:
    """The events of a provider's call, each of which can be stored; or Unreadable."""

    def on_call(data: bytes) -> None:
        try:
            told = read(data)
        except Unreadable as refused:
            assert str(refused) in ("the body is no JSON", "an SNS message is an object")
            return
        for each in told:
            assert 0 <= each.at <= NOW
            assert len(each.answer) <= MOST_ANSWER
            for text in (each.id, each.answer):
                assert "\0" not in text
                text.encode()

    return on_call


def on_mailgun_signature(data: bytes) -> None:
    """Nothing that nobody signed is authentic."""
    with contextlib.suppress(Unreadable):
        assert not mailgun.authentic(data, "a key of Mailgun's", NOW)


def on_sendgrid_signature(data: bytes) -> None:
    """The same, with any two headers."""
    time, _, signature = data.decode("latin-1").partition(" ")
    headers = {
        "X-Twilio-Email-Event-Webhook-Timestamp": time,
        "X-Twilio-Email-Event-Webhook-Signature": signature,
    }
    assert not signatures.sendgrid_authentic(b"[]", headers, PUBLIC_KEY, NOW)


def on_sns_signature(data: bytes) -> None:
    """The same; nothing is fetched but from SNS, and not all of it kept."""

    def fetch(url: str) -> bytes:
        assert signatures.of_sns(url)
        assert " " not in url
        return b"no certificate"

    with contextlib.suppress(Unreadable):
        assert not signatures.sns_authentic(ses.Notice(data), fetch, KEPT)
    assert len(KEPT) <= signatures.MOST_KEPT


KEPT: dict[str, bytes] = {}
PUBLIC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+"
    "2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
)
NOTICE = {
    "Type": "Notification",
    "MessageId": "1",
    "TopicArn": "arn:aws:sns:eu-west-1:123456789012:bounces",
    "Message": json.dumps(test_formats.bounce("Permanent")),
    "Timestamp": test_formats.ISO,
    "SignatureVersion": "2",
    "Signature": "EXAMPLE=",
    "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
}
CONTACTS = "email;naam;novels;legal basis;taal;x\r\nzoe@example.nl;Zoë Çelik;ja;consent;nl;1\r\n"
SECOND_ROW = '"a@b.example";"two\nlines";no;;;\n'


def _json(*found: object) -> list[bytes]:
    return [json.dumps(each).encode() for each in found]


def _mails(*thirds: Message | None) -> list[bytes]:
    return [test_arf.report(third=third) for third in thirds]


SENDGRID = _json([test_formats.event("bounce", type="bounce"), test_formats.event("spamreport")])
MAILGUN = _json(
    {
        "signature": {"timestamp": f"{NOW // 1000}", "token": "once", "signature": "0" * 64},
        "event-data": test_formats.data("failed", severity="permanent"),
    }
)
POSTMARK = _json(
    {"RecordType": "SpamComplaint", "Email": ANA.address, "ID": 7, "BouncedAt": test_formats.ISO},
    test_formats.change("ManualSuppression"),
)
SES = _json(NOTICE, {**NOTICE, "Message": json.dumps(test_formats.complaint("abuse"))})
REPORTS = _mails(test_arf.whole(), test_arf.headers_alone(), None)
LISTS = [
    *((CONTACTS + SECOND_ROW).encode(code) for code in ("utf-8", "utf-16", "cp1252")),
    *(f"{head}\n{next(iter(found))}\n".encode() for head, found in EXPORTS.values()),
    b"ana@example.com\nben@example.org,COMPLAINT\n",
]
SHORT = 4 * 1024
TOO_LATE = _json({"timestamp": "1" * 5_000}, {"timestamp": "1", "token": "\ud800"})
ATTACKS: dict[str, Attack] = {
    "token": Attack(
        on_token,
        [TOKEN.encode(), f"3D{TOKEN}.".encode(), f"%3D{TOKEN}=\r\n".encode()],
        largest=SHORT,
    ),
    "timed-link": Attack(on_timed_link, [CONFIRMATIONS.mint(REQUEST).encode()], largest=SHORT),
    "address": Attack(
        on_address,
        [
            b"ana@example.com",
            *map(str.encode, ("A@BÜCHER.example.", "用户@例子。测试", '"a b"@c.d')),
        ],
        largest=SHORT,
    ),
    "list": Attack(on_list, LISTS, [b"email,created\na@example.com,0001-01-01\n"]),
    "report-of-abuse": Attack(
        on_report, REPORTS, [b'Content-Type: multipart/report; x="' + b";" * 64 * 1024]
    ),
    "sendgrid": Attack(
        feedback_from(lambda raw: sendgrid.feedback(raw, NOW)),
        SENDGRID,
        _json([test_formats.event("bounce", reason="\0\ud800") | {"timestamp": -1e300}]),
    ),
    "mailgun": Attack(feedback_from(lambda raw: mailgun.feedback(raw, NOW)), MAILGUN),
    "postmark": Attack(
        feedback_from(lambda raw: postmark.feedback(raw, NOW)),
        POSTMARK,
        _json(test_formats.change("HardBounce") | {"ID": "\ud800", "ChangedAt": "0001-01-01"}),
    ),
    "ses": Attack(feedback_from(lambda raw: ses.feedback(ses.Notice(raw), NOW)), SES),
    "signature-of-sendgrid": Attack(
        on_sendgrid_signature, [f"{NOW // 1000} MEUCIQ==".encode()], [b"1" * 5_000]
    ),
    "signature-of-mailgun": Attack(
        on_mailgun_signature, MAILGUN, [b'{"signature": %s}' % each for each in TOO_LATE]
    ),
    "signature-of-sns": Attack(
        on_sns_signature, SES, _json(NOTICE | {"SigningCertURL": f"{NOTICE['SigningCertURL']} x"})
    ),
}
"""By what is attacked."""
