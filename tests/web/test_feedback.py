"""Providers' calls: heard where their signature is right, else nothing is stored (R-147, H-47)."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from flask import Flask
from werkzeug.test import TestResponse

from app.config import Settings
from app.domain.standing import BOUNCE, COMPLAINT
from app.domain.words import DAY
from app.feedback.signatures import SIGNED, of_certificate
from app.store.doors import Database
from app.web.feedback import providers
from tests.web.houses import Clock, everything, known, running, settings_for
from tests.web.test_failures import without
from tests.world import ANA, NOW, World

TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERT_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_PUBLIC = base64.b64encode(
    EC_KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()
POSTMARK = {"Authorization": "Basic " + base64.b64encode(b"postmark:secret").decode()}


@pytest.fixture
def settings(database_url: str, tmp_path: Any) -> Settings:
    """An installation that every provider may call."""
    return replace(
        settings_for(database_url, tmp_path),
        ses_topics=(TOPIC,),
        sendgrid_public_key=EC_PUBLIC,
        mailgun_signing_key="key-of-mailgun",
        postmark_credentials="postmark:secret",
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs that were fetched: of SNS, which holds the certificate of RSA_KEY."""
    urls: list[str] = []

    def fetch(url: str) -> bytes:
        urls.append(url)
        return certificate()

    monkeypatch.setattr(providers, "fetched", fetch)
    monkeypatch.setattr(providers, "CERTIFICATES", {})
    return urls


