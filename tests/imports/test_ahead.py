"""Rows worked out before their turn, while others decide, edit and delete (issue 5; R-79)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, select, text

from app.domain.changes import Hand, Unsubscribe
from app.domain.contacts import Source
from app.domain.runs import Press, RowOutcome
from app.domain.standing import of_type
from app.domain.words import HOUR, Actor
from app.services import contacts, runs
from app.services.contacts import Draft, Origin
from app.services.runs import Progress, Work
from app.store.runs import Run
from app.store.tables import contact
from app.worker import importing
from app.worker.ahead import Chunks
from tests.imports.files import Office
from tests.web.houses import Clock
from tests.world import ANA, BEN, CLEO, NOW, YESTERDAY, Person, by, say

PEOPLE = (ANA, BEN, CLEO, Person("Dan", "dan@example.net"))
FILE = "email,name,novels\n" + "".join(f"{p.address},{p.name},yes\n" for p in PEOPLE)


def begun(office: Office) -> Run:
    """An import of all of them that goes on; Ben and Cleo have a contact already."""
    drafts = [Draft(p.key, p.address, p.name, "nl") for p in (BEN, CLEO)]
    office.site.database.write(contacts.save_all, drafts, Origin(YESTERDAY, Source.ADMIN, "user:7"))
    id_ = office.give(FILE)
    office.press(id_, Press.START)
    return office.run(id_)


def done(office: Office, run: Run, work: Work) -> Run:
    """The run after this chunk."""
    site = office.site
    after = site.database.write(runs.advance, run, work, lambda: 1, site.now())
    assert after
    return after


def test_what_happens_between_working_out_and_writing_counts(office: Office) -> None:
    """Ana leaves, somebody makes a contact for Dan, Cleo's is deleted: rules.md, 3 as if no row had
    been worked out before."""
    database, world = office.site.database, office.world
    run = begun(office)
    work = Chunks(office.site).next(run)
    say(database, ANA, Unsubscribe(of_type(world.novels.id).scope, world.novels))
    dan, cleo = PEOPLE[3], office.contact(CLEO.address)
    assert cleo
    made = [Draft(dan.key, dan.address, "Daniel", "fr")]
    database.write(contacts.save_all, made, Origin(NOW, Source.ADMIN, "user:7"))
    database.write(contacts.delete_contact, cleo.id, office.dora)
    assert done(office, run, work).counts == {
        "CREATED": 2,
        "UPDATED": 1,
        "CHANGED": 1,
        "REFUSED:UNSUBSCRIBED": 1,
        f"@TYPE:{world.novels.id}:SUBSCRIBED": 3,
        f"@TYPE:{world.novels.id}:REFUSED": 1,
    }
    told = office.report(run.id)
    refused = next(line for line, p in enumerate(PEOPLE, 2) if p is ANA)
    assert told[refused] == (RowOutcome.REFUSED, "UNSUBSCRIBED")
    ana = office.known(ANA.address).held[of_type(world.novels.id)]
    assert ana.actor is Actor.CONTACT
    renamed = office.contact(dan.address)
    assert renamed
    assert (renamed.name, renamed.language) == ("Dan", "fr")


def test_the_next_rows_are_worked_out_while_the_last_are_written(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was worked out long ago, or for another place, is worked out anew."""
    monkeypatch.setattr(importing, "CHUNK", 1)
    database, novels = office.site.database, office.world.novels
    clock = office.site.now
    assert isinstance(clock, Clock)
    run, chunks = begun(office), Chunks(office.site)
    work = chunks.next(run)
    chunks.settle()
    say(database, CLEO, Unsubscribe(of_type(novels.id).scope, novels), by_=by(Hand.USER))
    taken = []
    while run.at_work:
        taken.append(work)
        run = done(office, run, work)
        if len(taken) == 2:
            office.press(run.id, Press.PAUSE)
            clock.pass_(HOUR)
            office.press(run.id, Press.RESUME)
        if run.at_work:
            run, work = office.run(run.id), chunks.next(office.run(run.id))
            chunks.settle()
    assert run.done == len(PEOPLE)
    assert run.counts["REFUSED:UNSUBSCRIBED"] == 1
    held = [office.known(p.address).held.get(of_type(novels.id)) for p in PEOPLE]
    times = sorted(standing.at for standing in held if standing and standing.actor is Actor.IMPORT)
    assert times[0] == NOW
    assert times[-1] == NOW + HOUR


def test_rows_whose_ids_are_taken_are_made_with_others(office: Office) -> None:
    """Two imports at work in one millisecond may draw the same (H-23)."""
    run = begun(office)
    chunk = Chunks(office.site).next(run)
    drawn: list[set[int]] = []

    def work(connection: Connection, found: Run) -> Progress:
        progress = chunk(connection, found)
        drawn.append(set(connection.scalars(select(contact.c.id))))
        if len(drawn) == 1:
            connection.execute(text("INSERT INTO contact SELECT * FROM contact"))
        return progress

    assert done(office, run, work).counts["CREATED"] == 2
    first, then = drawn
    assert len(then) == len(PEOPLE)
    assert len(first & then) == 2, "those that were there before"


class Ticking(Clock):
    """Every look at it takes a moment, as at a real one."""

    def __call__(self) -> int:
        self.pass_(1)
        return super().__call__()


def test_an_undo_takes_the_first_contacts_along(office: Office) -> None:
    """They were worked out before the run was noted to have begun."""
    office = replace(office, site=replace(office.site, now=Ticking()))
    id_ = office.give(FILE)
    office.do(id_)
    assert office.undo(id_).counts == {"CHANGED": 4}
    assert [office.contact(person.address) for person in PEOPLE] == [None] * 4
