"""Postmark's webhooks (R-144): no signature, so HTTP Basic says who calls."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from typing import Any

from app.domain.feedback import Feedback, Told
from app.domain.words import Instant
from app.feedback.reading import MOST_ANSWER, at_iso, fields, parsed, storable, text

PERMANENT = ("HardBounce", "BadEmailAddress")
SUPPRESSED = {
    "HardBounce": Told.BOUNCED,
    "SpamComplaint": Told.COMPLAINED,
    "ManualSuppression": Told.OPTED_OUT,
}


def authentic(authorization: str, credentials: str) -> bool:
    """Whether the header names these `user:password`."""
    made = b"Basic " + base64.b64encode(credentials.encode())
    return hmac.compare_digest(made, authorization.encode())


def feedback(raw: bytes, now: Instant) -> list[Feedback]:
    """What the record tells. SuppressSending false, a reactivation, tells nothing."""
    record = fields(parsed(raw))
    told = _told(record)
    if told is None:
        return []
    when = text(record, "BouncedAt") or text(record, "ChangedAt")
    address = text(record, "Email") or text(record, "Recipient")
    number = storable(str(record.get("ID") or text(record, "MessageID")))
    id_ = f"{number} {told.name} {when} {address}"
    answer = text(record, "Details") or text(record, "Description")
    return [Feedback(told, address, at_iso(when, now), id_, answer[:MOST_ANSWER])]


def _told(record: Mapping[str, Any]) -> Told | None:
    kind = text(record, "RecordType")
    if kind == "Bounce" and text(record, "Type") in PERMANENT:
        return Told.BOUNCED
    if kind == "SpamComplaint":
        return Told.COMPLAINED
    if kind == "SubscriptionChange" and record.get("SuppressSending") is True:
        return SUPPRESSED.get(text(record, "SuppressionReason"))
    return None
