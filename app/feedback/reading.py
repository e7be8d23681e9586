"""What every provider's JSON needs: fields that may be missing or of another kind than promised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.domain.words import SECOND, Instant

MOST_ANSWER = 500
LONGEST_TIME = 12
"""Digits of a time in seconds."""


class Unreadable(ValueError):
    """The body is not what this provider sends."""


def parsed(raw: bytes) -> Any:
    """The JSON of a body. Raises Unreadable."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable("the body is no JSON") from None


def fields(found: Any, *path: str) -> Mapping[str, Any]:
    """The object at `path`, or an empty one where there is none."""
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def items(found: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def text(found: Any, name: str) -> str:
    """A field's text as it can be stored, or \"\"."""
    value = fields(found).get(name)
    return storable(value) if isinstance(value, str) else ""


def storable(value: str) -> str:
    """The same with a question mark for what no database takes: NUL, and halves of letters."""
    return value.replace("\0", "?").encode(errors="replace").decode()


def at_iso(value: str, now: Instant) -> Instant:
    """The moment of an ISO 8601 time, neither one to come nor before 1970; now where it cannot be
    read."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return past(int(moment.timestamp() * SECOND), now)
    except (ValueError, OverflowError):
        return now


def at_seconds(value: Any, now: Instant) -> Instant:
    """The moment of so many seconds since 1970, never one to come; now where it is no number."""
    try:
        return past(int(float(value) * SECOND), now)
    except (TypeError, ValueError, OverflowError):
        return now


def past(at: Instant, now: Instant) -> Instant:
    """`at`, where it is a time at which mail was sent, else now."""
    return at if 0 <= at <= now else now


def lately(seconds: str, now: Instant, latest: Instant) -> bool:
    """Whether so many seconds since 1970, in digits, are now, give or take `latest`."""
    plausible = seconds.isdecimal() and len(seconds) <= LONGEST_TIME
    return plausible and abs(now - int(seconds) * SECOND) < latest
