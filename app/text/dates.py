"""Moments in words, in the reader's language and the account's time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from app.domain.words import MINUTE, Instant


def moment(at: Instant) -> datetime:
    """`at` as a datetime in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


@lru_cache(4096)
def day(at: Instant, language: str, zone: ZoneInfo) -> str:
    """23 November 2026"""
    return format_date(moment(at).astimezone(zone), "long", locale=_british(language))


@lru_cache(4096)
def short_day(at: Instant, language: str, zone: ZoneInfo) -> str:
    """23 Dec"""
    return str(format_skeleton("MMMd", moment(at).astimezone(zone), locale=_british(language)))


def time(at: Instant, language: str, zone: ZoneInfo) -> str:
    """14:32 UTC"""
    return _time(at - at % MINUTE, language, zone)


@lru_cache(4096)
def _time(at: Instant, language: str, zone: ZoneInfo) -> str:
    local = moment(at).astimezone(zone)
    return f"{format_time(local, 'short', locale=_british(language))} {local.tzname()}"


def _british(language: str) -> str:
    """English that is read everywhere: days before months, 24 hours."""
    return "en_GB" if language == "en" else language
