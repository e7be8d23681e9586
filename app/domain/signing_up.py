"""What a sign-up form may offer: a brand's public types, each with an unticked box."""

from __future__ import annotations

from app.domain.catalog import Brand, SubscriptionType

NOTICE = "signup"
"""What the form says of consent, among a brand's texts."""


def offered(brand: Brand) -> tuple[SubscriptionType, ...]:
    """The types that anybody may ask for, in the brand's order."""
    if brand.archived:
        return ()
    return tuple(t for t in brand.types if t.public and not t.transactional and not t.archived)
