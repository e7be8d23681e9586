"""SendGrid's event webhook (R-142): an array of events."""

from __future__ import annotations

from app.domain.feedback import Feedback, Told
from app.domain.words import Instant
from app.feedback.reading import MOST_ANSWER, at_seconds, items, parsed, text

EVENTS = {
    "bounce": Told.BOUNCED,
    "spamreport": Told.COMPLAINED,
    "unsubscribe": Told.OPTED_OUT,
    "group_unsubscribe": Told.OPTED_OUT,
}
"""group_resubscribe is not among them: a provider's "reactivate" never resubscribes (R-144)."""


def feedback(raw: bytes, now: Instant) -> list[Feedback]:
    """What the events tell. A `blocked` bounce is one message's, not the mailbox's."""
    return [
        Feedback(
            EVENTS[text(each, "event")],
            text(each, "email"),
            at_seconds(each.get("timestamp"), now),
            text(each, "sg_event_id"),
            text(each, "reason")[:MOST_ANSWER],
        )
        for each in items(parsed(raw))
        if text(each, "event") in EVENTS and text(each, "type") != "blocked"
    ]
