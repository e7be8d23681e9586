"""What an import changed of contacts, taken back (issue 5)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from app.domain.bulk import BulkEdit, Doing
from app.domain.changes import Unsubscribe
from app.domain.contacts import Processing, PropertyKind, Source
from app.domain.standing import of_type
from app.domain.words import DAY, Actor
from app.services import bulk, contacts, properties
from app.services.bulk import Asked
from app.services.contacts import Draft, Edit, Origin, Processed
from app.services.properties import NewProperty
from app.store.tables import run_row
from app.worker.importing import Tidying
from tests.imports.files import Office
from tests.web.houses import Clock
from tests.world import ANA, BEN, CLEO, NOW, YESTERDAY, Person, say

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


def test_what_they_were_is_kept_for_thirty_days(office: Office) -> None:
    clock = Clock()
    site = replace(office.site, now=clock)
    lived_in(office)
    id_ = imported(office)
    for at, left in ((NOW + 29 * DAY, 4), (NOW + 31 * DAY, 0)):
        clock.at = at
        Tidying(site).work()
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
