"""What becomes of a log record before anybody writes it (R-113)."""

from __future__ import annotations

import logging

import pytest

from app.logs import FORMATTERS, Redacting, redacted
from tests.links.samples import ANAS_TOKEN as TOKEN

HARMLESS = (
    "Listening at: http://127.0.0.1:8000 (42)",
    "Mail 0123456789abcdef0123456789abcdef accepted",
    "2026-11-23 07:42:31 ERROR app.web.errors: The database is unavailable: disk I/O error",
)
TOLD = {
    "ana@example.com": "[address]",
    "<Ana+News@EXAMPLE.com>, next": "<[address]>, next",
    "/u/x?email=ana%40example.com&y": "/u/[address]",
    "/statuses/ana%2540example.com/x": "/statuses/[address]/x",
    '550 "ana b"@example.com unknown': "550 [address] unknown",
    "josé@bücher.example": "[address]",
    f"GET /u/{TOKEN}": "GET /u/[token]",
    f"GET /U/{TOKEN.upper()}.": "GET /U/[token].",
    f"unsub+{TOKEN}@example.com": "[address]",
    f"/c/{'x.-_' * 20}?lang=de": "/c/[token]?lang=de",
    f"/d/{'x.-_' * 20}/copy.json": "/d/[token]/copy.json",
    f"/m/{'x.-_' * 20}": "/m/[token]",
}


@pytest.mark.parametrize(("text", "left"), TOLD.items())
def test_every_address_and_token_is_taken_out(text: str, left: str) -> None:
    assert redacted(text) == left


@pytest.mark.parametrize("text", [*HARMLESS, f"{'1.' * 1_000_000} @"])
def test_the_rest_stays(text: str) -> None:
    """However long: to begin at each letter of the last would take hours."""
    assert redacted(text) == text


def record(message: str, *values: object, fault: BaseException | None = None) -> logging.LogRecord:
    """A record as a logger makes it."""
    told = None if fault is None else (type(fault), fault, fault.__traceback__)
    return logging.LogRecord("x", logging.ERROR, __file__, 1, message, values, told)


def test_values_are_redacted_with_the_message() -> None:
    made = record("to %s by %r", "ana@example.com", {"link": TOKEN})
    assert Redacting().filter(made)
    assert made.getMessage() == "to [address] by {'link': '[token]'}"


def test_a_traceback_is_redacted_with_its_causes() -> None:
    """An exception quotes what it failed on, in every step of its chain."""
    try:
        try:
            raise ValueError("ana@example.com")
        except ValueError as first:
            raise KeyError(f"/u/{TOKEN}") from first
    except KeyError as fault:
        made = record("Failed: %s", "POST", fault=fault)
    Redacting().filter(made)
    text = logging.Formatter().format(made)
    assert "Failed: POST" in text
    assert "Traceback (most recent call last)" in text
    assert "[address]" in text
    assert "/u/[token]" in text
    assert "ana@" not in text
    assert TOKEN not in text


@pytest.mark.parametrize("form", FORMATTERS)
def test_no_line_that_somebody_sent_passes_for_a_record(form: str) -> None:
    """ASVS 16.4.1."""
    made = record("said %s", "x\r\n2026-11-27 00:00:00,000 INFO app: All is well\u2028y")
    first, *more = FORMATTERS[form]().format(made).split("\n")
    assert "said x" in first
    assert all(line.startswith("  ") for line in more)
