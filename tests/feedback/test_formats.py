"""What each provider's events tell (R-140 to R-144). Samples as the providers document them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.feedback import Told
from app.domain.words import HOUR
from app.feedback import mailgun, postmark, sendgrid, ses
from app.feedback.reading import Unreadable
from tests.world import NOW

AT = NOW - HOUR
ISO = "2026-06-01T11:00:00.000Z"
ADDRESS = "ana@example.com"


def by_ses(event: Any) -> list[Any]:
    """Through an SNS notice."""
    notice = {"Type": "Notification", "Message": json.dumps(event)}
    return list(ses.feedback(ses.Notice(json.dumps(notice).encode()), NOW))


def by_sendgrid(event: Any) -> list[Any]:
    """One of an array."""
    return list(sendgrid.feedback(json.dumps([event]).encode(), NOW))


def by_mailgun(event: Any) -> list[Any]:
    """Beside its signature."""
    body = {"signature": {"token": "once"}, "event-data": event}
    return list(mailgun.feedback(json.dumps(body).encode(), NOW))


def by_postmark(record: Any) -> list[Any]:
    """As it is."""
    return list(postmark.feedback(json.dumps(record).encode(), NOW))


def bounce(kind: str, name: str = "notificationType") -> dict[str, Any]:
    """Of SES, about two mailboxes."""
    people = [{"emailAddress": ADDRESS, "diagnosticCode": "550 gone"}, {"emailAddress": "b@c.d"}]
    told = {"bounceType": kind, "timestamp": ISO, "feedbackId": "1", "bouncedRecipients": people}
    return {name: "Bounce", "bounce": told, "unknown": [1]}


def published(name: str, kind: str, **told: Any) -> dict[str, Any]:
    """A whole event of SES, as its manual shows them: with the mail it is about."""
    headers = [{"name": "From", "value": "Fernway <news@fernway.example>"}]
    mail = {
        "timestamp": "2026-06-01T10:58:00.000Z",
        "source": "Fernway <news@fernway.example>",
        "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/fernway.example",
        "sourceIp": "198.51.100.7",
        "sendingAccountId": "123456789012",
        "messageId": "0102018f-example-000000",
        "destination": [ADDRESS, "ben@example.org"],
        "headersTruncated": False,
        "headers": headers,
        "commonHeaders": {"from": ["Fernway <news@fernway.example>"], "to": [ADDRESS]},
        "tags": {"ses:configuration-set": ["news"], "ses:outgoing-ip": ["198.51.100.8"]},
    }
    told |= {"timestamp": ISO, "feedbackId": "0102018f-example-000001"}
    return {name: kind, kind.lower(): told, "mail": mail}


GONE = {
    "emailAddress": ADDRESS,
    "action": "failed",
    "status": "5.1.1",
    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
}
REPORTED = {
    "complainedRecipients": [{"emailAddress": ADDRESS}],
    "complaintSubType": None,
    "userAgent": "Mailbox feedback loop",
    "complaintFeedbackType": "abuse",
    "arrivalDate": "2026-06-01T10:59:00.000Z",
}


def hard(**recipient: str) -> dict[str, Any]:
    """What SES says of a hard bounce."""
    report = {"reportingMTA": "dns; mta.example.com", "remoteMtaIp": "198.51.100.9"}
    kind = {"bounceType": "Permanent", "bounceSubType": "General"}
    return {**kind, **report, "bouncedRecipients": [recipient]}


def complaint(kind: str) -> dict[str, Any]:
    """Of SES."""
    people = [{"emailAddress": ADDRESS}]
    told = {"complaintFeedbackType": kind, "timestamp": ISO, "complainedRecipients": people}
    return {"eventType": "Complaint", "complaint": told}


def change(reason: str, suppress: object = True) -> dict[str, Any]:
    """Postmark's SubscriptionChange."""
    return {
        "RecordType": "SubscriptionChange",
        "Recipient": ADDRESS,
        "ChangedAt": ISO,
        "SuppressSending": suppress,
        "SuppressionReason": reason,
    }


