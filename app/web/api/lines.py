"""Text in calls of ours: one line, or several, told by the same readers as in the admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from app.domain import lines
from app.domain.lines import Unfit
from app.domain.moments import instant, moment
from app.text.languages import LANGUAGES
from app.web.api.problems import Fault, Problem

WHY = {
    "no-slug": "a to z, 0 to 9 and hyphens, with a letter among them",
    "control-characters": "one line, without control characters",
    "too-long": "too long",
    "no-name": "a name is needed",
    "shames": "words that press people to stay",
    "no-mailbox": "no mailbox: name@domain or Name <name@domain>",
    "no-https": "no https URL",
}


def told_by(reader: Callable[[str], str]) -> Callable[[str], str]:
    """A reader of the admin's as a validator of the API's."""

    def read(text: str) -> str:
        try:
            return reader(text)
        except Unfit as unfit:
            raise ValueError(WHY.get(unfit.word, unfit.word)) from None

    return read


def _dated(told: object) -> object:
    """A number would be read as seconds, which no call of ours tells."""
    if isinstance(told, str) and "-" in told[1:]:
        return told
    raise ValueError("a moment in ISO 8601: 2026-06-01T12:00:00Z")


def _in_the_calendar(at: datetime) -> datetime:
    """Beyond its ends in UTC, nothing could tell it again."""
    try:
        moment(instant(at))
    except (ValueError, OverflowError):
        raise ValueError("a moment of the years 1 to 9999 in UTC") from None
    return at


def _without_nul(text: str) -> str:
    """No database of ours keeps one in a text."""
    if "\0" in text:
        raise ValueError("without the character NUL")
    return text


Moment = Annotated[
    datetime, Field(strict=False), BeforeValidator(_dated), AfterValidator(_in_the_calendar)
]
Words = Annotated[str, Field(max_length=10_000), AfterValidator(_without_nul)]
"""Why, in somebody's own words."""
Name = Annotated[str, AfterValidator(told_by(lines.name))]
Slug = Annotated[str, AfterValidator(told_by(lines.slug))]
Line = Annotated[str, AfterValidator(told_by(lines.line))]
Told = Annotated[str, AfterValidator(told_by(lines.told))]
Mailbox = Annotated[str, AfterValidator(told_by(lines.mailbox))]


def spoken(language: str, where: str) -> None:
    """Raises Problem where the program does not speak it."""
    if language not in LANGUAGES:
        raise Problem("malformed", faults=[Fault(where, "Not spoken here")])
