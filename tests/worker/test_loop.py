"""Workers: what wakes them, and how they end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.changes import Unsubscribe
from app.domain.deeds import Doer
from app.domain.mail import MailKind
from app.domain.words import ACCOUNT, MINUTE
from app.queries.waiting import due
from app.services import outbox, webhooks
from app.services.outbox import Mail
from app.services.webhooks import Settings as HookSettings
from app.web.site import Site
from app.worker.due import sequencing
from app.worker.loop import Worker
from tests.databases import ON_SQLITE
from tests.processes.installation import until
from tests.web.houses import Clock, running, settings_for, site_of
from tests.world import ANA, BEN, Person, World, say


@pytest.fixture
def clock() -> Clock:
    """Noon, until the test says otherwise."""
    return Clock()


@pytest.fixture
def site(database_url: str, tmp_path: Path, world: World, clock: Clock) -> Iterator[Site]:
    """An installation."""
    with running(settings_for(database_url, tmp_path), clock) as app:
        yield site_of(app)


def owe(site: Site, person: Person) -> None:
    """Owe somebody their preferences link from now on."""
    mail = Mail(MailKind.PREFERENCES_LINK, person.key, 1, "en", person.address)
    site.database.write(outbox.owe, mail, site.now())


def woken(site: Site) -> frozenset[str]:
    """The queues whose workers are woken now."""
    with site.database.reading() as connection:
        return due(connection, site.now())


def test_what_is_due_wakes_whom_it_is_owed_to_and_nobody_else(
    site: Site, world: World, clock: Clock
) -> None:
    """Architecture 6, issue 6. That nothing is missed, tests/worker/test_everything.py shows."""
    hook = HookSettings("https://receiver.example.com/")
    site.database.write(webhooks.create, hook, Doer(None, site.now()))
    owe(replace(site, now=Clock(site.now() + MINUTE)), ANA)
    assert woken(site) == set()
    say(site.database, ANA, Unsubscribe(ACCOUNT))
    assert woken(site) == {"unsequenced"}
    assert sequencing(site).work()
    assert woken(site) == {"webhooks"}
    clock.pass_(MINUTE)
    assert woken(site) == {"webhooks", "outbox"}


@pytest.mark.slow
@ON_SQLITE
def test_a_worker_that_rests_does_what_comes_and_ends_when_it_is_told(
    site: Site, tmp_path: Path
) -> None:
    """Architecture 6: within a second or two."""
    ending = threading.Event()
    working = threading.Thread(target=Worker(site).run, args=(ending,))
    working.start()
    try:
        for number, person in enumerate((ANA, BEN), 1):
            owe(site, person)
            sent = tmp_path / "mail"
            until(lambda: len([*sent.glob("*.eml")]) == number, "the mail lies there")  # noqa: B023
    finally:
        ending.set()
        working.join()
