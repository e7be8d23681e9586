"""After erasure a search for the person's words through the whole database finds nothing (R-79)."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.bulk import BulkEdit, Doing
from app.domain.catalog import Policy
from app.domain.changes import Report, Subscribe, Unsubscribe
from app.domain.contacts import PropertyKind, Source
from app.domain.deeds import Doer
from app.domain.mail import MailKind
from app.domain.rights import Right
from app.domain.runs import Press
from app.domain.standing import ALL, BOUNCE, of_type
from app.domain.words import DAY, Actor, Cause, Scope, Via
from app.services import bulk, contacts, outbox, own_move, properties, rights, runs
from app.services.contacts import Draft, Origin
from app.services.properties import NewProperty
from app.services.rights import Asked
from app.store.doors import Database
from app.store.tables import contact, email_address, metadata
from app.web.site import Site
from app.worker.loop import Worker
from app.worker.running import Running
from tests.web.api.callers import Program
from tests.web.houses import Clock, Mailed, events, known, proof, running, settings_for, site_of
from tests.web.visiting import Visitor
from tests.world import NOW, Person, World, by, say, settled

ODA = Person("Oda", "Oda.Quetzalcoatl@Xylophone.example.com")
WORDS = ("quetzalcoatl", "xylophone", "zanzibar", "198.51.100.77", "Lynx-of-Oda", "Wombatia")


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
    draft = Draft(ODA.key, ODA.address, "Oda Zanzibar", "nl", {made: "Wombatia"})
    database.write(contacts.save_all, [draft], Origin(NOW, Source.ADMIN, "user:1"))
    say(database, ODA, Subscribe(world.novels), evidence={"explanation": "in Zanzibar"})
    say(database, ODA, Unsubscribe(Scope.type(world.offers.id), world.offers))
    say(database, ODA, Report(Cause.BOUNCE, NOW), by_=by(actor=Actor.BOUNCE, at=NOW + 1))
    mailed = Mailed(site, world.fernway.id)
    there = Visitor(app, "198.51.100.77", User_Agent="Lynx-of-Oda")
    there.open(mailed.preferences(ODA)).press("account")
    there.fill(words="I moved to Zanzibar").press("reason")
    asked = Asked(Right.ADDRESS_CHANGE, ODA.key, world.fernway.id, "en", NOW, b"1" * 32)
    database.write(own_move.ask, asked, b"0" * 16, "oda@zanzibar.example.com")
    typed = outbox.Mail(MailKind.PREFERENCES_LINK, ODA.key, 1, "en", ODA.address)
    database.write(outbox.owe, typed, NOW)
    there.send([("email", ODA.address), ("type", str(world.letter.id))], "/s/fernway")
    _edited(site, world, doer)
    _programmed(Program(app), world)


def _edited(site: Site, world: World, doer: Doer) -> None:
    """A bulk edit of Oda alone, with words about her, and one that found her by a search."""
    with site.database.reading() as connection:
        ids = connection.scalars(select(contact.c.id)).all()
    edit = BulkEdit(Doing.UNSUBSCRIBE, world.circle.id)
    alone = bulk.Asked(edit, "Oda Quetzalcoatl rang", "from Wombatia", ids)
    found = bulk.Asked(edit, "Asked for", search={"text": "quetzalcoatl"})
    made = [site.database.write(bulk.make, each, world.catalog, doer) for each in (alone, found)]
    site.database.write(runs.press, made[0], Press.START, doer)
    while Running(site).work():
        pass


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


def remains(database: Database) -> bytes:
    """Everything that lies in the database: SQLite's own files, every row of PostgreSQL's."""
    if database.dialect == "sqlite":
        path = Path(database.url.database or "")
        files = [path, path.with_name(f"{path.name}-wal")]
        return b"".join(file.read_bytes() for file in files if file.exists())
    with database.reading() as connection:
        rows = [
            str(tuple(row)) for t in metadata.sorted_tables for row in connection.execute(select(t))
        ]
    return "\n".join(rows).encode()


def found(database: Database) -> set[str]:
    """Which of Oda's words are still to be found, in whatever case."""
    everywhere = remains(database).lower()
    return {word for word in WORDS if word.lower().encode() in everywhere}


def test_nothing_of_the_persons_words_is_left_in_the_whole_database(
    database: Database, written: World, tmp_path: Path
) -> None:
    """R-79, rules.md 2: the key, opt-outs, suppressions and the bare ledger stay."""
    assert found(database) == set(WORDS)
    before = len(events(database, ODA))
    asked = Asked(Right.ERASURE, ODA.key, written.fernway.id, "en", NOW + 2, b"2" * 32)
    database.write(rights.erase, asked, Policy())
    settings = settings_for(database.url.render_as_string(hide_password=False), tmp_path)
    with running(settings, Clock(NOW + 3)) as app:
        Worker(site_of(app)).work()
    assert found(database) == set()
    assert not list((tmp_path / "mail").glob("*")), "no mail goes to who was erased"
    after = known(database, ODA)
    assert {ALL, BOUNCE, of_type(written.offers.id)} <= after.held.keys()
    assert of_type(written.novels.id) not in after.held
    assert after.held[ALL].actor is Actor.CONTACT
    assert [e.via for e in events(database, ODA)[before:]] == [Via.ERASURE] * (
        len(events(database, ODA)) - before
    )
    assert proof(database) == []


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
        kept = connection.scalars(select(contact.c.name)).all()
    assert kept == ["Oda"]


def test_erasing_one_leaves_all_others(database: Database, written: World) -> None:
    other = Person("", "other@example.com")
    draft = Draft(other.key, other.address, "Other", "pl")
    database.write(contacts.save_all, [draft], Origin(NOW, Source.ADMIN, "user:1"))
    say(database, other, Subscribe(written.novels), evidence={"explanation": "asked"})
    asked = Asked(Right.ERASURE, ODA.key, written.fernway.id, "en", NOW + 2, b"2" * 32)
    database.write(rights.erase, asked, Policy())
    assert known(database, other).address == other.address
    assert proof(database) == [{"explanation": "asked"}]
    with database.reading() as connection:
        assert connection.scalars(select(contact.c.name)).all() == ["Other"]
        assert (
            connection.scalar(
                select(email_address.c.language).where(email_address.c.key == other.key)
            )
            == "pl"
        )
