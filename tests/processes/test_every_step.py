"""Killed at every step of what owes something (issue 6): before, in and after each transaction.
Forks of this process, on both databases, from the same one each time."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TypeVar
from urllib.parse import urlencode

import psycopg
import pytest
from sqlalchemy import Connection, Table, func, make_url, select

from app.domain.bulk import BulkEdit, Doing
from app.domain.contacts import Source
from app.domain.deeds import Doer
from app.domain.mail import State
from app.domain.runs import Press
from app.domain.triggers import Trigger, TriggerKind
from app.domain.words import Actor, Instant, Status
from app.domain.workflows import Action, ActionKind, Definition
from app.factory import create_app
from app.services import bulk, enrolment_runs, runs, webhooks, workflows
from app.services.bulk import Asked
from app.services.contacts import Draft, Origin, save_all
from app.services.outbox import LEASE
from app.store.doors import Database
from app.store.tables import (
    email_address,
    enrolment_step,
    event,
    evidence,
    feed,
    outbox,
    preference,
    sign_up,
    unsequenced,
)
from app.web.site import Site, make_site, system_clock
from app.worker.loop import Worker
from app.worker.running import Running
from tests.databases import unexplained
from tests.processes.installation import FORM, ONE_CLICK, Installation, Shop
from tests.processes.mortal import lives
from tests.processes.post import Post, listening
from tests.worker.receiver import Receiver, receiving

T = TypeVar("T")
pytestmark = pytest.mark.long
ANA, BEN = "ana.reader@example.com", "ben.reader@example.com"
OTHER = "new-arrivals"
PEOPLE = [ANA, BEN]
WRITTEN = (email_address, event, evidence, preference, outbox, unsequenced, sign_up)


@dataclass
class Again:
    """A database to begin from again and again."""

    installation: Installation
    site: Site

    def __post_init__(self) -> None:
        self.site.database.close()
        self.site.counts.close()
        self._url = make_url(self.site.settings.database_url)
        self._kept = self.installation.home / "kept.db"
        if self.site.settings.is_sqlite:
            shutil.copy(self.installation.database_file, self._kept)
        else:
            self._say(f"CREATE DATABASE kept_of_{self._url.database} TEMPLATE {self._url.database}")

    def begin(self) -> None:
        """As it was in the beginning, and nobody asked for anything yet."""
        if not self.site.settings.is_sqlite:
            name = self._url.database
            self._say(f"DROP DATABASE {name} WITH (FORCE)")
            self._say(f"CREATE DATABASE {name} TEMPLATE kept_of_{name}")
            return
        for left in (*self.installation.var.glob("*.db-*"), self.installation.var / "counts.db"):
            left.unlink(missing_ok=True)
        shutil.copy(self._kept, self.installation.database_file)

    def _say(self, statement: str) -> None:
        """To PostgreSQL's server."""
        host, user = str(self._url.query["host"]), self._url.username
        with psycopg.connect(host=host, user=user, dbname="postgres", autocommit=True) as server:
            server.execute(statement.encode())

    def asked(self, question: Callable[[Connection], T]) -> T:
        """What stands in it now."""
        database = Database(self.site.settings.database_url)
        with closing(database), database.reading() as connection:
            assert unexplained(connection) == []
            return question(connection)


def many(connection: Connection) -> tuple[int, ...]:
    """How many rows each table that a press writes has."""
    return tuple(connection.scalar(select(func.count()).select_from(t)) or 0 for t in WRITTEN)


def presses(shop: Shop) -> dict[str, tuple[str, bytes]]:
    """Everything of a recipient that leaves something owed: a mail, a call, a place in the feed."""
    brand = shop.catalog.brand_or_default(0)
    url = shop.site.links.preferences_url(ANA, brand.id)
    typed = {"email": ANA, "type": str(shop.type_id())}
    return {
        "one-click": (f"/u/{shop.token(ANA)}", ONE_CLICK),
        "everything": (f"/p/{url.rpartition('/')[2]}", b"do=account"),
        "lost link": ("/links", urlencode({"email": ANA, "do": "mail"}).encode()),
        "fallback form": ("/links", urlencode({"email": ANA, "do": "unsubscribe"}).encode()),
        "sign-up": (f"/s/{brand.slug}", urlencode(typed).encode()),
    }


