"""What the columns of a file hold: guessed from their headings, decided by the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.catalog import Catalog, SubscriptionType
from app.domain.importing.formats import COLUMNS
from app.domain.importing.vocabulary import folded


class Kind(StrEnum):
    """The kinds of thing a column may hold."""

    ADDRESS = "address"
    NAME = "name"
    FIRST_NAME = "first-name"
    LAST_NAME = "last-name"
    LANGUAGE = "language"
    BASIS = "basis"
    BASIS_ENDS = "basis-ends"
    EXPLANATION = "explanation"
    PROCESSING_BASIS = "processing-basis"
    PROCESSING_EXPLANATION = "processing-explanation"
    OPTED_OUT_OF_ALL = "opted-out-of-all"
    OPTED_OUT_OF_BRAND = "opted-out-of-brand"
    TYPE = "type"
    PROPERTY = "property"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column goes: `of` is the brand, type or property, where the kind has one."""

    kind: Kind
    of: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.of}" if self.of else self.kind.value

    @classmethod
    def parse(cls, text: str) -> Target:
        """The target written so. Raises ValueError."""
        kind, _, of = text.partition(":")
        return cls(Kind(kind), of)


LEFT_OUT = Target(Kind.LEFT_OUT)
ADDRESS = Target(Kind.ADDRESS)
MANY = {Kind.LEFT_OUT}
"""What several columns of a file may be."""

HEADINGS: Mapping[str, Kind] = {
    folded(heading): kind
    for kind, headings in {
        Kind.ADDRESS: (
            *("email", "e-mail", "email address", "e-mail address", "mail", "address"),
            *("e-mailadres", "e-mail-adresse", "adresse e-mail", "correo", "correo electrónico"),
            *("adres e-mail", "endereço de e-mail", "البريد الإلكتروني", "primary email"),
            *("email_address", "subscriber", "recipient", "contact email"),
        ),
        Kind.NAME: ("name", "full name", "naam", "nom complet", "nombre", "nazwa", "nome", "الاسم"),
        Kind.FIRST_NAME: (
            *("first name", "firstname", "given name", "fname", "voornaam", "vorname", "prénom"),
            *("nombre de pila", "imię", "primeiro nome"),
        ),
        Kind.LAST_NAME: (
            *("last name", "lastname", "surname", "family name", "lname", "achternaam"),
            *("nachname", "nom de famille", "apellido", "apellidos", "nazwisko", "sobrenome"),
        ),
        Kind.LANGUAGE: (
            *("language", "lang", "locale", "preferred language", "taal", "sprache", "langue"),
            *("idioma", "język", "اللغة"),
        ),
        Kind.BASIS: ("legal basis", "legal basis for communication", "communication basis"),
        Kind.BASIS_ENDS: ("basis ends", "legal basis ends", "consent ends", "consent until"),
        Kind.EXPLANATION: (
            *("explanation", "consent explanation", "legal basis explanation"),
            "explanation of communication consent",
        ),
        Kind.PROCESSING_BASIS: (
            *("processing basis", "legal basis for processing"),
            "legal basis for processing contact's data",
        ),
        Kind.PROCESSING_EXPLANATION: ("processing explanation",),
        Kind.OPTED_OUT_OF_ALL: (
            *("unsubscribed from all email", "opted out of all email", "opted out of all"),
            "unsubscribed from everything",
        ),
    }.items()
    for heading in headings
}
"""Headings that are known. Types and properties are known by their slug or name."""


def guess(
    headings: Sequence[str], catalog: Catalog, properties: Iterable[tuple[str, str]]
) -> list[Target]:
    """What each column likely holds; each target at most once, what is unknown left out.

    `properties`: slug and label of each property of a contact.
    """
    names = _by_name(catalog, properties)
    taken: set[Target] = set()
    guessed = []
    for heading in headings:
        target = names.get(folded(heading), LEFT_OUT)
        if target in taken:
            target = LEFT_OUT
        taken.add(target)
        guessed.append(target)
    return guessed


def ours(
    headings: Sequence[str], catalog: Catalog, properties: Iterable[tuple[str, str]]
) -> list[str]:
    """The headings that are words of the program, of the account or of a known export; "" for each
    that may be anybody's: a first line that was taken for headings may be of a person."""
    names = {*_by_name(catalog, properties), *COLUMNS}
    return [heading if folded(heading) in names else "" for heading in headings]


def repeated(targets: Iterable[Target]) -> Target | None:
    """A target that two columns have and only one may, or None."""
    seen: set[Target] = set()
    for target in targets:
        if target in seen and target.kind not in MANY:
            return target
        seen.add(target)
    return None


def choices(catalog: Catalog, properties: Iterable[tuple[str, str]]) -> list[Target]:
    """Every target that a column may be given, in the order a menu shows them."""
    plain = [k for k in Kind if k not in (Kind.TYPE, Kind.PROPERTY, Kind.OPTED_OUT_OF_BRAND)]
    brands = [Target(Kind.OPTED_OUT_OF_BRAND, str(b.id)) for b in catalog.active_brands]
    types = [Target(Kind.TYPE, str(t.id)) for t in choosable(catalog)]
    slugs = [Target(Kind.PROPERTY, slug) for slug, _ in properties]
    left_out, head = Target(plain[-1]), [Target(kind) for kind in plain[:-1]]
    return [left_out, *head, *brands, *types, *slugs]


def choosable(catalog: Catalog) -> list[SubscriptionType]:
    """The types that take a status."""
    return [t for t in catalog.types.values() if not t.archived and not t.transactional]


def _by_name(catalog: Catalog, properties: Iterable[tuple[str, str]]) -> dict[str, Target]:
    """Targets by what a heading may call them. Ours go before types and properties."""
    names: dict[str, Target] = {}
    for slug, label in properties:
        names.update(dict.fromkeys((folded(label), folded(slug)), Target(Kind.PROPERTY, slug)))
    for type_ in reversed(choosable(catalog)):
        target = Target(Kind.TYPE, str(type_.id))
        called = [texts.get("name", "") for texts in type_.texts.by_language.values()]
        names.update({folded(name): target for name in (*called, type_.slug) if folded(name)})
    names.update({heading: Target(kind) for heading, kind in HEADINGS.items()})
    return names
