"""Applications to visit, with a clock to set; what they have stored; what they say to it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event as happening
from sqlalchemy import select
from sqlalchemy.pool import Pool

from app.config import Settings
from app.domain.catalog import Brand, SubscriptionType
from app.domain.evidence import opened
from app.domain.ledger import Event, mark
from app.domain.standing import Held
from app.domain.words import Cause, Instant, Scope, Status
from app.factory import create_app
from app.links.tokens import Link, Purpose
from app.services import preferences
from app.services.addresses import remember
from app.store import addresses
from app.store.addresses import Known
from app.store.doors import Database
from app.store.tables import email_address, event, evidence, outbox, preference
from app.web.site import Site, make_site
from tests.world import ADDRESS_SECRET, NOW, YESTERDAY, Person

BASE_URL = "https://mail.example.com"
LINK_SECRET = b"a link secret for the tests only"
OTHER_SECRET = b"another link secret for the test"


IDLE: dict[Hashable, list[Flask]] = defaultdict(list)
"""Applications whose tests are over, by how they are wired."""


class Clock:
    """What time it is, as the test says."""

    def __init__(self, at: Instant = NOW) -> None:
        self.at = at

    def __call__(self) -> Instant:
        """Now."""
        return self.at

    def pass_(self, time: Instant) -> None:
        """Let time go by."""
        self.at += time


def settings_for(database_url: str, directory: Path, **more: Any) -> Settings:
    """The settings of the tests, and more."""
    usual = Settings(
        data_dir=directory,
        database_url=database_url,
        base_url=BASE_URL,
        address_secret=ADDRESS_SECRET,
        link_secrets=(LINK_SECRET,),
    )
    return replace(usual, **more)


@contextmanager
def running(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """An application with this installation in it. The routes, dear to make, then serve the next
    one that is wired alike."""
    signing = (*settings.link_secrets_next, *settings.link_secrets)
    https = settings.base_url.startswith("https:")
    idle = IDLE[https, signing, settings.trusted_proxies]
    app = idle.pop() if idle else create_app(settings)
    with inhabited(app, settings, clock):
        yield app
    idle.append(app)


@contextmanager
def inhabited(app: Flask, settings: Settings, clock: Clock) -> Iterator[None]:
    """The application serves this installation, whose connections are closed afterwards."""
    site = replace(make_site(settings), now=clock)
    app.extensions["sayso"] = site
    yield
    site.database.close()
    site.counts.close()


def site_of(app: Flask) -> Site:
    """What the application's views work with."""
    site: Site = app.extensions["sayso"]
    return site


def admin_of(app: Flask) -> Flask:
    """The admin beside the application, an application of its own."""
    admin: Flask = app.extensions["apart"].application("admin")
    return admin


@dataclass(frozen=True, slots=True)
class Mailed:
    """The links in what was mailed, as paths."""

    site: Site
    default: int

    def preferences(
        self,
        person: Person,
        brand: Brand | None = None,
        message: int = 0,
        first: SubscriptionType | None = None,
    ) -> str:
        """To the page of a brand: fernway's, where none is named."""
        id_ = brand.id if brand else self.default
        type_ = first.id if first else None
        return _path(self.site.links.preferences_url(person.address, id_, message, type_))

    def type(self, person: Person, type_: SubscriptionType, message: int = 0) -> str:
        """That opts out of a type."""
        return self.of(person.key, Purpose.TYPE, type_.id, message)

    def brand(self, person: Person, brand: Brand, message: int = 0) -> str:
        """That opts out of a brand."""
        return self.of(person.key, Purpose.BRAND, brand.id, message)

    def account(self, person: Person) -> str:
        """That opts out of the account."""
        return self.of(person.key, Purpose.ACCOUNT, 0)

    def example(self, brand: Brand) -> str:
        """For previews."""
        return _path(self.site.links.example_url(brand.id))

    def of(self, key: bytes, purpose: Purpose, scope: int, message: int = 0) -> str:
        """For anything a token can say."""
        return _path(self.site.links.url(Link(purpose, key, scope, message)))


def token_of(path: str) -> str:
    """The token of a link."""
    return path.split("?", maxsplit=1)[0].split("/")[2]


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def store(
    database: Database, person: Person, language: str | None = None, at: Instant = YESTERDAY
) -> None:
    """Have the address's text known, as a contact or an import would."""
    row = (person.key, person.address, language)
    database.write(remember, [row], at)


def known(database: Database, person: Person) -> Known:
    """What the database knows of an address."""
    with database.reading() as connection:
        return addresses.known(connection, person.key)


def events(database: Database, person: Person) -> list[Event]:
    """An address's whole ledger."""
    with database.reading() as connection:
        return preferences.events_since(connection, person.key, 0)


def mark_of(database: Database, person: Person, number: int = 1) -> tuple[str, str]:
    """The field by which a form names that event of hers."""
    return "mark", mark(events(database, person)[number - 1].hash)


def statuses(held: Held) -> dict[Scope, Status]:
    """What stands by choice, scope by scope."""
    return {place.scope: s.status for place, s in held.items() if place.cause is Cause.CHOICE}


def proof(database: Database) -> list[dict[str, str]]:
    """All evidence, in the order of records."""
    with database.reading() as connection:
        kept = select(evidence.c.content, evidence.c.network).order_by(evidence.c.record)
        return [opened(*row) or {} for row in connection.execute(kept)]


def everything(database: Database) -> Mapping[str, list[tuple[Any, ...]]]:
    """Every row that says something about an address."""
    tables = (email_address, event, evidence, preference, outbox)
    with database.reading() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in tables
        }


@contextmanager
def overheard(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that reaches a database's driver over connections opened meanwhile, but for
    what a connection is asked (whose it is, whether it still lives after a rest) and what a trigger
    adds (SQLite tells of it by the statement that set it off)."""
    said: list[str] = []

    def note(statement: str) -> None:
        set_off = statement.startswith("INSERT INTO event") and statement in said[-1:]
        asked = statement in ("SELECT 1", "SELECT pg_backend_pid()")
        if not asked and not statement.startswith("--") and not set_off:
            said.append(statement)

    def listen(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(note)

    execute = psycopg.Cursor.execute

    def listened(self: Any, query: Any, *rest: Any, **more: Any) -> Any:
        note(query if isinstance(query, str) else str(query))
        return execute(self, query, *rest, **more)

    happening.listen(Pool, "connect", listen)
    with patch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", listened)
        yield said
    happening.remove(Pool, "connect", listen)
