"""Amazon SES through SNS (R-140, R-141): one notice may be about many recipients."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.feedback import Feedback, Told
from app.domain.words import Instant
from app.feedback.reading import MOST_ANSWER, Unreadable, at_iso, fields, items, parsed, text


class Notice(Mapping[str, str]):
    """An SNS message: its fields of text, as they were signed."""

    def __init__(self, raw: bytes) -> None:
        found = parsed(raw)
        if not isinstance(found, Mapping):
            raise Unreadable("an SNS message is an object")
        self._fields = {name: value for name, value in found.items() if isinstance(value, str)}

    def __getitem__(self, name: str) -> str:
        """A field's text."""
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the fields."""
        return iter(self._fields)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._fields)


def feedback(notice: Notice, now: Instant) -> list[Feedback]:
    """What a notification tells. Bounces that are not permanent are not told on."""
    try:
        event = json.loads(notice.get("Message", ""))
    except (ValueError, RecursionError):
        return []
    kind = text(event, "notificationType") or text(event, "eventType")
    if kind == "Bounce":
        return _bounces(fields(event, "bounce"), now)
    if kind == "Complaint":
        return _complaints(fields(event, "complaint"), now)
    return []


def _bounces(bounce: Mapping[str, Any], now: Instant) -> list[Feedback]:
    if text(bounce, "bounceType") != "Permanent":
        return []
    at, id_ = at_iso(text(bounce, "timestamp"), now), text(bounce, "feedbackId")
    return [
        Feedback(
            Told.BOUNCED,
            address,
            at,
            f"{id_} {address}",
            text(each, "diagnosticCode")[:MOST_ANSWER],
        )
        for each in items(bounce.get("bouncedRecipients"))
        for address in [_mailbox(each)]
    ]


def _complaints(complaint: Mapping[str, Any], now: Instant) -> list[Feedback]:
    if text(complaint, "complaintFeedbackType") == "not-spam":
        return []
    at, id_ = at_iso(text(complaint, "timestamp"), now), text(complaint, "feedbackId")
    return [
        Feedback(Told.COMPLAINED, address, at, f"{id_} {address}")
        for each in items(complaint.get("complainedRecipients"))
        for address in [_mailbox(each)]
    ]


def _mailbox(recipient: Mapping[str, Any]) -> str:
    """Without the name before it, which stands there when nobody but the header To names it."""
    said = text(recipient, "emailAddress")
    return said.rpartition("<")[2].removesuffix(">") if said.endswith(">") else said
