"""What a form about consent carries: the legal bases, their explanations, and an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.bulk import BulkEdit
from app.domain.lifting import Needs
from app.domain.standing import Standing
from app.domain.words import Basis, Instant
from app.queries.record import Person
from app.services.contacts import Processed
from app.services.single_edits import SingleEdit
from app.web.admin import presence
from app.web.admin.days import day_of, start_of
from app.web.admin.processing_form import (
    GivenProcessing,
    processing_in,
    words_in,
    wrong_words,
)


@dataclass(frozen=True, slots=True)
class Filled(GivenProcessing):
    """As it was filled in. What is no choice of the form counts as none."""

    basis: Basis | None = None
    explanation: str = ""
    ends: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Filled:
        """From a form."""
        basis = fields.get("basis", "")
        return cls(
            processing_in(fields),
            words_in(fields, "processing_explanation"),
            Basis[basis] if basis in Basis.__members__ else None,
            words_in(fields, "explanation"),
            fields.get("ends", "").strip(),
        )

    @classmethod
    def of_edit(cls, edit: BulkEdit, explanation: str, why_processed: str) -> Filled:
        """As a bulk edit was asked for."""
        ends = day_of(edit.basis_ends)
        return cls(edit.processing, why_processed, edit.basis, explanation, ends)

    @property
    def ends_at(self) -> Instant | None:
        """When the basis ends; None where it has no end."""
        return start_of(self.ends) if self.basis else None

    def problems(self, needs: Needs, renewed: Standing | None, now: Instant) -> dict[str, str]:
        """What is missing or wrong, by field. A renewal has to outlast what it renews."""
        found = {}
        if needs is Needs.BASIS_AND_EXPLANATION and self.basis is None:
            found["basis"] = "basis"
        if needs is not Needs.NOTHING and not self.explanation:
            found["explanation"] = "explanation"
        elif wrong := wrong_words(self.explanation):
            found["explanation"] = wrong
        if wrong := wrong_words(self.processing_explanation):
            found["processing_explanation"] = wrong
        end = start_of(self.ends)
        if self.ends and (end is None or end <= now):
            found["ends"] = "ends"
        elif end is not None and renewed and end <= (renewed.basis_ends or end):
            found["ends"] = "ends-earlier"
        return found

    def edit(self, person: Person) -> SingleEdit:
        """The change of this person's preferences that it explains."""
        given = None
        if self.processing and not person.contact.processing:
            given = Processed(self.processing, self.processing_explanation)
        return SingleEdit(
            person.id,
            person.key,
            person.catalog.policy,
            presence.doer(),
            self.basis,
            self.ends_at,
            self.explanation,
            given,
        )