@pytest.mark.parametrize(
    "press", ["one-click", "everything", "lost link", "fallback form", "sign-up"]
)
def test_a_web_process_killed_at_any_step_of_a_press_leaves_all_of_it_or_nothing(
    installation: Installation, shop: Shop, press: str
) -> None:
    """R-17: and whoever presses again is told 200, with the same outcome as without a kill."""
    path, body = presses(shop)[press]
    again = Again(installation, shop.site)
    app = create_app(shop.site.settings)

    def asks() -> None:
        answer = app.test_client(use_cookies=False).post(path, data=body, headers=FORM)
        assert answer.status_code == 200, answer.text

    before = again.asked(many)
    assert lives(asks)
    after = again.asked(many)
    assert before != after
    for number in count(1):
        again.begin()
        lived = lives(asks, number)
        left = again.asked(many)
        assert left in (before, after), f"half a press after a kill at step {number}"
        if lived:
            break
        assert lives(asks)
        assert again.asked(many)[:4] == after[:4], f"another outcome after a kill at step {number}"
    assert number == 4


@pytest.fixture
def hears() -> Iterator[tuple[Post, Receiver, str]]:
    """A mail server and a webhook's receiver that take everything."""
    post = Post()
    with listening(post) as url, receiving() as receiver:
        yield post, receiver, url


def everything_owed(shop: Shop, url: str) -> None:
    """Mails, events without a place, webhook calls, a bulk edit and enrolments: all to be done."""
    site, by = shop.site, Doer(7, shop.site.now())
    site.database.write(webhooks.create, webhooks.Settings(url), by)
    origin = Origin(site.now(), Source.API, "key:7")
    site.database.write(save_all, [Draft(site.keys(p), p) for p in PEOPLE], origin)
    edit = Asked(
        BulkEdit(Doing.UNSUBSCRIBE, shop.type_id(OTHER)),
        "They asked at the fair.",
        search={"text": ".reader@"},
    )
    run = site.database.write(bulk.make, edit, shop.catalog, by)
    while Running(site).work():
        pass
    assert site.database.write(runs.press, run, Press.START, by)
    steps = (
        Action(ActionKind.STATUS, type=shop.type_id(), status=Status.UNSUBSCRIBED),
        Action(ActionKind.LINK),
    )
    asked = Definition((Trigger(TriggerKind.CREATED, source=Source.API),), actions=steps)
    flow = site.database.write(workflows.make, "Welcome", asked, by)
    site.database.write(enrolment_runs.activate, flow, by, len(PEOPLE))


def told(post: Post, receiver: Receiver, connection: Connection) -> dict[str, object]:
    """What came of it: every count is the same, wherever somebody was killed."""
    each = select(func.count()).where(event.c.actor.in_([Actor.WORKFLOW, Actor.USER]))
    mails = connection.execute(select(outbox.c.state, outbox.c.message_id)).all()
    events = {(bytes(e.address_key), e.number) for e in connection.execute(select(event))}
    heard = {(bytes.fromhex(h.data["addressKey"]), h.data["number"]) for h in receiver.heard}
    ids = {message_id.partition("@")[0].strip("<") for message_id in post.message_ids()}
    return {
        "states of mails": Counter(State(row.state) for row in mails),
        "mails that came under their own id": ids == {row.message_id for row in mails},
        "events told": heard == events,
        "events without a place": _many(connection, unsequenced),
        "places": _many(connection, feed),
        "changes of each address": sorted(connection.scalars(each.group_by(event.c.address_key))),
        "steps": _many(connection, enrolment_step),
    }


def _many(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def working(site: Site, after: Instant) -> Callable[[], None]:
    """A worker that does all that is due, so long after now."""

    def work() -> None:
        now = system_clock()
        worker = Worker(replace(site, now=lambda: now + after))
        while worker.work():
            pass

    return work


def test_a_worker_killed_at_any_step_leaves_what_it_owes_to_another(
    installation: Installation, shop: Shop, hears: tuple[Post, Receiver, str]
) -> None:
    """Architecture 6: mail claimed, sent, noted; events sequenced; webhooks told; a bulk edit and a
    workflow carried on. Another worker does the rest once the leases are out. Nothing is done
    twice, and a mail or call that goes twice has the same id."""
    post, receiver, url = hears
    everything_owed(shop, receiver.url())
    settings = replace(shop.site.settings, smtp_url=url, webhook_networks=("127.0.0.0/8",))
    again, site = Again(installation, shop.site), make_site(settings)

    def outcome(number: int) -> tuple[bool, dict[str, object]]:
        again.begin()
        post.mails.clear()
        receiver.heard.clear()
        lived = lives(working(site, 0), number)
        assert lives(working(site, LEASE + 1_000))
        return lived, again.asked(partial(told, post, receiver))

    _, whole = outcome(0)
    assert whole["events told"]
    assert whole["changes of each address"] == [2] * len(PEOPLE)
    for number in count(1):
        lived, left = outcome(number)
        assert left == whole, f"killed at step {number}"
        if lived:
            break
    assert number > 50
