"""The web and a worker of one installation in this process, with a clock that a test sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select
from werkzeug.test import TestResponse

from app.domain.mail import MailKind, State
from app.domain.words import Instant
from app.factory import create_app
from app.services import addresses, outbox
from app.services.outbox import Mail
from app.store.tables import outbox as mails
from app.web.site import Site
from app.worker.loop import Worker
from tests.processes.installation import Installation
from tests.world import NOW


class Office:
    """Asks for mail as people do, and sends it as a worker does."""

    def __init__(self, installation: Installation) -> None:
        self.now: Instant = NOW
        self.app = create_app(installation.site().settings)
        self.site: Site = replace(self.app.extensions["sayso"], now=lambda: self.now)
        self.app.extensions["sayso"] = self.site

    def knows(self, *people: str) -> None:
        """Store these addresses, as an import does."""
        rows = [(self.site.keys(p), p, None) for p in people]
        self.site.database.write(addresses.remember, rows, self.now)

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form."""
        return self.app.test_client(use_cookies=False).post(path, data=fields)

    def ask_for_link(self, address: str, **more: str) -> TestResponse:
        """Ask on the page for lost links."""
        return self.post("/links", email=address, do="mail", **more)

    def owe(self, address: str, kind: MailKind = MailKind.PREFERENCES_LINK) -> None:
        """Owe a mail, as a form does."""
        with self.site.database.reading() as connection:
            brand = self.site.catalogs.current(connection).default_brand
        mail = Mail(kind, self.site.keys(address), brand, "en")
        self.site.database.write(outbox.owe, mail, self.now)

    def was_sent(self, address: str, kind: MailKind) -> None:
        """Owe a mail and note that it was sent."""
        self.owe(address, kind)
        self.site.database.write(outbox.end, self.rows[-1].id, State.SENT, "accepted", self.now)

    def work(self) -> None:
        """Let a worker do all that is due."""
        worker = Worker(self.site)
        while worker.work():
            pass

    @property
    def rows(self) -> list[Row[Any]]:
        """The outbox, those with the newest end or creation last."""
        with self.site.database.reading() as connection:
            kept = connection.execute(select(mails).order_by(mails.c.created_at)).all()
        return sorted(kept, key=lambda row: (row.created_at, row.state != State.OWED, row.id))

    @property
    def states(self) -> list[State]:
        """What became of the mails, oldest first."""
        return [State(row.state) for row in self.rows]


@contextmanager
def office_of(installation: Installation, smtp_url: str | None) -> Iterator[Office]:
    """The office of an installation whose mail goes to this server."""
    if smtp_url:
        installation.settings["SAYSO_SMTP_URL"] = smtp_url
    office = Office(installation)
    try:
        yield office
    finally:
        office.site.database.close()
        office.site.counts.close()
