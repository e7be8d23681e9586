"""Contacts come and go; what their addresses have chosen stays (rules.md, 2 and 8)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.catalog import Policy
from app.domain.changes import Hand, Subscribe, Unsubscribe
from app.domain.contacts import Processing, PropertyKind, Source
from app.domain.deeds import Deed, Doer
from app.domain.standing import ALL, of_type
from app.domain.words import ACCOUNT, Actor, Scope, Status
from app.queries import contacts as known
from app.queries.contacts import Contact
from app.services import contacts, erasure, properties
from app.services.contacts import (
    Draft,
    Edit,
    Gone,
    Origin,
    Processed,
    ProcessingRequired,
    Taken,
)
from app.services.properties import NewProperty
from app.store import addresses
from app.store.doors import Database
from app.store.tables import audit, contact, contact_value
from tests.world import ANA, BEN, CLEO, NOW, Person, World, by, say

OPEN, CLOSED = Policy(), Policy(data_privacy=True)
DORA = Doer(7, NOW)
BY_IMPORT = Origin(NOW, Source.IMPORT, "import:3")
AGREED = Processed(Processing.CONSENT, "Said so at the fair")


def draft(person: Person, **more: object) -> Draft:
    """A contact to be."""
    return Draft(person.key, person.address, **more)  # type: ignore[arg-type]


def created(database: Database, person: Person = ANA, **more: object) -> int:
    """The id of a contact that Dora made."""
    return database.write(contacts.create, draft(person, **more), OPEN, DORA)


def found(database: Database, person: Person = ANA) -> Contact:
    """The contact of an address."""
    with database.reading() as connection:
        kept = known.by_key(connection, person.key)
    assert kept is not None
    return kept


def values(database: Database, id_: int) -> dict[int, str]:
    """What is kept of a contact's properties."""
    with database.reading() as connection:
        return dict(known.values_of(connection, id_))


def test_a_contact_is_created_with_its_address_as_given(database: Database, world: World) -> None:
    """R-35."""
    ana = Person("Ana", "Ana@EXAMPLE.com")
    id_ = created(database, ana, name="Ana Example", language="de", processing=AGREED)
    kept = found(database)
    assert (kept.id, kept.address, kept.called) == (id_, "Ana@EXAMPLE.com", "Ana Example")
    assert (kept.language, kept.source, kept.created_at) == ("de", Source.ADMIN, NOW)
    assert (kept.processing, kept.explanation) == (Processing.CONSENT, "Said so at the fair")
    assert not kept.assumed


def test_an_address_has_one_contact_at_most(database: Database, world: World) -> None:
    id_ = created(database)
    with pytest.raises(Taken) as taken:
        created(database)
    assert taken.value.id == id_


def test_deleting_a_contact_leaves_what_its_address_has_chosen(
    database: Database, world: World
) -> None:
    """F3: delete a contact that opted out, create a new one, and it is opted out."""
    id_ = created(database, name="Ana")
    say(database, ANA, Unsubscribe(ACCOUNT))
    database.write(contacts.delete_contact, id_, DORA)
    with pytest.raises(Gone):
        database.write(contacts.delete_contact, id_, DORA)
    assert created(database) != id_
    assert found(database).name == ""
    with database.reading() as connection:
        assert addresses.known(connection, ANA.key).held.opted_out(ALL)


def test_many_are_saved_at_once_the_known_ones_changed(database: Database, world: World) -> None:
    """What a row leaves open stays as it was."""
    id_ = created(database, name="Ana", language="de", processing=AGREED)
    rows = [draft(BEN, name="Ben"), draft(ANA), draft(CLEO, processing=AGREED)]
    saved = database.write(contacts.save_all, rows, BY_IMPORT)
    assert [each.created for each in saved] == [True, False, True]
    assert saved[1].id == id_
    ana, ben = found(database), found(database, BEN)
    assert (ana.name, ana.language, ana.processing) == ("Ana", "de", Processing.CONSENT)
    assert (ana.source, ben.source, ben.name) == (Source.ADMIN, Source.IMPORT, "Ben")
    (again,) = database.write(contacts.save_all, [draft(ANA, name="Ana E.")], BY_IMPORT)
    assert (again, found(database).name) == ((id_, False), "Ana E.")
    assert database.write(contacts.save_all, [], BY_IMPORT) == []


def test_properties_are_written_and_emptied(database: Database, world: World) -> None:
    shop, since = (
        database.write(properties.define, NewProperty(slug, slug, kind), DORA)
        for slug, kind in [("shop", PropertyKind.TEXT), ("since", PropertyKind.DATE)]
    )
    id_ = created(database, values={shop: "Leeds", since: "2026-03-12"})
    assert values(database, id_) == {shop: "Leeds", since: "2026-03-12"}
    edit = Edit("Ana", None, {shop: "York", since: None})
    database.write(contacts.edit, id_, edit, OPEN, DORA)
    assert values(database, id_) == {shop: "York"}
    database.write(contacts.delete_contact, id_, DORA)
    with database.reading() as connection:
        assert connection.execute(select(contact_value)).all() == []


def test_with_data_privacy_a_basis_for_processing_is_asked_where_none_is_stored(
    database: Database, world: World
) -> None:
    """rules.md, 8."""
    with pytest.raises(ProcessingRequired):
        database.write(contacts.create, draft(ANA), CLOSED, DORA)
    id_ = created(database)
    with pytest.raises(ProcessingRequired):
        database.write(contacts.edit, id_, Edit("Ana", None, {}), CLOSED, DORA)
    database.write(contacts.edit, id_, Edit("Ana", None, {}, AGREED), CLOSED, DORA)
    database.write(contacts.edit, id_, Edit("Ana E.", "nl", {}), CLOSED, DORA)
    kept = found(database)
    assert (kept.name, kept.language, kept.processing) == ("Ana E.", "nl", Processing.CONSENT)


def test_erasure_takes_the_contact_too(database: Database, world: World) -> None:
    """R-79."""
    created(database, name="Ana")
    database.write(erasure.erase, ANA.key, by(Hand.USER))
    with database.reading() as connection:
        assert connection.execute(select(contact)).all() == []


def test_deeds_are_noted_without_a_persons_words(database: Database, world: World) -> None:
    """R-137."""
    id_ = created(database, name="Ana")
    database.write(contacts.edit, id_, Edit("Ana E.", None, {}), OPEN, DORA)
    database.write(contacts.delete_contact, id_, DORA)
    with database.reading() as connection:
        kept = connection.execute(select(audit).order_by(audit.c.id)).all()
    assert [row.action for row in kept] == [
        Deed.CONTACT_CREATED,
        Deed.CONTACT_EDITED,
        Deed.CONTACT_DELETED,
    ]
    assert {(row.subject_kind, row.subject_id) for row in kept} == {("contact", str(id_))}
    assert "Ana" not in str(kept)


def test_a_choice_made_before_is_found_by_a_new_contact(database: Database, world: World) -> None:
    say(database, CLEO, Subscribe(world.novels), Unsubscribe(Scope.type(world.offers.id)))
    created(database, CLEO)
    with database.reading() as connection:
        held = addresses.known(connection, CLEO.key).held
    assert held[of_type(world.novels.id)].status is Status.SUBSCRIBED
    assert held[of_type(world.offers.id)].actor is Actor.CONTACT
