"""What every command works with: the site of this environment, and the catalogue it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import click

from app.config import from_environment
from app.domain.address import MalformedAddress, unwrapped
from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.deeds import Deed, Doer
from app.domain.moments import instant
from app.domain.words import Instant
from app.services.audit import noted
from app.web.site import Site, make_site

T = TypeVar("T")


@cache
def here() -> Site:
    """The site that the environment describes."""
    return make_site(from_environment())


def do(deed: Deed, subject: tuple[str, object | None], work: Callable[..., T], *given: Any) -> T:
    """Have a service do its work, and the audit trail keep that the command line had it done."""
    by = Doer(None, here().now())
    return here().database.write(
        noted, by, deed, subject, lambda connection: work(connection, *given)
    )


def instant_of(when: datetime) -> Instant:
    """A day's beginning, or a moment; without a zone in the account's."""
    return instant(when if when.tzinfo else when.replace(tzinfo=here().settings.time_zone))


def key_of(address: str) -> bytes:
    """The address key of what was typed as an address, or an error that names it."""
    try:
        return here().keys(unwrapped(address))
    except MalformedAddress as why:
        raise click.UsageError(f"{address!r} is no email address: {why}.") from None


def catalog() -> Catalog:
    """Its account, brands and types."""
    return here().catalog()


def named_type(found: Catalog, name: str) -> SubscriptionType:
    """The type with this slug or id, or an error that lists those there are."""
    if type_ := found.named_type(name):
        return type_
    slugs = ", ".join(sorted(t.slug for t in found.types.values())) or "none yet"
    raise click.UsageError(f"There is no type {name!r}. Types: {slugs}")


def named_brand(found: Catalog, name: str) -> Brand:
    """The brand with this slug or id, or an error that lists those there are."""
    if brand := found.named_brand(name):
        return brand
    slugs = ", ".join(sorted(b.slug for b in found.brands.values()))
    raise click.UsageError(f"There is no brand {name!r}. Brands: {slugs}")
