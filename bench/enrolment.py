"""Contacts who came just now, enrolled as a run and brought through one action a second, beside the
same rows written by the bare driver, 500 a transaction, without ledger, judging and trail."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from itertools import count

import psycopg
from sqlalchemy import make_url

from app.config import from_environment
from app.domain.contacts import Processing, Source
from app.domain.deeds import Doer
from app.domain.triggers import Trigger, TriggerKind
from app.domain.words import Basis, Status
from app.domain.workflows import Action, ActionKind, Definition
from app.garbage import look_seldom
from app.queries.contact_filters import Filters
from app.services import enrolment_runs, workflows
from app.services.contacts import Draft, Origin, save_all
from app.web.site import Site, make_site
from app.worker.enrolling import Stepping
from app.worker.running import Running
from bench import world
from bench.databases import Kind
from bench.filled import filled_standing
from bench.report import Measured
from bench.sizes import CONTACTS, STORED
from bench.turns import in_turns, medians, ratio

WARM, PART, PAIRS = 1_000, 500, 1
FLOOR = "CREATE TABLE enrolled (contact BIGINT PRIMARY KEY, key {bytes}, due_at BIGINT)"
_numbers, _firsts = count(1), count(20_000_000, 1_000_000)


def measure(kind: Kind) -> list[Measured]:
    """Contacts a second."""
    made = filled_standing(kind, STORED)
    floor = {"sqlite": _sqlite_floor, "postgresql": _postgresql_floor}[kind.name]

    def ours(turn: int) -> float:
        size = CONTACTS if turn else WARM
        return _enrolled(_site(kind.copy(made.url), kind), size)

    def bare(turn: int) -> float:
        return floor(kind.copy(made.url), CONTACTS if turn else WARM)

    pairs = in_turns(ours, bare, PAIRS)
    own, other = (f"{speed:,.0f}/s" for speed in medians(pairs, float))
    what = f"enrolment of {CONTACTS:,} contacts, each subscribed with a basis"
    return [Measured(what, kind.name, own, other, ratio(pairs, float), "≥ 5,000/s")]


def _enrolled(site: Site, size: int) -> float:
    """How many a second enter and are subscribed."""
    since = site.now()
    _contacts(site, size)
    with site.database.reading() as connection:
        catalog = site.catalogs.current(connection)
    type_ = next(t for t in catalog.types.values() if not t.transactional)
    subscribe = Action(
        ActionKind.STATUS,
        type=type_.id,
        status=Status.SUBSCRIBED,
        basis=Basis.CONSENT_WITH_NOTICE,
        explanation="They ticked the box at the fair.",
        processing=Processing.CONSENT,
        processing_explanation="The same box.",
    )
    by = Doer(None, site.now())
    asked = Definition((Trigger(TriggerKind.CREATED),), actions=(subscribe,))
    id_ = site.database.write(workflows.make, "Welcome", asked, by)
    look_seldom()
    began = time.perf_counter()
    site.database.write(enrolment_runs.activate, id_, by, None)
    site.database.write(enrolment_runs.enrol_found, id_, Filters(since=since).to_json(), by, size)
    for duty in (Running(site), Stepping(site)):
        while duty.work():
            pass
    return size / (time.perf_counter() - began)


def _contacts(site: Site, size: int) -> None:
    first = next(_firsts)
    people = [world.address(number) for number in range(first, first + size)]
    for at in range(0, size, PART):
        drafts = [Draft(site.keys(person), person) for person in people[at : at + PART]]
        site.database.write(save_all, drafts, Origin(site.now(), Source.IMPORT, "run:1"))


def _site(url: str, kind: Kind) -> Site:
    home = kind.home / f"enrolment-{next(_numbers)}"
    return make_site(from_environment(world.environment(url, str(home))))


def _rows(size: int) -> list[tuple[int, bytes, int]]:
    return [(n, n.to_bytes(16, "big"), n) for n in range(size)]


def _sqlite_floor(url: str, size: int) -> float:
    began = time.perf_counter()
    with closing(sqlite3.connect(make_url(url).database or "", isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=FULL")
        database.execute("DROP TABLE IF EXISTS enrolled")
        database.execute(FLOOR.format(bytes="BLOB"))
        rows = _rows(size)
        for at in range(0, size, PART):
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO enrolled VALUES (?, ?, ?)", rows[at : at + PART])
            database.execute("COMMIT")
    return size / (time.perf_counter() - began)


def _postgresql_floor(url: str, size: int) -> float:
    began = time.perf_counter()
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as database:
        database.execute("DROP TABLE IF EXISTS enrolled")
        database.execute(FLOOR.format(bytes="BYTEA"))
        rows = _rows(size)
        for at in range(0, size, PART):
            with database.cursor() as cursor:
                cursor.executemany("INSERT INTO enrolled VALUES (%s, %s, %s)", rows[at : at + PART])
            database.commit()
    return size / (time.perf_counter() - began)
