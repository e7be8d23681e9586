"""The days and hours in which a workflow acts, in its own time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.words import Instant

WEEK = tuple(range(7))
ROUND_THE_CLOCK = (0, 24)
LOOKED_AHEAD = 9
"""Days in which every weekday comes, one that has no such hour aside."""


@dataclass(frozen=True, slots=True)
class Hours:
    """On which weekdays (Monday is 0), from the beginning of which hour to before which."""

    zone: str = "UTC"
    days: tuple[int, ...] = WEEK
    first: int = 0
    last: int = 24

    @property
    def always(self) -> bool:
        """Whether no moment is outside."""
        return len(self.days) == len(WEEK) and (self.first, self.last) == ROUND_THE_CLOCK

    def kept(self) -> Mapping[str, Any]:
        """As a version keeps it."""
        return {**asdict(self), "days": list(self.days)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Hours:
        """What `kept` made of them."""
        return cls(kept["zone"], tuple(kept["days"]), kept["first"], kept["last"])


def opening(hours: Hours, at: Instant) -> Instant:
    """`at`, where it lies within the hours, else when they begin next. An hour that the clock
    leaves out in spring does not open; one that comes twice in autumn is open twice."""
    if hours.always:
        return at
    zone = ZoneInfo(hours.zone)
    today = day_of(zone, at)
    for ahead in range(LOOKED_AHEAD):
        day = today + timedelta(ahead)
        opens, closes = (_moment(day, hour, zone) for hour in (hours.first, hours.last))
        if day.weekday() in hours.days and at < closes and opens < closes:
            return max(at, opens)
    return at


def day_of(zone: ZoneInfo, at: Instant) -> date:
    """The day it is there."""
    return datetime.fromtimestamp(at / 1000, zone).date()


def _moment(day: date, hour: int, zone: ZoneInfo) -> Instant:
    later, hour = divmod(hour, 24)
    return int(datetime.combine(day + timedelta(later), time(hour), zone).timestamp() * 1000)
