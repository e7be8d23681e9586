"""After erasure a search for the person's words through the whole database, and through every file
beside it, finds nothing (R-79)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, select, text

from app.domain.bulk import BulkEdit, Doing
from app.domain.catalog import Policy
from app.domain.changes import Report, Subscribe, Unsubscribe
from app.domain.contacts import PropertyKind, Source
from app.domain.deeds import Doer
from app.domain.mail import MailKind
from app.domain.rights import Right
from app.domain.runs import Press
from app.domain.standing import ALL, BOUNCE, of_type
from app.domain.words import DAY, HOUR, MINUTE, Actor, Cause, Scope, Via
from app.domain.workflows import Definition
from app.queries import runs as jobs
from app.queries.webhooks import told_of
from app.services import (
    bulk,
    contacts,
    enrolment_runs,
    erasure,
    outbox,
    own_move,
    properties,
    requests,
    rights,
    runs,
    workflows,
)
from app.services.addresses import remember
from app.services.contacts import Draft, Origin
from app.services.own_move import Yes
from app.services.properties import NewProperty
from app.services.rights import Asked
from app.store import search
from app.store.doors import Database
from app.store.runs import read
from app.store.tables import contact, email_address, metadata, rights_request
from app.web.site import Site
from app.worker.loop import Worker
from app.worker.mailing import Mailing
from app.worker.running import Running
from app.worker.sweeping import Sweeping
from app.worker.tidying import Tidying
from tests.databases import ON_POSTGRES, ON_SQLITE
from tests.web.api.callers import Program
from tests.web.houses import Clock, Mailed, events, known, proof, running, settings_for, site_of
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, NOW, Person, World, by, say, settled

ODA = Person("Oda", "Oda.Quetzalcoatl@Xylophone.example.com")
BEFORE = Person("Oda", "oda@narwhal.example.org")
"""From where she moved."""
WORDS = (
    *("quetzalcoatl", "xylophone", "zanzibar", "198.51.100.77", "Lynx-of-Oda", "Wombatia"),
    *("narwhal", "Saskatoon"),
)


@pytest.fixture
def written(database: Database, tmp_path: Path) -> World:
    """Oda has left words of hers wherever a person can."""
    world = settled(database)
    settings = settings_for(database.url.render_as_string(hide_password=False), tmp_path)
    with running(settings, Clock()) as app:
        _live(app, site_of(app), world)
    return world


def _live(app: Flask, site: Site, world: World) -> None:
    database = site.database
    doer = Doer(None, NOW)
    made = database.write(properties.define, NewProperty("town", "Town", PropertyKind.TEXT), doer)
    _moved(site, world)
    drafts = [
        Draft(ODA.key, ODA.address, "Oda Zanzibar", "nl", {made: "Wombatia"}),
        Draft(ANA.key, ANA.address, "Ana", "pl", {made: "Aachen"}),
        Draft(BEN.key, BEN.address, "Ben", "pl", {made: "Zwolle"}),
    ]
    database.write(contacts.save_all, drafts, Origin(NOW, Source.ADMIN, "user:1"))
    say(database, ANA, Subscribe(world.novels), evidence={"explanation": "asked"})
    say(database, ODA, Subscribe(world.novels), evidence={"explanation": "in Zanzibar"})
    say(database, ODA, Unsubscribe(Scope.type(world.offers.id), world.offers))
    say(database, ODA, Report(Cause.BOUNCE, NOW), by_=by(actor=Actor.BOUNCE, at=NOW + 1))
    mailed = Mailed(site, world.fernway.id)
    there = Visitor(app, "198.51.100.77", User_Agent="Lynx-of-Oda")
    there.open(mailed.preferences(ODA)).press("account")
    there.fill(words="I moved to Zanzibar").press("reason")
    asked = Asked(Right.ADDRESS_CHANGE, ODA.key, world.fernway.id, "en", NOW, b"1" * 32)
    database.write(own_move.ask, asked, None, b"0" * 16, "oda@zanzibar.example.com")
    typed = outbox.Mail(MailKind.PREFERENCES_LINK, ODA.key, 1, "en", ODA.address)
    database.write(outbox.owe, typed, NOW)
    there.send([("email", ODA.address), ("type", str(world.letter.id))], "/s/fernway")
    _edited(site, world, doer)
    _stopped(site, world, doer)
    _programmed(Program(app), world)


def _moved(site: Site, world: World) -> None:
    """She comes from another address, under which lies what she said there; both mailboxes were
    asked, and the mails lie as files."""
    database = site.database
    database.write(remember, [(BEFORE.key, BEFORE.address, "nl")], NOW)
    say(database, BEFORE, Subscribe(world.novels), evidence={"explanation": "in Saskatoon"})
    asked = Asked(Right.ADDRESS_CHANGE, BEFORE.key, world.fernway.id, "en", NOW, b"3" * 32)
    database.write(own_move.ask, asked, None, ODA.key, ODA.address)
    while Mailing(site).work():
        pass
    with database.reading() as connection:
        (id_,) = connection.scalars(select(rights_request.c.id)).all()
    for key in (BEFORE.key, ODA.key):
        database.write(own_move.agree, Yes(id_, key, world.catalog, NOW, {"ip": "198.51.100.77"}))


def _edited(site: Site, world: World, doer: Doer) -> None:
    """A bulk edit of Oda alone, with words about her, and one that found her by a search."""
    with site.database.reading() as connection:
        hers = select(contact.c.id).where(contact.c.address_key == ODA.key)
        ids = connection.scalars(hers).all()
    edit = BulkEdit(Doing.UNSUBSCRIBE, world.circle.id)
    alone = bulk.Asked(edit, "Oda Quetzalcoatl rang", "from Wombatia", ids)
    found = bulk.Asked(edit, "Asked for", search={"text": "quetzalcoatl"})
    made = [site.database.write(bulk.make, each, world.catalog, doer) for each in (alone, found)]
    site.database.write(runs.press, made[0], Press.START, doer)
    while Running(site).work():
        pass


def _stopped(site: Site, world: World, doer: Doer) -> None:
    """Jobs that stand still and look for her, or for Ana: some are paused, one failed."""
    database = site.database
    into = database.write(workflows.make, "Welcome", Definition(), doer)
    for words in ("Quetzalcoatl oda", ANA.address):
        id_ = database.write(enrolment_runs.enrol_found, into, {"text": words}, doer, 1)
        database.write(runs.press, id_, Press.PAUSE, doer)
    edit = BulkEdit(Doing.UNSUBSCRIBE, world.circle.id)
    asked = bulk.Asked(edit, "Asked for", search={"text": "xylophone"})
    id_ = database.write(bulk.make, asked, world.catalog, doer)
    with database.reading() as connection:
        run = read(connection, id_)
    assert run is not None
    for _ in (*runs.BACK_OFF, "the last try"):
        database.write(runs.stumble, run, "ValueError", NOW)


def _programmed(program: Program, world: World) -> None:
    """A program sends her words where they belong, and where they do not, and may ask again."""
    change = {"email": ODA.address, "type": "evenings", "status": "UNSUBSCRIBED"}
    wrong = [{**change, "type": ODA.address}, {**change, "email": "oda zanzibar@xylophone"}]
    inputs = {"inputs": [{**change, "legalBasisExplanation": "in Wombatia"}, *wrong]}
    for path, body in (
        ("/api/v1/preferences/batch", inputs),
        ("/api/v1/preferences", {**change, "legalBasisExplanation": "in Zanzibar"}),
        ("/api/v1/opt-outs", {"email": ODA.address, "explanation": "Oda Quetzalcoatl rang"}),
    ):
        assert program.post(path, body, Idempotency_Key=path).status_code < 300


def remains(database: Database, directory: Path) -> bytes:
    """Everything that lies in files, SQLite's own among them, or in PostgreSQL: every row, and what
    it notes of the values of columns."""
    found = [file.read_bytes() for file in directory.rglob("*") if file.is_file()]
    if database.dialect == "postgresql":
        asked: list[Any] = [select(table) for table in metadata.sorted_tables]
        asked.append(text("SELECT pg_stats::text FROM pg_stats"))
        with database.reading() as connection:
            rows = [row for each in asked for row in connection.execute(each)]
        found += [str(tuple(row)).encode() for row in rows]
    return b"\n".join(found)


def found(database: Database, directory: Path) -> set[str]:
    """Which of Oda's words are still to be found, in whatever case."""
    everywhere = remains(database, directory).lower()
    return {word for word in WORDS if word.lower().encode() in everywhere}


