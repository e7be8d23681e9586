"""What the rules need to know of the account, its brands and its types."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.words import ACCOUNT, Instant, Scope, ScopeKind


def texts_digest(content: Mapping[str, Mapping[str, str]]) -> bytes:
    """By which equal texts are known, and changed ones."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True)
class Texts:
    """Words by language, with the version that fixes them. A missing language falls back."""

    version: int
    by_language: Mapping[str, Mapping[str, str]]

    def get(self, name: str, *languages: str) -> str:
        """The first non-empty text called `name` along `languages`, then in any language, or ""."""
        for language in (*languages, *self.by_language):
            if text := self.by_language.get(language, {}).get(name):
                return text
        return ""

    def missing(self, languages: Iterable[str]) -> tuple[str, ...]:
        """Those of the languages that lack a text which another language has."""
        said = {name for own in self.by_language.values() for name, text in own.items() if text}
        return tuple(
            language
            for language in languages
            if any(not self.by_language.get(language, {}).get(name) for name in said)
        )


@dataclass(frozen=True, slots=True)
class SubscriptionType:
    """One kind of email. Brand and transactional are fixed when it is made."""

    id: int
    brand: int
    slug: str
    transactional: bool
    public: bool
    confirms: bool
    archived: bool
    position: int
    texts: Texts
    created_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Look:
    """A brand's colours for light and dark with the text on each, and its logo's digest."""

    light: str = "#2a4bb3"
    on_light: str = "#ffffff"
    dark: str = "#a9bdff"
    on_dark: str = "#0b1430"
    logo: str = ""


LINKS = ("website", "privacy", "imprint")
"""The pages of its own that a brand may name. What they are called is the program's text."""


@dataclass(frozen=True, slots=True)
class Brand:
    """A business unit: name, look, sender and postal address, with the types it sends, in order."""

    id: int
    slug: str
    name: str
    archived: bool
    language: str
    sender: str
    postal_address: str
    contact: str
    look: Look
    texts: Texts
    types: tuple[SubscriptionType, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    """Addresses of pages, by their names in LINKS."""
    languages: tuple[str, ...] = ()
    """Those that its pages are offered in; none means every one."""
    example: bool = False
    """Whether the first run made it up."""

    def speaks(self, language: str) -> bool:
        """Whether its pages are offered in this language."""
        return not self.languages or language in (self.language, *self.languages)


@dataclass(frozen=True, slots=True)
class Policy:
    """The data privacy switch (rules.md, 8). `off_since`: when it was last turned off, if ever."""

    data_privacy: bool = False
    off_since: Instant | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """Account, brands and types as they hold at one version."""

    version: int
    name: str
    language: str
    default_brand: int
    policy: Policy
    texts_version: int
    fallback_form: bool
    privacy_decided: bool = True
    """Whether somebody has said how the data privacy switch is to stand."""
    network_days: int | None = None
    """For how long IP addresses and user agents are kept; None means as long as their evidence."""
    brands: Mapping[int, Brand] = field(default_factory=dict)
    types: Mapping[int, SubscriptionType] = field(default_factory=dict)

    def brand_or_default(self, id_: int) -> Brand:
        """The brand with this id, else the one the account's own pages wear."""
        return self.brands.get(id_) or self.brands[self.default_brand]

    @property
    def active_brands(self) -> tuple[Brand, ...]:
        """The brands that still send."""
        return tuple(brand for brand in self.brands.values() if not brand.archived)

    def knows(self, scope: Scope) -> bool:
        """Whether `scope` is the account, or a brand or type made before this version."""
        ids = {ScopeKind.BRAND: self.brands, ScopeKind.TYPE: self.types}
        return scope == ACCOUNT or scope.id in ids[scope.kind]

    def named_type(self, name: str) -> SubscriptionType | None:
        """The type with this slug or id."""
        return next((t for t in self.types.values() if name in (t.slug, str(t.id))), None)

    def named_brand(self, name: str) -> Brand | None:
        """The brand with this slug or id."""
        return next((b for b in self.brands.values() if name in (b.slug, str(b.id))), None)
