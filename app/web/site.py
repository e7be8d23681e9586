"""What the views work with: doors, links, catalogue, clock. One per application."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from flask import current_app

from app.config import Settings
from app.domain.address import AddressKeys
from app.domain.words import Instant
from app.links.timed import Accesses, Confirmations, Moves
from app.links.tokens import Tokens
from app.links.urls import Links
from app.store.catalog import CatalogCache
from app.store.counting import Counts
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
    pages: dict[Hashable, str] = field(default_factory=dict)
    """Preference pages as many people see them alike (web/recipient/alike.py)."""


def site() -> Site:
    """The site of the current application."""
    found: Site = current_app.extensions["sayso"]
    return found
