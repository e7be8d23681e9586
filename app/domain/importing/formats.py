"""Suppression exports of other programs, recognised by their columns (docs/imports.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum, auto
from typing import NamedTuple

from app.domain.importing.vocabulary import cause_of, folded, opts_out
from app.domain.words import Cause, Instant


class Rule(Enum):
    """How a cell of a format is read."""

    ALWAYS = auto()
    """Whoever is on this list is suppressed for this cause, whatever the row says."""
    FLAG = auto()
    """The cause holds where the cell says yes, "unsubscribed" or a reason, and not where it says no
    or nothing."""
    WORD = auto()
    """The cell names the cause."""


class Reading(NamedTuple):
    """Which column says that somebody is suppressed, and how."""

    rule: Rule
    column: str = ""
    cause: Cause = Cause.CHOICE


class Format(NamedTuple):
    """An export: whose, the columns that it is known by, and how its rows are read.

    `others` names what the heading of a further column begins with that says an opt-out of the one
    type named in it. `only`: the file has these columns and no others.
    """

    name: str
    columns: tuple[str, ...]
    readings: tuple[Reading, ...]
    at: str = ""
    only: bool = False
    others: str | None = None


_BOUNCE, _COMPLAINT = Cause.BOUNCE, Cause.COMPLAINT
FORMATS = (
    Format(
        "HubSpot",
        ("Portal Bounce", "Portal Unsubscribe", "Portal Spam Report"),
        (
            Reading(Rule.FLAG, "Portal Unsubscribe"),
            Reading(Rule.FLAG, "Portal Bounce", _BOUNCE),
            Reading(Rule.FLAG, "Global Bounce", _BOUNCE),
            Reading(Rule.FLAG, "Portal Spam Report", _COMPLAINT),
        ),
        others="",
    ),
    Format(
        "HubSpot",
        ("Email", "Unsubscribed from all email"),
        (
            Reading(Rule.FLAG, "Unsubscribed from all email"),
            Reading(Rule.FLAG, "Email hard bounce reason", _BOUNCE),
        ),
        others="Opted out of email:",
    ),
    Format("Mailchimp", ("Email Address", "UNSUB_TIME"), (Reading(Rule.ALWAYS),), "UNSUB_TIME"),
    Format(
        "Mailchimp",
        ("Email Address", "CLEAN_TIME"),
        (Reading(Rule.ALWAYS, "", _BOUNCE),),
        "CLEAN_TIME",
    ),
    Format(
        "SendGrid",
        ("status", "reason", "email", "created"),
        (Reading(Rule.ALWAYS, "status", _BOUNCE),),
        "created",
        only=True,
    ),
    Format(
        "SendGrid",
        ("reason", "email", "created"),
        (Reading(Rule.ALWAYS, "", _BOUNCE),),
        "created",
        only=True,
    ),
    Format(
        "SendGrid",
        ("ip", "email", "created"),
        (Reading(Rule.ALWAYS, "", _COMPLAINT),),
        "created",
        only=True,
    ),
    Format("SendGrid", ("email", "created"), (Reading(Rule.ALWAYS),), "created", only=True),
    Format(
        "SendGrid",
        ("email", "group_id", "group_name", "created_at"),
        (Reading(Rule.ALWAYS),),
        "created_at",
    ),
    Format(
        "Postmark",
        ("EmailAddress", "SuppressionReason"),
        (Reading(Rule.WORD, "SuppressionReason"),),
        "CreatedAt",
    ),
    Format(
        "Amazon SES",
        ("EmailAddress", "Reason"),
        (Reading(Rule.WORD, "Reason"),),
        "LastUpdateTime",
    ),
    Format(
        "Klaviyo",
        ("Email", "Suppression Reason"),
        (Reading(Rule.WORD, "Suppression Reason"),),
        "Suppression Timestamp",
    ),
    Format(
        "Klaviyo", ("Email", "Reason", "Timestamp"), (Reading(Rule.WORD, "Reason"),), "Timestamp"
    ),
    Format(
        "Klaviyo",
        ("Email", "Klaviyo ID", "Email Suppressions"),
        (Reading(Rule.FLAG, "Email Suppressions"),),
        "Email Suppressions Timestamp",
    ),
)
COLUMNS = frozenset(
    folded(heading)
    for known in FORMATS
    for heading in (*known.columns, known.at, *(reading.column for reading in known.readings))
    if heading
)
"""All headings of known exports."""
HEADLESS = Format("Amazon SES", ("", ""), (Reading(Rule.WORD, "2"),))
"""What SES's bulk suppression takes: address and BOUNCE or COMPLAINT, with no headings."""


class Suppressed(NamedTuple):
    """What a row says: the causes that hold, each since when where the file knows, and the types
    that were left."""

    since: Mapping[Cause, Instant | None]
    types: tuple[int, ...] = ()


def recognised(headings: Sequence[str]) -> Format | None:
    """The export that has these columns, or None."""
    there = {folded(heading) for heading in headings}
    for format_ in FORMATS:
        wanted = {folded(column) for column in format_.columns}
        if wanted == there if format_.only else wanted <= there:
            return format_
    return None


def suppressed(format_: Format, cells: Mapping[str, str]) -> Suppressed:
    """What a row of `format_` says, its cells by their folded headings."""
    causes = {
        cause
        for reading in format_.readings
        if (cause := _cause(reading, cells.get(folded(reading.column), ""))) is not None
    }
    return Suppressed(dict.fromkeys(sorted(causes), moment(cells.get(folded(format_.at), ""))))


def _cause(reading: Reading, cell: str) -> Cause | None:
    if reading.rule is Rule.WORD:
        return cause_of(cell)
    if reading.rule is Rule.FLAG:
        return reading.cause if opts_out(cell) else None
    return None if cell.startswith("4") else reading.cause


def moment(text: str) -> Instant | None:
    """A time as exports write it: seconds or milliseconds since 1970, or ISO 8601 (UTC where it
    names no zone). None where it is neither, or before 1970."""
    text = text.strip()
    if re.fullmatch(r"\d{9,10}|\d{12,13}", text):
        return int(text) * (1_000 if len(text) < 12 else 1)
    try:
        found = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return at if (at := int(aware.timestamp() * 1000)) >= 0 else None
