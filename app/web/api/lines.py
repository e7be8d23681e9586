"""Text in calls of ours: one line, or several, told by the same readers as in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator

from app.domain import lines
from app.domain.lines import Unfit
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


Name = Annotated[str, AfterValidator(told_by(lines.name))]
Slug = Annotated[str, AfterValidator(told_by(lines.slug))]
Line = Annotated[str, AfterValidator(told_by(lines.line))]
Told = Annotated[str, AfterValidator(told_by(lines.told))]
Mailbox = Annotated[str, AfterValidator(told_by(lines.mailbox))]


def spoken(language: str, where: str) -> None:
    """Raises Problem where the program does not speak it."""
    if language not in LANGUAGES:
        raise Problem("malformed", faults=[Fault(where, "Not spoken here")])