def event(kind: str, **more: Any) -> dict[str, Any]:
    """Of SendGrid."""
    return {"email": ADDRESS, "event": kind, "timestamp": AT // 1000, "sg_event_id": "x", **more}


def data(kind: str, **more: Any) -> dict[str, Any]:
    """Of Mailgun."""
    return {"recipient": ADDRESS, "event": kind, "timestamp": AT / 1000, **more}


Read = Callable[[Any], list[Any]]
CASES: list[tuple[Read, Any, list[Told]]] = [
    (by_ses, bounce("Permanent"), [Told.BOUNCED, Told.BOUNCED]),
    (by_ses, bounce("Permanent", "eventType"), [Told.BOUNCED, Told.BOUNCED]),
    (by_ses, bounce("Transient"), []),
    (by_ses, published("notificationType", "Bounce", **hard(**GONE)), [Told.BOUNCED]),
    (by_ses, published("eventType", "Bounce", **hard(**GONE)), [Told.BOUNCED]),
    (
        by_ses,
        published("eventType", "Bounce", **hard(emailAddress=f'"Ana" <{ADDRESS}>')),
        [Told.BOUNCED],
    ),
    (by_ses, published("notificationType", "Complaint", **REPORTED), [Told.COMPLAINED]),
    (by_ses, published("eventType", "Complaint", **REPORTED), [Told.COMPLAINED]),
    (by_ses, published("eventType", "DeliveryDelay", delayType="MailboxFull"), []),
    (by_ses, published("eventType", "Send"), []),
    (by_ses, bounce("Undetermined"), []),
    (by_ses, complaint("abuse"), [Told.COMPLAINED]),
    (by_ses, complaint("not-spam"), []),
    (by_ses, {"notificationType": "Delivery"}, []),
    (by_ses, ["nonsense"], []),
    (by_sendgrid, event("bounce", type="bounce"), [Told.BOUNCED]),
    (by_sendgrid, event("bounce", type="blocked"), []),
    (by_sendgrid, event("spamreport"), [Told.COMPLAINED]),
    (by_sendgrid, event("unsubscribe"), [Told.OPTED_OUT]),
    (by_sendgrid, event("group_unsubscribe"), [Told.OPTED_OUT]),
    (by_sendgrid, event("group_resubscribe"), []),
    (by_sendgrid, event("delivered"), []),
    (by_sendgrid, "nonsense", []),
    (by_mailgun, data("failed", severity="permanent"), [Told.BOUNCED]),
    (by_mailgun, data("failed", severity="temporary"), []),
    (by_mailgun, data("complained"), [Told.COMPLAINED]),
    (by_mailgun, data("unsubscribed"), [Told.OPTED_OUT]),
    (by_mailgun, data("opened"), []),
    (by_mailgun, None, []),
    (
        by_postmark,
        {"RecordType": "Bounce", "Type": "HardBounce", "Email": ADDRESS, "BouncedAt": ISO},
        [Told.BOUNCED],
    ),
    (by_postmark, {"RecordType": "Bounce", "Type": "SoftBounce", "Email": ADDRESS}, []),
    (
        by_postmark,
        {"RecordType": "SpamComplaint", "Email": ADDRESS, "BouncedAt": ISO},
        [Told.COMPLAINED],
    ),
    (by_postmark, change("ManualSuppression"), [Told.OPTED_OUT]),
    (by_postmark, change("HardBounce"), [Told.BOUNCED]),
    (by_postmark, change("", suppress=False), []),
    (by_postmark, change("ManualSuppression", suppress="yes"), []),
    (by_postmark, {"RecordType": "Open"}, []),
]


@pytest.mark.parametrize(("read", "said", "told"), CASES)
def test_an_event_tells_what_the_table_says(read: Read, said: Any, told: list[Told]) -> None:
    """R-141 to R-144: a reactivation, a full mailbox and what nobody knows tell nothing."""
    found = read(said)
    assert [each.told for each in found] == told
    if found:
        assert (found[0].address, found[0].at) == (ADDRESS, AT)


def test_an_event_from_a_time_to_come_is_of_now() -> None:
    """H-45: a clock that is wrong somewhere gives nobody's complaint a lead."""
    (found,) = by_sendgrid(event("spamreport") | {"timestamp": NOW})
    assert found.at == NOW
    for odd in ("soon", None, "NaN", 1e300):
        (found,) = by_sendgrid(event("spamreport") | {"timestamp": odd})
        assert found.at == NOW


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_said_so(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        sendgrid.feedback(raw, NOW)
