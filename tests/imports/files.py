"""Somebody who imports files, and reads what became of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain.deeds import Doer
from app.domain.importing.columns import Target
from app.domain.importing.orders import Order, What
from app.domain.runs import Press, RowOutcome
from app.queries import contacts
from app.queries import imports as known
from app.services import imports, runs, undoing
from app.store import addresses
from app.store.addresses import Known
from app.store.runs import Run, read
from app.web.receiving import receive
from app.web.site import Site
from app.worker.handlers import prepared
from app.worker.running import Running
from tests.world import World

DORA = Doer(None, 0)


@dataclass(frozen=True)
class Office:
    """The installation, and the cast in it."""

    site: Site
    world: World

    def give(
        self,
        text: str | bytes,
        what: What = What.CONTACTS,
        targets: Sequence[str] = (),
        *,
        explanation: str = "",
        file: str = "file.csv",
        **order: Any,
    ) -> int:
        """Hand in a file; the import's id. Columns are guessed where they are not told."""
        content = text.encode() if isinstance(text, str) else text
        id_ = receive(self.site, io.BytesIO(content), what, (file, "user:7"), self.dora)
        wanted = replace(self.order(id_), **order)
        if targets:
            wanted = wanted.mapped([Target.parse(target) for target in targets])
        words = {"explanation": explanation}
        assert self.site.database.write(imports.order, id_, wanted, words)
        return id_

    def order(self, id_: int) -> Order:
        """What an import is to do."""
        return Order.from_json(self.run(id_).parameters)

    @property
    def dora(self) -> Doer:
        """Who does it, now."""
        return Doer(None, self.site.now())

    def run(self, id_: int) -> Run:
        """The import as it is now."""
        with self.site.database.reading() as connection:
            found = read(connection, id_)
        assert found is not None
        return found

    def press(self, id_: int, pressed: Press) -> None:
        """Say what is to be done."""
        assert self.site.database.write(runs.press, id_, pressed, self.dora)

    def work(self) -> None:
        """Until nothing is owed."""
        while Running(self.site).work():
            pass

    def chunk(self, id_: int) -> Run:
        """Do one chunk."""
        run, site = self.run(id_), self.site
        site.database.write(runs.advance, run, prepared(site, run), lambda: 1, site.now())
        return self.run(id_)

    def check(self, id_: int) -> Run:
        """Have it foreseen what an import would do."""
        self.press(id_, Press.CHECK)
        self.work()
        return self.run(id_)

    def do(self, id_: int) -> Run:
        """Have it done, unseen."""
        self.press(id_, Press.START)
        self.work()
        return self.run(id_)

    def undo(self, id_: int) -> Run:
        """Have it taken back."""
        undoing_run = self.site.database.write(undoing.begin, id_, "user:7", self.dora)
        assert undoing_run is not None
        self.work()
        return self.run(undoing_run)

    def known(self, address: str) -> Known:
        """What is known of an address."""
        with self.site.database.reading() as connection:
            return addresses.known(connection, self.site.keys(address))

    def contact(self, address: str) -> contacts.Contact | None:
        """The contact with this address."""
        with self.site.database.reading() as connection:
            return contacts.by_key(connection, self.site.keys(address))

    def values(self, address: str) -> dict[int, str]:
        """The contact's properties."""
        found = self.contact(address)
        assert found is not None
        with self.site.database.reading() as connection:
            return dict(contacts.values_of(connection, found.id))

    def report(self, id_: int) -> dict[int, tuple[RowOutcome, str]]:
        """What became of each line: the outcome, and the reason's name."""
        with self.site.database.browsing() as connection:
            rows = list(known.report(connection, self.run(id_)))
        return {row.line: (row.outcome, row.reason.name if row.reason else "") for row in rows}
