"""Fernway Books, the example of a first run, served on a free port: with a database of its own,
a clock that a test sets, and five kinds of email to choose from."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, delete, func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from app.config import Settings
from app.domain.address import AddressKeys, fingerprint
from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.changes import By, Change, Subscribe
from app.domain.ledger import Event
from app.domain.words import Reason
from app.links.tokens import Link, Purpose
from app.queries.decisions import decisions
from app.queries.history import history
from app.services import addresses, catalog, example, preferences
from app.services.catalog import NewAccount, NewBrand, NewType
from app.services.preferences import Instruction, always
from app.store import catalog as stored
from app.store.doors import Database
from app.store.tables import contact, email_address
from app.web.site import Site
from app.worker.loop import Worker
from tests.web.houses import Clock, admin_of, running
from tests.world import ADDRESS_SECRET, ANA, NOW, Person, by

LINK_SECRET = b"a link secret for the tests only"
POLL_SECONDS = 0.02
"""How soon the server sees that it is to end."""
EVENTS = {
    "en": {
        "name": "Events near you",
        "description": "Readings and signings within an hour of your shop.",
        "frequency": "2 or 3 a month",
    },
    "de": {
        "name": "Veranstaltungen in Ihrer Nähe",
        "description": "Lesungen und Signierstunden im Umkreis Ihrer Buchhandlung.",
        "frequency": "2 oder 3 im Monat",
    },
    "ar": {
        "name": "فعاليات بالقرب منك",
        "description": "قراءات وتوقيعات على بُعد ساعة من متجرك.",
        "frequency": "مرتان أو ثلاث شهريًا",
    },
}
LETTER = {"en": {"name": "Letter from the mill", "description": "What we print ourselves."}}
EVENINGS = {"en": {"name": "Evenings", "description": "Bookbinding, with tea."}}
WORKSHOPS = NewBrand("workshops", "Fernway Workshops")


def furnish(database: Database) -> None:
    """Open the shop in an empty database. Ana gets the private type, and all the public ones. There
    are no contacts: tests make their own."""
    database.write(_furnish)


def _furnish(connection: Connection) -> None:
    keys = AddressKeys(ADDRESS_SECRET)
    new = NewAccount(fingerprint(ADDRESS_SECRET), name="Fernway", privacy_decided=True)
    example.make(connection, new, keys, NOW)
    connection.execute(delete(contact))
    known = stored.read(connection, fingerprint(ADDRESS_SECRET))
    catalog.add_type(connection, NewType(known.default_brand, "events", EVENTS), NOW)
    addresses.remember(connection, [(ANA.key, ANA.address, None)], NOW)
    circle = next(t for t in known.types.values() if t.slug == "reading-circle")
    preferences.apply(connection, Instruction(ANA.key, by(at=NOW), always(Subscribe(circle))))


class Shop:
    """What a test does behind the counter, while people are at the pages."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        self.clock = clock
        self.app = app

    @property
    def site(self) -> Site:
        """The site that is served."""
        site: Site = self.app.extensions["sayso"]
        return site

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.site.settings.base_url

    @property
    def catalog(self) -> Catalog:
        """Its brands and types, as they are now."""
        with self.site.database.reading() as connection:
            return stored.read(connection, fingerprint(ADDRESS_SECRET))

    @property
    def fernway(self) -> Brand:
        """The brand that sells books."""
        return self.catalog.brand_or_default(0)

    def rule_of(self, path: str) -> str:
        """The route that a POST to `path` reaches."""
        app = admin_of(self.app) if path.startswith("/admin") else self.app
        found = app.url_map.bind("localhost").match(path, method="POST", return_rule=True)
        return str(found[0].rule)

    def type(self, slug: str) -> SubscriptionType:
        """The type called so."""
        return next(t for t in self.catalog.types.values() if t.slug == slug)

    def preferences(self, person: Person = ANA) -> str:
        """The person's preferences link."""
        return self.site.links.preferences_url(person.address, self.fernway.id)

    def unsubscribe(self, slug: str, person: Person = ANA) -> str:
        """The person's unsubscribe link of a type."""
        return self.site.links.unsubscribe_url(person.address, type=self.type(slug).id)

    def unsubscribe_brand(self, person: Person = ANA) -> str:
        """The person's unsubscribe link of the brand."""
        return self.site.links.unsubscribe_url(person.address, brand=self.fernway.id)

    def example(self) -> str:
        """Nobody's preferences link."""
        return self.site.links.example_url(self.fernway.id)

    def must_send(self, person: Person = ANA) -> str:
        """An unsubscribe link of the type that everybody gets. No sender is given one."""
        link = Link(Purpose.TYPE, person.key, self.type("receipts").id)
        return self.site.links.url(link)

    def say(self, *changes: Change, by: By, person: Person = ANA) -> None:
        """Have something written about the person."""
        said = Instruction(person.key, by, always(*changes))
        self.site.database.write(preferences.apply, said)

    def reason(self, slug: str, person: Person = ANA) -> Reason:
        """Why the person may be sent this type now, or may not."""
        with self.site.database.reading() as connection:
            (found,) = decisions(
                connection, self.catalog, self.type(slug), [person.key], self.clock.at
            )
        return found.reason

    def events(self, person: Person = ANA) -> list[Event]:
        """All that was ever written about the person's choices."""
        with self.site.database.reading() as connection:
            return preferences.events_since(connection, person.key, 0)

    def evidence(self, number: int, person: Person = ANA) -> dict[str, str]:
        """What was kept to show for one of these events."""
        with self.site.database.reading() as connection:
            told = history(connection, self.catalog, person.key)
            kept: dict[str, str] = next(e["evidence"] for e in told if e["number"] == number)
        return kept

    def open_workshops(self) -> None:
        """A second brand, so that "everything" may mean more than Fernway Books."""
        workshops = self.site.database.write(catalog.add_brand, WORKSHOPS, NOW)
        evenings = NewType(workshops, "evenings", EVENINGS)
        self.site.database.write(catalog.add_type, evenings, NOW)

    def addresses(self) -> int:
        """Of how many addresses anything is stored."""
        with self.site.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(email_address)) or 0

    def offer_letter(self) -> None:
        """A type that asks for confirmation by mail."""
        letter = NewType(self.fernway.id, "letter", LETTER, confirms=True)
        self.site.database.write(catalog.add_type, letter, NOW)

    def mails(self) -> list[EmailMessage]:
        """Send what is owed, and read all that was ever sent, oldest first."""
        Worker(self.site).work()
        files = (self.site.settings.data_dir / "mail").glob("*.eml")
        oldest_first = sorted(files, key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(f.read_bytes(), policy=default) for f in oldest_first]

    def lose_database(self) -> None:
        """From now on there is no database where one should be."""
        gone = Database(f"sqlite:///{self.site.settings.data_dir / 'gone' / 'sayso.db'}")
        self.app.extensions["sayso"] = replace(self.site, database=gone)


@contextmanager
def open_shop(database: Path) -> Iterator[Shop]:
    """Serve a furnished database, alone in its directory, over HTTP: each request in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        settings = Settings(
            data_dir=database.parent,
            database_url=f"sqlite:///{database}",
            base_url=f"http://{host}:{port}",
            address_secret=ADDRESS_SECRET,
            link_secrets=(LINK_SECRET,),
        )
        clock = Clock()
        with running(settings, clock) as app, _answering(app, listening):
            yield Shop(app, clock)


@contextmanager
def _answering(app: Flask, listening: socket.socket) -> Iterator[None]:
    host, port = listening.getsockname()
    server = make_server(
        host, port, app, threaded=True, request_handler=_Quiet, fd=listening.fileno()
    )
    serving = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,))
    serving.start()
    try:
        yield
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    """Says nothing of requests: no token may reach a log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""