def certificate() -> bytes:
    """Signed by itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, RSA_KEY.public_key(), 1, now, now + timedelta(1))
    return made.sign(RSA_KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def by_sendgrid(app: Flask, raw: bytes, at: int = NOW // 1000, **headers: Any) -> TestResponse:
    """Signed as SendGrid does."""
    signature = EC_KEY.sign(f"{at}".encode() + raw, ec.ECDSA(hashes.SHA256()))
    signed = {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": f"{at}",
    }
    return app.test_client().post("/feedback/sendgrid", data=raw, headers=signed | headers)


def by_mailgun(app: Flask, event: Any, at: int = NOW // 1000, key: str = "key-of-mailgun") -> Any:
    """Signed as Mailgun does."""
    made = hmac.new(key.encode(), f"{at}once".encode(), sha256).hexdigest()
    signature = {"timestamp": f"{at}", "token": "once", "signature": made}
    body = {"signature": signature, "event-data": event}
    return app.test_client().post("/feedback/mailgun", json=body)


def by_ses(
    app: Flask, version: str = "2", network: str = "192.0.2.1", **fields: str
) -> TestResponse:
    """Signed as SNS does."""
    notice = {
        "Type": "Notification",
        "MessageId": "1",
        "Timestamp": "2026-06-01T11:00:00.000Z",
        "TopicArn": TOPIC,
        "SigningCertURL": CERT_URL,
        "SignatureVersion": version,
        "Message": "",
        **fields,
    }
    names = SIGNED.get(notice["Type"], ())
    signed = "".join(f"{name}\n{notice[name]}\n" for name in names if name in notice)
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = RSA_KEY.sign(signed.encode(), padding.PKCS1v15(), digest)
    body = {**notice, "Signature": base64.b64encode(signature).decode()}
    body |= {"Message": fields["tampered"]} if "tampered" in fields else {}
    return app.test_client().post(
        "/feedback/ses",
        data=json.dumps(body),
        content_type="text/plain",
        environ_overrides={"REMOTE_ADDR": network},
    )


BOUNCED = json.dumps(
    {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "feedbackId": "1",
            "bouncedRecipients": [{"emailAddress": f"{n}@example.com"} for n in range(500)]
            + [{"emailAddress": ANA.address}, {"emailAddress": "no address"}],
        },
    }
)
SPAM = {"email": ANA.address, "event": "spamreport", "timestamp": NOW // 1000, "sg_event_id": "1"}


@pytest.mark.parametrize("version", ["1", "2"])
def test_ses_is_heard_through_sns(
    app: Flask, database: Database, asked: list[str], version: str
) -> None:
    """R-140, R-141, H-47: both signatures, text/plain, 500 recipients, one certificate."""
    assert by_ses(app, version, Message=BOUNCED).text == "501 of 502 are new.\n"
    assert by_ses(app, version, Message=BOUNCED).text == "0 of 502 are new.\n"
    assert BOUNCE in known(database, ANA).held
    assert asked == [CERT_URL]


def test_a_subscription_is_confirmed_at_sns_alone(app: Flask, asked: list[str]) -> None:
    """R-140, H-47: after the signature, and never at another host."""
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
    fields = {"Type": "SubscriptionConfirmation", "Token": "x"}
    assert by_ses(app, SubscribeURL=url, **fields).status_code == 200
    assert asked == [CERT_URL, url]
    for elsewhere in ("http://169.254.169.254/latest", "https://sns.evil.example/", ""):
        assert by_ses(app, SubscribeURL=elsewhere, **fields).status_code == 403
    assert asked == [CERT_URL, url]


def test_a_topic_that_takes_its_leave_is_heard(
    app: Flask, database: Database, asked: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """R-140, R-147: signed like the rest; somebody has to know, and nothing is asked of SNS."""
    before = everything(database)
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
    leave = {"Type": "UnsubscribeConfirmation", "Token": "x", "SubscribeURL": url}
    assert by_ses(app, **leave).status_code == 200
    assert f"{TOPIC} tells no longer" in caplog.text
    assert by_ses(app, **leave, tampered="x").status_code == 403
    assert (asked, everything(database)) == ([CERT_URL], before)


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.us-east-1.amazonaws.com.evil.tld/x.pem",
        "https://evil.tld/sns.us-east-1.amazonaws.com",
        "http://sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.us-east-1.amazonaws.com@evil.tld/x.pem",
        "https://sns.us-east-1.amazonaws.com:8443/x.pem",
        "https://sns.us-east-1.amazonaws.com/?Action=GetTopicAttributes&X-Amz-Signature=0",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem?Action=ListTopics",
        "https://sns.us-east-1.amazonaws.com/x/../SimpleNotificationService-1.pem",
        "https://sns.us-east-1.amazonaws.com",
        "https://169.254.169.254/x.pem",
        "https://[::1",
        "",
    ],
)
def test_a_certificate_from_elsewhere_is_not_fetched(
    app: Flask, database: Database, asked: list[str], url: str
) -> None:
    """H-47: from no other host, and of SNS nothing else: its API answers what callers wrote."""
    assert not of_certificate(url)
    before = everything(database)
    assert by_ses(app, Message=BOUNCED, SigningCertURL=url).status_code == 403
    assert (asked, everything(database)) == ([], before)


def test_one_network_has_few_certificates_fetched(
    app: Flask, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-147: each that is not there may hold up a thread for seconds. Nobody else is refused, nor
    is a certificate that is kept; who is refused is to come again."""
    assert by_ses(app).status_code == 200
    urls = [CERT_URL.replace("1.pem", f"{n}.pem") for n in range(2, 2 + providers.FETCHES.amount)]

    def not_there(url: str) -> bytes:
        asked.append(url)
        raise ConnectionError("answered 403")

    with monkeypatch.context() as gone:
        gone.setattr(providers, "fetched", not_there)
        for url in urls:
            assert by_ses(app, SigningCertURL=url).status_code == 503
    assert asked == [CERT_URL, *urls[:-1]]
    assert by_ses(app).status_code == 200
    assert by_ses(app, SigningCertURL=urls[0]).status_code == 503
    assert by_ses(app, SigningCertURL=urls[0], network="198.51.100.7").status_code == 200


