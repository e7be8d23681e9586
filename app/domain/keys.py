"""API keys: what they are made of, what they may do (rules.md, 3 and 9)."""

from __future__ import annotations

import secrets
from base64 import b32encode
from dataclasses import dataclass
from enum import StrEnum

from app.domain.words import Actor, Instant

PREFIX = "sayso_"
SECRET_BYTES = 36


class KeyScope(StrEnum):
    """One thing that a key may do."""

    DEFINITIONS = "definitions"
    STATUSES_READ = "statuses.read"
    STATUSES_WRITE = "statuses.write"
    LINKS = "links"
    DECISIONS = "decisions"
    CONTACTS = "contacts"
    FEEDBACK = "feedback"
    CHANGES = "changes"
    SUPPRESSIONS = "suppressions"
    CATALOG = "catalog"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is known after it was shown once. `brands` None: every brand.

    `speaks_for_person`: for senders with a preference page of their own, whose UNSUBSCRIBED is
    the person's.
    """

    id: int
    name: str
    scopes: frozenset[KeyScope]
    brands: frozenset[int] | None
    speaks_for_person: bool
    created_at: Instant
    expires_at: Instant | None = None
    revoked_at: Instant | None = None

    def works(self, now: Instant) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def may(self, scope: KeyScope) -> bool:
        """Whether it may do this."""
        return scope in self.scopes

    def reaches(self, brand: int) -> bool:
        """Whether it may read and write this brand."""
        return self.brands is None or brand in self.brands

    @property
    def speaker(self) -> Actor:
        """Who decides where it says UNSUBSCRIBED."""
        return Actor.CONTACT if self.speaks_for_person else Actor.API

    @property
    def reference(self) -> str:
        """What stands on each event it makes."""
        return f"key:{self.id}"


def new_secret() -> str:
    """A key's text: so many letters in a row are taken out of every log."""
    letters = b32encode(secrets.token_bytes(SECRET_BYTES)).decode().rstrip("=").lower()
    return f"{PREFIX}{letters}"
