"""Days as forms and queries carry them."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.words import Instant
from app.web.current import site


def bounds(text: str) -> tuple[Instant | None, Instant | None]:
    """The first moment of a day like 2026-06-01 and of the next one, in the account's time zone."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=site().settings.time_zone)
        return _instant(day), _instant(day + timedelta(days=1))
    except (ValueError, OverflowError):
        return None, None


def _instant(moment: datetime) -> Instant:
    return int(moment.timestamp() * 1000)
