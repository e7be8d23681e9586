"""Moments as they go over the wire: ISO 8601 in UTC, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload

from app.domain.words import Instant


@overload
def moment(at: Instant) -> str: ...
@overload
def moment(at: None) -> None: ...
@overload
def moment(at: Instant | None) -> str | None: ...
def moment(at: Instant | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond: 2026-06-01T12:00:00.000Z."""
    if at is None:
        return None
    text = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def instant(at: datetime) -> Instant:
    """The moment as it is stored. Without a zone it is UTC's."""
    zoned = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(zoned.timestamp() * 1000)
