"""What the form of a contact carries: name, language, properties, legal basis for processing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.contacts import BadValue, Processing, PropertyKind, canonical, cleaned
from app.queries.contacts import Contact, Property
from app.services.contacts import Edit, Processed
from app.text.languages import LANGUAGES

LONGEST_EXPLANATION = 1_000
WRONG = {
    PropertyKind.TEXT: "long",
    PropertyKind.NUMBER: "number",
    PropertyKind.DATE: "date",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """As it was filled in. What is no choice of the form counts as none."""

    name: str = ""
    language: str = ""
    values: Mapping[int, str] = field(default_factory=dict)
    processing: Processing | None = None
    processing_explanation: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, str], properties: Sequence[Property]) -> Filled:
        """From a form."""
        language, processing = fields.get("language", ""), fields.get("processing", "")
        return cls(
            fields.get("name", ""),
            language if _spoken(language) else "",
            {p.id: fields.get(f"p-{p.id}", "") for p in properties},
            Processing[processing] if processing in Processing.__members__ else None,
            fields.get("processing_explanation", "").replace("\0", "").strip(),
        )

    @classmethod
    def of(cls, contact: Contact, values: Mapping[int, str]) -> Filled:
        """As what is stored would fill it in."""
        return cls(contact.name, contact.language or "", values)

    def problems(self, properties: Sequence[Property], *, required: bool) -> dict[str, str]:
        """What is missing or wrong, by field. `required`: a legal basis for processing."""
        found = {}
        try:
            cleaned(self.name)
        except BadValue:
            found["name"] = "long-name"
        for each in properties:
            try:
                canonical(each.kind, self.values[each.id])
            except BadValue:
                found[f"p-{each.id}"] = WRONG[each.kind]
        return found | self._processing_problems(required)

    def edit(self, properties: Sequence[Property]) -> Edit:
        """What becomes of the contact. Only where there are no problems."""
        return Edit(
            cleaned(self.name),
            self.language or None,
            {each.id: canonical(each.kind, self.values[each.id]) for each in properties},
            Processed(self.processing, self.processing_explanation) if self.processing else None,
        )

    def _processing_problems(self, required: bool) -> dict[str, str]:
        """A basis without its explanation shows nothing (rules.md, 8)."""
        found, told = {}, self.processing_explanation
        if self.processing is None and (required or told):
            found["processing"] = "processing"
        if not told and (required or self.processing):
            found["processing_explanation"] = "processing-explanation"
        elif len(told) > LONGEST_EXPLANATION:
            found["processing_explanation"] = "long-explanation"
        return found


def _spoken(language: str) -> bool:
    """Whether it can be chosen: one of ours, or one that was stored, such as pt-BR."""
    return language in LANGUAGES or (
        language.isascii() and language.replace("-", "").isalnum() and len(language) <= 8
    )
