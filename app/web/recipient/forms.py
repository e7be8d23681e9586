"""What the page's forms carry. A form that lost a part is refused whole (R-136)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.domain.address import unwrapped
from app.domain.catalog import Brand, Catalog
from app.domain.ids import id_in
from app.domain.page import PAUSE_DAYS, Form
from app.domain.words import ACCOUNT, Scope
from app.services.preferences import Shown
from app.text.languages import LANGUAGES

REASONS = ("many", "topic", "never", "address", "other")
LONGEST_WORDS = 500


class Incomplete(ValueError):
    """The form lacks what the page put into it."""


@dataclass(frozen=True, slots=True)
class PageForm:
    """A saved page: the answers, and the versions of the texts that were read."""

    form: Form
    texts: Mapping[int, int]
    program_texts: int
    brand_texts: int
    language: str

    @classmethod
    def read(cls, fields: MultiDict[str, str]) -> PageForm:
        """Raises Incomplete."""
        try:
            boxes = [_box(text) for text in fields["shown"].split()]
            program, brand, language = fields["texts"].split(".")
            form = Form(
                {type_: ticked for type_, ticked, _ in boxes},
                frozenset(_id(text) for text in fields.getlist("type")),
                _id(fields["number"]),
                fields.get("mark", ""),
            )
            if language not in LANGUAGES:
                raise Incomplete
            versions = {type_: version for type_, _, version in boxes}
            return cls(form, versions, _id(program), _id(brand), language)
        except (KeyError, ValueError):
            raise Incomplete from None

    def shown(self, catalog: Catalog, brand: Brand) -> Shown:
        """The versions of the texts that were read."""
        scopes = {Scope.type(type_): version for type_, version in self.texts.items()}
        scopes[Scope.brand(brand.id)] = scopes[ACCOUNT] = self.brand_texts
        return Shown(self.language, self.program_texts, self.brand_texts, scopes)


@dataclass(frozen=True, slots=True)
class AddressForm:
    """An address as typed, without the white space around it. `website` is a trap: people do not
    see it."""

    typed: str
    website: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> AddressForm:
        """What is missing is empty."""
        return cls(unwrapped(fields.get("email", "")), fields.get("website", ""))

    @property
    def visible(self) -> str:
        """The same with what is invisible or turns text around as an escape (R-43)."""
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in self.typed)


def pause_days(fields: Mapping[str, str]) -> int:
    """30, 60 or 90, from the button pressed."""
    for days in PAUSE_DAYS:
        if fields.get("do") == f"pause-{days}":
            return days
    raise Incomplete


def undo_of(fields: Mapping[str, str]) -> tuple[int, str]:
    """The record that an undo names, and the mark of one of its events."""
    if not (mark := fields.get("mark", "")):
        raise Incomplete
    return record_of(fields), mark


def record_of(fields: Mapping[str, str]) -> int:
    """The record that a result page spoke of."""
    try:
        return _id(fields["record"])
    except (KeyError, ValueError):
        raise Incomplete from None


def reason_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Why the person left, in our words and in their own."""
    reason, words = fields.get("reason", ""), fields.get("words", "").strip()[:LONGEST_WORDS]
    said = {"reason": reason if reason in REASONS else "", "words": words.replace("\0", "")}
    return {name: text for name, text in said.items() if text}


def numbers(text: str) -> tuple[int, int]:
    """Two numbers as a form writes them: `7.2`. Raises ValueError."""
    first, second = text.split(".")
    return _id(first), _id(second)


def _box(text: str) -> tuple[int, bool, int]:
    type_, ticked, version = text.split(".")
    if ticked not in ("0", "1"):
        raise Incomplete
    return _id(type_), ticked == "1", _id(version)


def _id(text: str) -> int:
    if (found := id_in(text)) is None:
        raise Incomplete
    return found
