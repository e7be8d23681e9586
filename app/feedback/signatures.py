"""Signatures that need public keys: SNS (R-140) and SendGrid (R-142). Raw bytes, before parsing."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from app.domain.words import MINUTE, Instant
from app.feedback.reading import lately

Fetch = Callable[[str], bytes]
"""Gets what lies at an https URL, following no redirect. Raises OSError."""

SNS_HOST: Final = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?")
CERTIFICATE: Final = re.compile(r"SimpleNotificationService-[0-9A-Za-z]+\.pem")
"""Nothing else of that host: its API answers there too, with what its caller wrote."""
_OF_A_SUBSCRIPTION: Final = (
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)
SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": _OF_A_SUBSCRIPTION,
    "UnsubscribeConfirmation": _OF_A_SUBSCRIPTION,
}
_PLAIN = re.compile("[!-~]+").fullmatch
DIGESTS: Final = {"1": hashes.SHA1, "2": hashes.SHA256}
LATEST: Final = 10 * MINUTE
MOST_KEPT: Final = 16
"""Certificates in memory: anybody may name one more that SNS has."""


def of_sns(url: str) -> bool:
    """Whether the URL is of an SNS host, by https and without more in its authority."""
    try:
        parts = urlsplit(url)
        return bool(
            _PLAIN(url)
            and parts.scheme == "https"
            and parts.netloc == parts.hostname
            and SNS_HOST.fullmatch(parts.hostname or "")
        )
    except ValueError:
        return False


def of_certificate(url: str) -> bool:
    """Whether a certificate of SNS lies there."""
    name = url.removeprefix("https://").partition("/")[2]
    return of_sns(url) and bool(CERTIFICATE.fullmatch(name))


def sns_authentic(notice: Mapping[str, str], fetch: Fetch, kept: dict[str, bytes]) -> bool:
    """Whether SNS signed it. `kept`: certificates by URL, fetched when they are first needed.

    Raises OSError where the certificate cannot be had now.
    """
    names = SIGNED.get(notice.get("Type", ""))
    digest = DIGESTS.get(notice.get("SignatureVersion", ""))
    url = notice.get("SigningCertURL", "")
    if names is None or digest is None or not of_certificate(url):
        return False
    if url not in kept:
        certificate = fetch(url)
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[url] = certificate
    signed = "".join(f"{name}\n{notice[name]}\n" for name in names if name in notice)
    try:
        key = x509.load_pem_x509_certificate(kept[url]).public_key()
        signature = base64.b64decode(notice.get("Signature", ""), validate=True)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(signature, signed.encode(), padding.PKCS1v15(), digest())
    except (ValueError, InvalidSignature):
        return False
    return True


def sendgrid_authentic(raw: bytes, headers: Mapping[str, str], key: str, now: Instant) -> bool:
    """Whether SendGrid signed timestamp ‖ raw body with the key (base64 of DER), and lately."""
    timestamp = headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
    given = headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
    if not lately(timestamp, now, LATEST):
        return False
    try:
        public = serialization.load_der_public_key(base64.b64decode(key))
        if not isinstance(public, ec.EllipticCurvePublicKey):
            return False
        signature = base64.b64decode(given, validate=True)
        public.verify(signature, timestamp.encode() + raw, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True
