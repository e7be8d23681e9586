"""Runs of hours: what a chunk does happened when it is done, not when the run began."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.bulk import BulkEdit, Doing
from app.domain.deeds import Doer
from app.domain.importing.orders import What
from app.domain.runs import Press
from app.domain.statistics import Outcome
from app.domain.words import Via
from app.services import bulk, runs, statistics, undoing
from app.services.bulk import Asked
from app.store.tables import contact, day_count, event
from app.web.site import Site
from app.worker import importing, running
from app.worker.due import counting
from app.worker.running import Running
from tests.imports.files import Office
from tests.web.houses import Clock
from tests.world import NOW

PAUSE = 2 * statistics.BEHIND


def test_every_event_of_a_long_run_is_counted(
    site: Site, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who counts keeps a little behind the present: an import, a bulk edit and an undo that take
    longer carry the time of each chunk."""
    clock, doer = Clock(), Doer(7, NOW)
    long = replace(site, now=clock)
    for module in (importing, bulk, undoing):
        monkeypatch.setattr(module, "CHUNK", 1)
    monkeypatch.setattr(running, "TURN_SECONDS", 0.0)
    list_ = "email,novels\n" + "".join(f"p{n}@example.com,yes\n" for n in range(3))
    imported = office.give(list_, What.CONTACTS)
    long.database.write(runs.press, imported, Press.START, doer)
    assert done_in_pauses(long, clock) == 3
    with long.database.reading() as connection:
        ids = connection.scalars(select(contact.c.id)).all()
    asked = Asked(BulkEdit(Doing.UNSUBSCRIBE, office.world.novels.id), "Asked for", contacts=ids)
    edited = long.database.write(bulk.make, asked, office.world.catalog, doer)
    long.database.write(runs.press, edited, Press.START, doer)
    assert done_in_pauses(long, clock) == 3
    assert long.database.write(undoing.begin, edited, "user:7", doer)
    assert done_in_pauses(long, clock) == 3
    counting(long).work()
    with long.database.reading() as connection:
        counted = connection.execute(
            select(day_count.c.outcome, day_count.c.via, day_count.c.count)
        ).all()
    assert sorted(tuple(row) for row in counted) == [
        (Outcome.OPT_OUT, Via.BULK_EDIT, 3),
        (Outcome.SUBSCRIPTION, Via.UNDO, 3),
        (Outcome.SUBSCRIPTION, Via.IMPORT, 3),
    ]


def done_in_pauses(site: Site, clock: Clock) -> int:
    """Carry runs on, with a long pause after each chunk, in which others count; how many events."""
    before = number_of_events(site)
    while Running(site).work():
        clock.pass_(PAUSE)
        counting(site).work()
    return number_of_events(site) - before


def number_of_events(site: Site) -> int:
    """How many there are."""
    with site.database.reading() as connection:
        return len(connection.execute(select(event.c.number)).all())
