"""Mailgun's webhooks (R-143): one event, signed inside its body."""

from __future__ import annotations

import hmac
from hashlib import sha256

from app.domain.feedback import Feedback, Told
from app.domain.words import DAY, Instant
from app.feedback.reading import MOST_ANSWER, at_seconds, fields, lately, parsed, text

LATEST = DAY
"""How old a signature may be: Mailgun tries again for eight hours. A token counts once anyway."""
EVENTS = {
    "failed": Told.BOUNCED,
    "complained": Told.COMPLAINED,
    "unsubscribed": Told.OPTED_OUT,
}


def authentic(raw: bytes, key: str, now: Instant) -> bool:
    """Whether the body carries HMAC-SHA-256(key, timestamp ‖ token) of not too long ago."""
    signature = fields(parsed(raw), "signature")
    timestamp, token = text(signature, "timestamp"), text(signature, "token")
    made = hmac.new(key.encode(), f"{timestamp}{token}".encode(), sha256).hexdigest()
    given = text(signature, "signature").encode()
    return lately(timestamp, now, LATEST) and hmac.compare_digest(made.encode(), given)


def feedback(raw: bytes, now: Instant) -> list[Feedback]:
    """What the event tells. A failure that is not permanent is not told on."""
    body = parsed(raw)
    event = fields(body, "event-data")
    told = EVENTS.get(text(event, "event"))
    if told is None or (told is Told.BOUNCED and text(event, "severity") != "permanent"):
        return []
    answer = text(fields(event, "delivery-status"), "message")
    return [
        Feedback(
            told,
            text(event, "recipient"),
            at_seconds(event.get("timestamp"), now),
            text(fields(body, "signature"), "token"),
            answer[:MOST_ANSWER],
        )
    ]
