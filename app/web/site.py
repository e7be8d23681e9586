"""What the views work with: doors, links, catalogue, clock. One per application."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from app.config import BadSettings, Settings
from app.domain.address import AddressKeys, fingerprint
from app.domain.catalog import Catalog
from app.domain.words import Instant
from app.links.timed import Accesses, Confirmations, Moves
from app.links.tokens import Tokens
from app.links.urls import Links
from app.store.catalog import CatalogCache
from app.store.counting import Counts, counting_url
from app.store.doors import Database
from app.web.meter import SILENT, Meter


def system_clock() -> Instant:
    """Now, in milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Site:
    """One installation, as its web processes see it."""

    settings: Settings
    database: Database
    counts: Counts
    keys: AddressKeys
    tokens: Tokens
    links: Links
    confirmations: Confirmations
    accesses: Accesses
    moves: Moves
    catalogs: CatalogCache
    now: Callable[[], Instant] = system_clock
    meter: Meter = SILENT
    pages: dict[Hashable, list[bytes]] = field(default_factory=dict)
    """Preference pages as many people see them alike (web/recipient/alike.py)."""

    def catalog(self) -> Catalog:
        """Account, brands and types as they are."""
        with self.database.reading() as connection:
            return self.catalogs.current(connection)


def make_site(settings: Settings) -> Site:
    """Everything the views and the worker share."""
    if settings.address_secret is None or not settings.link_secrets:
        raise BadSettings(
            "There are no secrets. Run `sayso init` to make them with a new database, or set "
            "SAYSO_ADDRESS_SECRET and SAYSO_LINK_SECRETS to those of your database."
        )
    keys = AddressKeys(settings.address_secret)
    tokens = Tokens(settings.link_secrets, settings.link_secrets_next, settings.link_secrets_leaked)
    signing = (*settings.link_secrets_next, *settings.link_secrets)
    return Site(
        settings=settings,
        database=Database(
            settings.database_url, settings.read_database_url, settings.browse_database_url
        ),
        counts=Counts(counting_url(settings.database_url, str(settings.data_dir))),
        keys=keys,
        tokens=tokens,
        catalogs=CatalogCache(fingerprint(settings.address_secret)),
        links=Links(settings.base_url, keys, tokens, settings.unsubscribe_domain),
        confirmations=Confirmations(signing, settings.link_secrets_leaked),
        accesses=Accesses(signing, settings.link_secrets_leaked),
        moves=Moves(signing, settings.link_secrets_leaked),
    )
