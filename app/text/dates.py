"""Moments in words, in the reader's language and the account's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from app.domain.words import MINUTE, Instant


def moment(at: Instant) -> datetime:
    """`at` as a datetime in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def exact(at: Instant) -> str:
    """2026-11-23 14:32:07.412 UTC"""
    return f"{moment(at):%Y-%m-%d %H:%M:%S}.{at % 1000:03d} UTC"


def date_of(at: Instant, zone: ZoneInfo) -> date:
    """The day it is then, in this zone."""
    return moment(at).astimezone(zone).date()


def day(at: Instant, language: str, zone: ZoneInfo) -> str:
    """23 November 2026"""
    return _day(date_of(at, zone), language)


def short_day(at: Instant, language: str, zone: ZoneInfo) -> str:
    """23 Dec"""
    return _short_day(date_of(at, zone), language)


def short_date(on: date, language: str) -> str:
    """23 Dec"""
    return _short_day(on, language)


def dated(day: str, language: str) -> str:
    """23 November 2026, of 2026-11-23"""
    return _day(date.fromisoformat(day), language)


@lru_cache(4096)
def _day(on: date, language: str) -> str:
    return format_date(on, "long", locale=_british(language))


@lru_cache(4096)
def _short_day(on: date, language: str) -> str:
    return str(format_skeleton("MMMd", on, locale=_british(language)))


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
