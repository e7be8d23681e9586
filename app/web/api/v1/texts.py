"""The words of types and brands by language, as calls send them and are told them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from app.domain.letters import BODY, SUBJECT, Letter
from app.web.api.lines import Told, spoken
from app.web.api.models import Ours
from app.web.api.problems import Fault, Problem

Texts = Mapping[str, Mapping[str, str]]
NAMES = {"intro": "intro", SUBJECT: "mailSubject", BODY: "mailBody"}
"""What a brand's texts are called in calls."""


class TypeWords(Ours):
    """A type's words in one language."""

    name: Told | None = None
    description: Told | None = None
    frequency: Told | None = None


class BrandWords(Ours):
    """A brand's words in one language: above its page, and in its mail with the preferences link,
    whose `mailBody` has {link} on a line of its own."""

    intro: Told | None = None
    mail_subject: Annotated[str, Field(max_length=1_000)] | None = Field(None, alias="mailSubject")
    mail_body: Annotated[str, Field(max_length=10_000)] | None = Field(None, alias="mailBody")


def merged(kept: Texts, told: Mapping[str, TypeWords | BrandWords]) -> dict[str, dict[str, str]]:
    """What is kept with what is told: a language left out stays, a text left out stays, an empty
    one goes. Raises Problem."""
    texts = {language: dict(own) for language, own in kept.items()}
    for language, words in told.items():
        spoken(language, f"/texts/{language}")
        own = {**texts.get(language, {}), **words.model_dump(exclude_none=True)}
        texts[language] = {name: text for name, text in own.items() if text}
    return {language: own for language, own in texts.items() if own}


def of_brand(kept: Texts, told: Mapping[str, BrandWords]) -> dict[str, dict[str, str]]:
    """A brand's texts in the languages that are told, with those that are told; an empty one goes.
    Raises Problem where a mail could not be sent."""
    texts = merged(kept, told)
    words: dict[str, dict[str, str]] = {}
    for language in told:
        own = texts.get(language, {})
        letter = Letter.typed(own.get(SUBJECT, ""), own.get(BODY, ""))
        if wrong := letter.problems():
            where = f"/texts/{language}/mail{next(iter(wrong)).capitalize()}"
            why = "Too long, or {link} is not on a line of its own, once"
            raise Problem("malformed", faults=[Fault(where, why)])
        words[language] = {**dict.fromkeys(NAMES, ""), **own, **letter.texts()}
    return words


def told_of_brand(kept: Texts) -> dict[str, dict[str, str]]:
    """A brand's texts as calls are told them."""
    return {
        language: {NAMES[name]: text for name, text in own.items() if name in NAMES}
        for language, own in kept.items()
    }
