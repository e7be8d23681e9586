"""Days as forms and queries carry them."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.moments import instant
from app.domain.words import Instant
from app.text.dates import date_of
from app.web.current import site

FIRST_YEAR = 1970
"""Before it nothing is stored, and calendars have an end, which who counts days back would meet."""


def day_of(at: Instant | None) -> str:
    """The day that it is then in the account's time zone; "" for none."""
    return "" if at is None else date_of(at, site().settings.time_zone).isoformat()


def start_of(text: str) -> Instant | None:
    """The first moment of a day like 2026-06-01 in the account's time zone; None: it is no day."""
    return bounds(text)[0]


def bounds(text: str) -> tuple[Instant | None, Instant | None]:
    """The first moments of a day and of the next one. What is before FIRST_YEAR is no day."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=site().settings.time_zone)
        if day.year < FIRST_YEAR:
            return None, None
        return instant(day), instant(day + timedelta(days=1))
    except (ValueError, OverflowError):
        return None, None
