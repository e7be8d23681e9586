"""What an import changed of contacts, taken back (issue 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.bulk import BulkEdit, Doing
from app.domain.catalog import Policy
from app.domain.changes import Unsubscribe
from app.domain.contacts import Processing, PropertyKind, Source
from app.domain.runs import RunState
from app.domain.standing import Place, of_type
from app.domain.words import DAY, MINUTE, Actor
from app.services import bulk, contacts, properties, undoing
from app.services.bulk import Asked
from app.services.contacts import Draft, Edit, Origin, Processed
from app.services.properties import NewProperty
from app.store.runs import rows_after
from app.store.tables import run_row
from app.worker.importing import ForgettingFiles
from app.worker.running import Running
from tests.databases import ON_POSTGRES, ON_SQLITE
from tests.imports.files import Office
from tests.meetings import meeting
from tests.web.houses import Clock
from tests.world import ANA, BEN, CLEO, NOW, YESTERDAY, Person, by, say

DAN = Person("Dan", "dan@example.net")
PEOPLE = (ANA, BEN, CLEO, DAN)
SIGNED = Processed(Processing.CONTRACT, "Signed.")


def lived_in(office: Office) -> int:
    """The people, made by a user, with the property that is answered."""
    database = office.site.database
    new = NewProperty("town", "Town", PropertyKind.TEXT)
    town = database.write(properties.define, new, office.dora)
    drafts = [Draft(p.key, p.address, p.name, "nl", {town: "Utrecht"}, SIGNED) for p in PEOPLE]
    database.write(contacts.save_all, drafts, Origin(YESTERDAY, Source.ADMIN, "user:7"))
    return town


def imported(office: Office) -> int:
    """Everything of Ana, Ben and Cleo changed, and Dan's town; the import's id."""
    text = "email,name,language,town,processing basis,processing explanation\n" + "".join(
        f"{p.address},New {p.name},fr,Lyon,consent,Said so.\n" for p in PEOPLE[:3]
    )
    id_ = office.give(text + f"{DAN.address},,,Lyon,,\n")
    assert office.do(id_).counts["UPDATED"] == 4
    return id_


def test_contacts_become_what_they_were_where_nobody_changed_them_since(office: Office) -> None:
    """Name, language, properties and basis for processing, thing by thing."""
    database, town = office.site.database, lived_in(office)
    before = {p: (office.contact(p.address), office.values(p.address)) for p in PEOPLE}
    id_ = imported(office)
    ana, cleo = office.contact(ANA.address), office.contact(CLEO.address)
    assert ana
    assert cleo
    assert (ana.name, ana.language, ana.explanation) == ("New Ana", "fr", "Said so.")
    touched = Edit("Anna", "fr", {town: "Paris"})
    database.write(contacts.edit, ana.id, touched, office.world.catalog.policy, office.dora)
    database.write(contacts.delete_contact, cleo.id, office.dora)
    undone = office.undo(id_)
    assert undone.counts == {"CHANGED": 3, "STAYED": 1}
    again = office.contact(ANA.address)
    assert again
    assert (again.name, again.language, again.explanation) == ("Anna", "nl", "Signed.")
    assert office.values(ANA.address) == {town: "Paris"}
    for person in (BEN, DAN):
        assert (office.contact(person.address), office.values(person.address)) == before[person]
    assert office.contact(CLEO.address) is None


@ON_POSTGRES
def test_what_a_user_edits_while_an_import_is_undone_stays(office: Office) -> None:
    """H-23: as if it had been edited just before."""
    database = office.site.database
    lived_in(office)
    undone = database.write(undoing.begin, imported(office), "user:7", office.dora)
    ana = office.contact(ANA.address)
    assert undone
    assert ana
    made = Edit("Annabel", "fr", {})
    meeting(
        database,
        lambda connection: contacts.edit(connection, ana.id, made, Policy(), office.dora),
        lambda other: Running(replace(office.site, database=other)).work(),
    )
    office.work()
    assert office.run(undone).state is RunState.DONE
    edited, ben = office.contact(ANA.address), office.contact(BEN.address)
    assert edited
    assert ben
    assert (edited.name, ben.name) == ("Annabel", BEN.name)


def test_what_they_were_is_kept_for_thirty_days(office: Office) -> None:
    clock = Clock()
    site = replace(office.site, now=clock)
    lived_in(office)
    id_ = imported(office)
    for at, left in ((NOW + 29 * DAY, 4), (NOW + 31 * DAY, 0)):
        clock.at = at
        ForgettingFiles(site).work()
        with site.database.reading() as connection:
            kept = run_row.c.run == id_, run_row.c.content.is_not(None)
            assert len(connection.execute(select(run_row.c.run).where(*kept)).all()) == left


def test_a_bulk_edit_that_was_undone_stands_in_nobodys_way(office: Office) -> None:
    """Issue 5: of contacts that nobody touched nothing is left; Cleo, who decided herself, and Dan,
    whom the bulk edit reached and nobody took back, stay (decisions/0051)."""
    database, world, novels = office.site.database, office.world, of_type(office.world.novels.id)
    people = (ANA, CLEO, DAN)
    id_ = office.give("email,novels\n" + "".join(f"{p.address},yes\n" for p in people))
    assert office.do(id_).counts["CREATED"] == 3
    ids = [c.id for p in people if (c := office.contact(p.address))]
    unsubscribe = BulkEdit(Doing.UNSUBSCRIBE, novels.scope.id)
    edited = [
        database.write(
            bulk.make, Asked(unsubscribe, "Wrong", contacts=some), world.catalog, office.dora
        )
        for some in (ids[:2], ids[2:])
    ]
    for each in edited:
        office.do(each)
    assert office.undo(edited[0]).counts == {"CHANGED": 2}
    say(database, CLEO, Unsubscribe(novels.scope, world.novels))
    assert office.undo(id_).counts == {"CHANGED": 1, "STAYED": 2}
    assert [p for p in people if office.contact(p.address)] == [CLEO, DAN]
    assert not office.known(ANA.address).held
    assert office.known(CLEO.address).held[novels].actor is Actor.CONTACT
    assert office.known(DAN.address).held.opted_out(novels)


def test_a_later_import_that_was_undone_stands_in_nobodys_way(office: Office) -> None:
    """The same of contacts (decisions/0051): Ana goes, whom nobody but the imports touched; Ben,
    whom a user edited between them, Cleo, edited after them, and Dan, whom a last one reached and
    nobody took that back, stay."""
    database, policy = office.site.database, office.world.catalog.policy
    clock = office.site.now
    assert isinstance(clock, Clock)
    ids = []

    def imported(people: Sequence[Person], name: str, outcome: str) -> None:
        clock.pass_(MINUTE)
        text = "email,name\n" + "".join(f"{p.address},{name}\n" for p in people)
        ids.append(office.give(text))
        assert office.do(ids[-1]).counts[outcome] == len(people)

    def edited(person: Person, name: str) -> None:
        clock.pass_(MINUTE)
        found = office.contact(person.address)
        assert found
        database.write(contacts.edit, found.id, Edit(name, None, {}), policy, office.dora)

    imported(PEOPLE, "First", "CREATED")
    edited(BEN, "Benjamin")
    imported(PEOPLE[:3], "Second", "UPDATED")
    imported(PEOPLE, "Third", "UPDATED")
    edited(CLEO, "Cleopatra")
    imported([DAN], "Fourth", "UPDATED")
    for id_ in reversed(ids[:3]):
        clock.pass_(MINUTE)
        office.undo(id_)
    left = {p: found.name for p in PEOPLE if (found := office.contact(p.address))}
    assert left == {BEN: "Benjamin", CLEO: "Cleopatra", DAN: "Fourth"}


WORD = st.sampled_from(["", "yes", "no"])
ROW = st.tuples(st.sampled_from(["X", "Y", ""]), st.sampled_from(["", "Lyon"]), WORD, WORD)
FILE = st.dictionaries(st.integers(0, 2), ROW, min_size=2)
DEED = st.tuples(st.sampled_from(["edits", "leaves"]), st.integers(0, 2))
STEPS = st.lists(st.one_of(FILE, FILE, DEED), min_size=2, max_size=6)
"""Files with rows of some of three people, and in between a user who edits, a person who leaves."""


class Undone:
    """Three people of whom the first is a contact already, and what becomes of them."""

    def __init__(self, office: Office, number: int) -> None:
        self.office, self.novels = office, office.world.novels
        self.people = [Person(f"P{at}", f"p{at}.of{number}@example.com") for at in range(3)]
        self.imports: list[int] = []
        self.edited, self.left, self.touched = set[Person](), set[Person](), set[Person]()
        known = self.people[0]
        first = [Draft(known.key, known.address, "Known", "nl", {}, SIGNED)]
        origin = Origin(YESTERDAY, Source.ADMIN, "user:7")
        office.site.database.write(contacts.save_all, first, origin)
        self.before = [self.stands(person) for person in self.people]

    def stands(self, person: Person) -> Any:
        """The contact, and what stands for the address."""
        held = self.office.known(person.address).held
        said = {place: (what.status, what.actor) for place, what in held.items()}
        found = self.office.contact(person.address)
        return found, found and self.office.values(person.address), said

    def take(self, step: Any) -> None:
        """A file, or what somebody does."""
        if isinstance(step, dict):
            lines = [f"{self.people[at].address},{','.join(row)}" for at, row in step.items()]
            text = "\n".join(["email,name,town,novels,offers", *lines])
            self.imports.append(self.office.give(text))
            self.office.do(self.imports[-1])
        else:
            does, at = step
            getattr(self, does)(self.people[at])

    def edits(self, person: Person) -> None:
        """A user, whoever is a contact."""
        if found := self.office.contact(person.address):
            edit = Edit("Edited", None, {})
            policy, dora = self.office.world.catalog.policy, self.office.dora
            self.office.site.database.write(contacts.edit, found.id, edit, policy, dora)
            self.edited.add(person)
            self.touched.add(person)

    def leaves(self, person: Person) -> None:
        """By themselves; who has left already says nothing new."""
        leave, number = Unsubscribe(of_type(self.novels.id).scope, self.novels), self.number(person)
        say(self.office.site.database, person, leave, by_=by(at=self.office.site.now()))
        self.left.add(person)
        if self.office.contact(person.address) and self.number(person) > number:
            self.touched.add(person)

    def number(self, person: Person) -> int:
        """The last event of their address."""
        return self.office.known(person.address).number

    def said_again(self, person: Person) -> set[Place]:
        """Where a file that changed nothing said a no again: no undo goes over it."""
        runs = [self.office.run(id_) for id_ in self.imports]
        with self.office.site.database.reading() as connection:
            rows = [
                row
                for run in runs
                if not undoing.undoable(run)
                for row in rows_after(connection, run.id, -1, 10)
            ]
        return {each.place for row in rows if row.key == person.key for each in row.again}

    def judge(self) -> None:
        """What was there is there again; who was touched stays as they were left."""
        for person, before in zip(self.people, self.before, strict=True):
            contact, values, said = self.stands(person)
            again = self.said_again(person)
            said = {place: what for place, what in said.items() if place not in again}
            left = self.office.known(person.address).held.get(of_type(self.novels.id))
            assert (left is not None and left.by_contact) is (person in self.left)
            if person in self.left:
                said.pop(of_type(self.novels.id), None)
            assert said == before[2]
            if person in self.touched:
                assert contact
                assert (contact.name == "Edited") is (person in self.edited)
            elif not again:
                assert (contact, values) == before[:2]


@pytest.mark.slow
@ON_SQLITE
def test_imports_undone_one_after_the_other_leave_what_was_there(office: Office) -> None:
    """Issue 5: the last one first, whatever they changed, and whoever did something in between."""
    town = NewProperty("town", "Town", PropertyKind.TEXT)
    office.site.database.write(properties.define, town, office.dora)
    clock, numbers = office.site.now, count(1)
    assert isinstance(clock, Clock)

    @settings(max_examples=25, deadline=None)
    @given(STEPS)
    @example([{0: ("X", "", "", "no"), 1: ("X", "", "", "")}, {0: ("X", "", "yes", "no")}])
    @example(
        [
            {1: ("X", "", "", "")},
            {1: ("X", "", "no", "")},
            {1: ("X", "", "no", ""), 0: ("X", "", "", "")},
        ]
    )
    def holds(steps: list[Any]) -> None:
        undone = Undone(office, next(numbers))
        for step in steps:
            clock.pass_(MINUTE)
            undone.take(step)
        for id_ in reversed([i for i in undone.imports if undoing.undoable(office.run(i))]):
            clock.pass_(MINUTE)
            office.undo(id_)
        undone.judge()

    holds()
