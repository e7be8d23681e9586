"""The legal basis for processing, as every form that asks for it reads and checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import category

from app.domain.contacts import Processing

LONGEST_EXPLANATION = 1_000


@dataclass(frozen=True, slots=True)
class GivenProcessing:
    """As it was filled in. What is no choice of the form counts as none."""

    processing: Processing | None = None
    processing_explanation: str = ""

    def processing_problems(self, *, required: bool) -> dict[str, str]:
        """What is missing, by field. A basis without its explanation shows nothing."""
        found, told = {}, self.processing_explanation
        if self.processing is None and (required or told):
            found["processing"] = "processing"
        if not told and (required or self.processing):
            found["processing_explanation"] = "processing-explanation"
        elif told and (wrong := wrong_words(told)):
            found["processing_explanation"] = wrong
        return found


def processing_in(fields: Mapping[str, str]) -> Processing | None:
    """The basis that a form names."""
    named = fields.get("processing", "")
    return Processing[named] if named in Processing.__members__ else None


def words_in(fields: Mapping[str, str], name: str) -> str:
    """A text of a form."""
    return fields.get(name, "").strip()


def wrong_words(told: str) -> str | None:
    """Why a text may not be kept: it is too long, or has what nobody sees and some databases do
    not take."""
    if any(category(c) == "Cc" and c not in "\n\r\t" for c in told):
        return "unseen"
    return "long-explanation" if len(told) > LONGEST_EXPLANATION else None
