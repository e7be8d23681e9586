"""Abuse reports by mail (RFC 5965, R-145): the recipient is found by our token, never by an
address, which may be redacted and which anybody could write.

Only the report's own parts are looked at, and of each only its fields: what is nested within them
costs nothing, however deep it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser, HeaderParser

from app.feedback.bounded import BOUNDED
from app.links.tokens import Link, Tokens, UnreadableLink

ABUSE = ("abuse", "fraud")
"""not-spam and auth-failure are not the person's complaint."""
MOST_PARTS = 50
LARGEST = 256 * 1024
"""How much of a report is looked at: what counts stands at its beginning."""
TOKEN = re.compile(r"(?:/u/|/p/|unsub\+)([A-Za-z2-7]{58})", re.IGNORECASE)
OF_BYTES, OF_TEXT = BytesHeaderParser(policy=BOUNDED), HeaderParser(policy=BOUNDED)


def complained(content: bytes, tokens: Tokens) -> Link | None:
    """The link of the mail that a report of abuse is about, or None where it is no such report or
    none of our links can be read in it."""
    try:
        return _complained(OF_BYTES.parsebytes(content[:LARGEST]), tokens)
    except (ValueError, LookupError):
        return None  # it is in encodings that Python makes nothing of


def _complained(report: Message, tokens: Tokens) -> Link | None:
    if report.get_content_type() != "multipart/report":
        return None
    told = [(part.get_content_type(), _fields(part)) for part in _parts(report)]
    kinds = {_kind(fields) for type_, fields in told if type_ == "message/feedback-report"}
    if kinds.isdisjoint(ABUSE):
        return None
    links = (_link(str(fields.get("List-Unsubscribe", "")), tokens) for _, fields in told)
    return next(filter(None, links), None)


def _parts(report: Message) -> Iterator[Message]:
    """Its parts; a bomb of parts ends early."""
    boundary = re.escape(report.get_boundary() or "")
    between = re.compile(rf"^--{boundary}(?:--)?[ \t]*\r?\n", re.MULTILINE)
    for part in between.split(str(report.get_payload()), MOST_PARTS)[1 : MOST_PARTS + 1]:
        yield OF_TEXT.parsestr(part)


def _fields(part: Message) -> Message:
    """The fields that a part holds: of the report, of the mail, or of its headers alone
    (text/rfc822-headers)."""
    inside = part.get_payload(decode=True)
    return OF_BYTES.parsebytes(inside if isinstance(inside, bytes) else b"")


def _kind(fields: Message) -> str:
    return str(fields.get("Feedback-Type", "")).strip().lower()


def _link(field: str, tokens: Tokens) -> Link | None:
    for found in TOKEN.finditer("".join(field.split())):
        try:
            return tokens.read(found[1])
        except UnreadableLink:
            continue
    return None
