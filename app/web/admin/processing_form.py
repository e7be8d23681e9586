"""The legal basis for processing, as every form that asks for it reads and checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
        elif len(told) > LONGEST_EXPLANATION:
            found["processing_explanation"] = "long-explanation"
        return found


def processing_in(fields: Mapping[str, str]) -> Processing | None:
    """The basis that a form names."""
    named = fields.get("processing", "")
    return Processing[named] if named in Processing.__members__ else None


def words_in(fields: Mapping[str, str], name: str) -> str:
    """A text of a form, as it may be stored."""
    return fields.get(name, "").replace("\0", "").strip()