def test_what_nobody_signed_stores_nothing(
    app: Flask, database: Database, asked: list[str], world: World
) -> None:
    """R-147, H-47: changed, of another key, of another topic, stale, or not signed at all."""
    before = everything(database)
    raw, client = json.dumps([SPAM]).encode(), app.test_client()
    stale = NOW // 1000 - 3600
    wrong = {"X-Twilio-Email-Event-Webhook-Signature": "AAAA"}
    refused = [
        by_ses(app, Message=BOUNCED, tampered=BOUNCED + " "),
        by_ses(app, Message=BOUNCED, TopicArn=TOPIC + "x"),
        by_ses(app, Message=BOUNCED, Type="Other"),
        by_sendgrid(app, raw, stale),
        by_sendgrid(app, raw, NOW // 1000, **wrong),
        client.post("/feedback/sendgrid", data=raw),
        by_mailgun(app, SPAM, key="another"),
        by_mailgun(app, SPAM, at=NOW // 1000 - 3 * 86_400),
        client.post("/feedback/mailgun", json={"signature": {"timestamp": [], "token": 1}}),
        client.post("/feedback/postmark", json={}),
        client.post("/feedback/postmark", json={}, headers={"Authorization": "Basic \u00e9"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert client.post("/feedback/ses", data=b"{").status_code == 400
    assert everything(database) == before


Call = Callable[[Flask], TestResponse]
SES_SPAM = json.dumps(
    {
        "eventType": "Complaint",
        "complaint": {
            "feedbackId": "1",
            "complaintFeedbackType": "abuse",
            "complainedRecipients": [{"emailAddress": ANA.address}],
        },
    }
)
HEARD: dict[str, Call] = {
    "ses": lambda app: by_ses(app, Message=SES_SPAM),
    "sendgrid": lambda app: by_sendgrid(app, json.dumps([SPAM] * 3).encode()),
    "mailgun": lambda app: by_mailgun(app, {"event": "complained", "recipient": ANA.address}),
    "postmark": lambda app: app.test_client().post(
        "/feedback/postmark",
        json={"RecordType": "SpamComplaint", "Email": ANA.address, "ID": 7, "BouncedAt": "x"},
        headers=POSTMARK,
    ),
}


@pytest.mark.parametrize("provider", HEARD)
@pytest.mark.usefixtures("asked")
def test_a_complaint_is_heard_once(app: Flask, database: Database, provider: str) -> None:
    """R-140, R-142 to R-144, R-146: the same event again changes nothing."""
    assert HEARD[provider](app).text.startswith("1 of ")
    assert COMPLAINT in known(database, ANA).held
    before = everything(database)
    assert HEARD[provider](app).text.startswith("0 of ")
    assert everything(database) == before


@pytest.mark.usefixtures("asked")
def test_what_cannot_be_stored_is_to_come_again(settings: Settings) -> None:
    """H-45, H-47: 503, at which each of them tries again."""
    nowhere = replace(settings, database_url="sqlite:////nowhere/sayso.db")
    with running(nowhere, Clock()) as app:
        assert {name: call(app).status_code for name, call in HEARD.items()} == dict.fromkeys(
            HEARD, 503
        )


def test_ses_loses_nothing_while_something_is_away(
    app: Flask, database: Database, asked: list[str], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """H-45: SNS itself, a part of the database; come again five years later, it counts once."""
    before = everything(database)
    with monkeypatch.context() as away:
        away.setattr(providers, "fetched", refusing)
        assert by_ses(app, Message=BOUNCED).status_code == 503
    with without(database, "event"):
        assert by_ses(app, Message=BOUNCED).status_code in (500, 503)
    assert everything(database) == before
    clock.pass_(5 * 365 * DAY)
    assert by_ses(app, Message=BOUNCED).text == "501 of 502 are new.\n"
    assert by_ses(app, Message=BOUNCED).text == "0 of 502 are new.\n"
    assert asked == [CERT_URL]


def refusing(url: str) -> bytes:
    """Nobody answers there."""
    raise ConnectionRefusedError(url)


def test_a_huge_body_is_refused(app: Flask) -> None:
    """R-147."""
    answer = app.test_client().post("/feedback/postmark", data=b"x" * 5_000_000, headers=POSTMARK)
    assert answer.status_code == 413


def test_a_provider_that_is_not_set_up_is_nowhere(database_url: str, tmp_path: Any) -> None:
    with running(settings_for(database_url, tmp_path), Clock()) as app:
        for provider in ("ses", "sendgrid", "mailgun", "postmark"):
            assert app.test_client().post(f"/feedback/{provider}", data=b"{}").status_code == 404
