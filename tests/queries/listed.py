"""Contacts to be listed: four, and a crowd."""

from __future__ import annotations

from typing import Any

from app.domain.contacts import Source
from app.queries import contact_list
from app.queries.contact_filters import Filters
from app.queries.contact_list import PAGE, Order, Page, Search
from app.services import contacts
from app.services.contacts import Draft, Origin
from app.store.doors import Database
from tests.world import NOW, Person, World, _keys

ANA = Person("Ana Yıldız", "ana@example.com")
BEN = Person("Ben Jansen", "ben.o@example.org")
CLEO = Person("Cléo", "cleo@example.net")
JOSE = Person("", "josé@exämple.com")
ALL = [ANA.address, BEN.address, CLEO.address, JOSE.address]
CROWD = [Person(f"Reader {n}", f"reader{n:03}@mail.example") for n in range(2 * PAGE + 7)]


def keep(database: Database, *people: Person, source: Source = Source.IMPORT, **more: Any) -> None:
    """Have contacts of these people, one after the other."""
    origin = Origin(more.pop("at", NOW), source, "import:1")
    drafts = [Draft(_keys(p.address), p.address, p.name, **more) for p in people]
    database.write(contacts.save_all, drafts, origin)


def page(database: Database, world: World, search: Search) -> Page:
    """One page."""
    with database.browsing() as connection:
        return contact_list.page(connection, world.catalog, search, NOW)


def found(database: Database, world: World, **filters: Any) -> list[str]:
    """The addresses that these filters find, in each order the same ones."""
    by_order = [
        [r.address for r in page(database, world, Search(Filters(**filters), order)).rows]
        for order in Order
    ]
    assert by_order[0] == by_order[1][::-1]
    assert by_order[2] == by_order[3][::-1]
    assert sorted(by_order[0]) == sorted(by_order[2])
    return by_order[0]
