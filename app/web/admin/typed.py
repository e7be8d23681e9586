"""What users typed into a form about brands, types and settings: read, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.lines import Reader, Unfit

LARGEST_FORM = 128 * 1024
"""Texts in every language, each byte of them written as three."""


class Typed:
    """A form that was sent, read field by field. `problems`: words by field."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self.sent = sent
        self.problems: dict[str, str] = {}

    def read(self, field: str, reader: Reader) -> str:
        """What the field says; nothing where that is wrong."""
        try:
            return reader(self.sent.get(field, ""))
        except Unfit as unfit:
            self.problems[field] = unfit.word
            return ""

    def ticked(self, field: str) -> bool:
        """Whether its box is ticked."""
        return bool(self.sent.get(field))

    def texts(
        self, readers: Mapping[str, Reader], languages: Iterable[str]
    ) -> dict[str, dict[str, str]]:
        """Texts by language, from fields called name-language. What is empty is not kept."""
        told: dict[str, dict[str, str]] = {}
        for language in languages:
            texts = {name: self.read(f"{name}-{language}", r) for name, r in readers.items()}
            if kept := {name: text for name, text in texts.items() if text}:
                told[language] = kept
        return told


def number_in(text: str) -> int | None:
    """A number as people type it, whatever divides its digits."""
    digits = "".join(c for c in text if c.isdecimal())[:20]
    return int(digits) if digits else None


def as_typed(texts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Stored texts as the fields of a form hold them."""
    return {
        f"{name}-{language}": text for language, own in texts.items() for name, text in own.items()
    }
