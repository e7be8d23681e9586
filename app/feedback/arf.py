"""Abuse reports by mail (RFC 5965, R-145): the recipient is found by our token, never by an
address, which may be redacted and which anybody could write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

from app.feedback.bounded import BOUNDED
from app.links.tokens import Link, Tokens, UnreadableLink

ABUSE = ("abuse", "fraud")
"""not-spam and auth-failure are not the person's complaint."""
MOST_PARTS = 50
LARGEST = 256 * 1024
"""How much of a report is looked at: what counts stands at its beginning."""
TOKEN = re.compile(r"(?:/u/|/p/|unsub\+)([A-Za-z2-7]{58})", re.IGNORECASE)


def complained(content: bytes, tokens: Tokens) -> Link | None:
    """The link of the mail that a report of abuse is about, or None where it is no such report or
    none of our links can be read in it."""
    try:
        report = message_from_bytes(content[:LARGEST], policy=BOUNDED)
    except RecursionError:
        return None
    parts = list(_parts(report))
    kinds = [_feedback_type(p) for p in parts if p.get_content_type() == "message/feedback-report"]
    if report.get_content_type() != "multipart/report" or not set(kinds) & set(ABUSE):
        return None
    for part in parts:
        if link := _link(_unsubscribe_field(part), tokens):
            return link
    return None


def _parts(message: Message) -> Iterator[Message]:
    """The parts, outermost first; a bomb of parts ends early."""
    for count, part in enumerate(message.walk()):
        if count == MOST_PARTS:
            return
        yield part


def _feedback_type(part: Message) -> str:
    """The fields of a report are the headers of the message inside the part, or its text."""
    inside = part.get_payload()
    if isinstance(inside, list) and inside and isinstance(inside[0], Message):
        return str(inside[0].get("Feedback-Type", "")).strip().lower()
    fields = message_from_bytes(str(inside).encode(errors="replace"), policy=BOUNDED)
    return str(fields.get("Feedback-Type", "")).strip().lower()


def _unsubscribe_field(part: Message) -> str:
    """List-Unsubscribe of the mail itself, or of its headers alone (text/rfc822-headers)."""
    if found := part.get("List-Unsubscribe"):
        return str(found)
    if part.get_content_type() == "text/rfc822-headers":
        raw = part.get_payload(decode=True)
        headers = message_from_bytes(raw if isinstance(raw, bytes) else b"", policy=BOUNDED)
        return str(headers.get("List-Unsubscribe", ""))
    return ""


def _link(field: str, tokens: Tokens) -> Link | None:
    for found in TOKEN.finditer("".join(field.split())):
        try:
            return tokens.read(found[1])
        except UnreadableLink:
            continue
    return None
