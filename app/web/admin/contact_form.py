"""What the form of a contact carries: name, language, properties, legal basis for processing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.contacts import BadValue, PropertyKind, canonical, cleaned
from app.queries.contacts import Contact, Property
from app.services.contacts import Edit, Processed
from app.text.languages import LANGUAGES
from app.web.admin.processing_form import GivenProcessing, processing_in, words_in

WRONG = {
    PropertyKind.TEXT: "long",
    PropertyKind.NUMBER: "number",
    PropertyKind.DATE: "date",
}


@dataclass(frozen=True, slots=True)
class Filled(GivenProcessing):
    """As it was filled in. What is no choice of the form counts as none."""

    name: str = ""
    language: str = ""
    values: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Mapping[str, str], properties: Sequence[Property]) -> Filled:
        """From a form."""
        language = fields.get("language", "")
        return cls(
            processing_in(fields),
            words_in(fields, "processing_explanation"),
            fields.get("name", ""),
            language if _spoken(language) else "",
            {p.id: fields.get(f"p-{p.id}", "") for p in properties},
        )

    @classmethod
    def of(cls, contact: Contact, values: Mapping[int, str]) -> Filled:
        """As what is stored would fill it in."""
        return cls(name=contact.name, language=contact.language or "", values=values)

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
        return found | self.processing_problems(required=required)

    def edit(self, properties: Sequence[Property]) -> Edit:
        """What becomes of the contact. Only where there are no problems."""
        return Edit(
            cleaned(self.name),
            self.language or None,
            {each.id: canonical(each.kind, self.values[each.id]) for each in properties},
            Processed(self.processing, self.processing_explanation) if self.processing else None,
        )


def _spoken(language: str) -> bool:
    """Whether it can be chosen: one of ours, or one that was stored, such as pt-BR."""
    return language in LANGUAGES or (
        language.isascii() and language.replace("-", "").isalnum() and len(language) <= 8
    )