def looked_through(connection: Connection) -> None:
    """PostgreSQL notes values of columns by itself, now and then."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))


def test_nothing_of_the_persons_words_is_left_in_the_whole_database(
    database: Database, written: World, tmp_path: Path
) -> None:
    """R-79, rules.md 2: the key, opt-outs, suppressions and the bare ledger stay. What lay under
    the address that she moved from goes too, and so do mails that lie as files."""
    database.write(looked_through)
    assert found(database, tmp_path) == set(WORDS)
    assert len(list((tmp_path / "mail").glob("*"))) == 2
    before = len(events(database, ODA))
    asked = Asked(Right.ERASURE, ODA.key, written.fernway.id, "en", NOW + 2, b"2" * 32)
    database.write(rights.erase, asked, Policy())
    settings = settings_for(database.url.render_as_string(hide_password=False), tmp_path)
    with running(settings, Clock(NOW + 3)) as app:
        Worker(site_of(app)).work()
    assert found(database, tmp_path) == set()
    assert not list((tmp_path / "mail").glob("*")), "no mail goes to who was erased"
    after = known(database, ODA)
    assert {ALL, BOUNCE, of_type(written.offers.id)} <= after.held.keys()
    assert of_type(written.novels.id) not in after.held
    assert after.held[ALL].actor is Actor.CONTACT
    assert [e.via for e in events(database, ODA)[before:]] == [Via.ERASURE] * (
        len(events(database, ODA)) - before
    )
    assert known(database, BEFORE).held.opted_out(ALL)
    with database.reading() as connection:
        assert [run.words for run in jobs.stopped(connection)] == [
            {"search": {"text": ANA.address}}
        ]
        told = told_of(connection, written.catalog, ODA.key, before, 1)
    assert told["email"] is None, "what waits to be told by a webhook is put into words then"
    assert proof(database) == [{"explanation": "asked"}], "Ana's"


@ON_SQLITE
def test_mails_that_lie_as_files_go_also_where_a_later_erasure_was_done_first(
    database: Database, written: World, tmp_path: Path
) -> None:
    """Whoever asked first may be answered last: erasures go side by side."""
    settings = settings_for(database.url.render_as_string(hide_password=False), tmp_path)
    clock, brand = Clock(NOW + 5), written.fernway.id
    ana = Asked(Right.ERASURE, ANA.key, brand, "en", NOW + 4, b"8" * 32)
    oda = Asked(Right.ERASURE, ODA.key, brand, "en", NOW + 2, b"9" * 32)
    with running(settings, clock) as app:
        tidying = Tidying(site_of(app))
        database.write(rights.erase, ana, Policy())
        tidying.work()
        database.write(rights.erase, oda, Policy())
        clock.pass_(MINUTE)
        tidying.work()
    assert not list((tmp_path / "mail").glob("*"))


@ON_SQLITE
def test_a_long_reader_only_puts_off_that_the_log_is_swept(
    database: Database, written: World, tmp_path: Path
) -> None:
    """R-79: also where the person had asked long before, and where the index is rewritten last."""
    user = Doer(1, NOW + 2)
    asked = Asked(Right.ERASURE, ODA.key, written.fernway.id, "en", NOW, user=1)
    noted = database.write(requests.note, asked, user)
    settings = settings_for(database.url.render_as_string(hide_password=False), tmp_path)
    with running(settings, Clock(NOW + 3)) as app:
        site = site_of(app)
        tidying, sweeping = Tidying(site), Sweeping(site)
        assert tidying.work() == sweeping.work() == 0
        database.write(requests.erase, noted, ODA.key, Policy(), user)
        with database.browsing() as connection:
            connection.execute(select(contact)).all()
            tidying.work()
            while sweeping.work():
                pass
        with database.reading() as connection:
            assert search.begun(connection), "still owed"
        assert found(database, tmp_path), "in the log"
        assert sweeping.work() == 1
        assert found(database, tmp_path) == set()
        assert sweeping.work() == 0


@ON_POSTGRES
def test_postgresql_is_swept_at_most_once_an_hour_and_again_where_a_table_was_held(
    database: Database, written: World, tmp_path: Path
) -> None:
    """R-79: to sweep costs as much for one as for hundreds."""
    clock = Clock(NOW + 3)
    erased = by(via=Via.ERASURE, at=clock())
    with running(settings_for(url_of(database), tmp_path), clock) as app:
        sweeping = Sweeping(site_of(app))
        database.write(erasure.erase, ANA.key, erased)
        with psycopg.connect(url_of(database).replace("+psycopg", "")) as other:
            other.execute("LOCK TABLE contact IN SHARE UPDATE EXCLUSIVE MODE")
            assert sweeping.work() == 0
        clock.pass_(HOUR - 1)
        assert sweeping.work() == 0, "it waits its hour"
        database.write(erasure.erase, ODA.key, erased)
        clock.pass_(1)
        assert sweeping.work() == 1, "for both"
        assert sweeping.work() == 0
        clock.pass_(HOUR)
        assert sweeping.work() == 0, "nothing is owed"


def url_of(database: Database) -> str:
    """Where it is."""
    return database.url.render_as_string(hide_password=False)


def test_an_address_that_somebody_has_since_is_not_theirs_who_left_it(
    database: Database, written: World
) -> None:
    """rules.md, 2: who moved away left it; whoever has it now asked for nothing."""
    draft = Draft(BEFORE.key, BEFORE.address, "Another")
    database.write(contacts.save_all, [draft], Origin(NOW + 1, Source.IMPORT, "run:1"))
    asked = Asked(Right.ERASURE, ODA.key, written.fernway.id, "en", NOW + 2, b"2" * 32)
    database.write(rights.erase, asked, Policy())
    assert known(database, BEFORE).address == BEFORE.address
    assert {"explanation": "in Saskatoon"} in proof(database)


def test_who_comes_back_by_a_list_stays_opted_out(database: Database, written: World) -> None:
    """rules.md, 2; story 12."""
    asked = Asked(Right.ERASURE, ODA.key, written.fernway.id, "en", NOW + 2, b"2" * 32)
    database.write(rights.erase, asked, Policy())
    draft = Draft(ODA.key, ODA.address, "Oda")
    database.write(contacts.save_all, [draft], Origin(NOW + DAY, Source.IMPORT, "run:1"))
    again = known(database, ODA)
    assert again.address == ODA.address
    assert again.held.opted_out(ALL)
    with database.reading() as connection:
        kept = connection.scalars(select(contact.c.name).order_by(contact.c.name)).all()
    assert kept == ["Ana", "Ben", "Oda"]


def test_erasing_one_leaves_all_others(database: Database, written: World) -> None:
    asked = Asked(Right.ERASURE, ODA.key, written.fernway.id, "en", NOW + 2, b"2" * 32)
    database.write(rights.erase, asked, Policy())
    assert known(database, ANA).address == ANA.address
    assert proof(database) == [{"explanation": "asked"}]
    with database.reading() as connection:
        names = select(contact.c.name).order_by(contact.c.name)
        assert connection.scalars(names).all() == ["Ana", "Ben"]
        language = select(email_address.c.language).where(email_address.c.key == ANA.key)
        assert connection.scalar(language) == "pl"
