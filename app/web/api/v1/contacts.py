"""Contacts as they are read. What an address chose is bound to the address and
not to its contact: see preferences."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.queries import contact_list
from app.queries import contacts as known
from app.queries.contact_list import Order, Row, Search
from app.queries.contacts import Contact
from app.web.api.calls import Answer, Call
from app.web.api.etags import tagged
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import subject
from app.web.api.v1.contact_filters import Which, wanted_of
from app.web.current import site

operations = Operations()
FOLDER = "/api/v1/contacts"
ONE = f"{FOLDER}/<int:id>"


class Told(TypedDict):
    """One contact. `properties` by slug."""

    id: int
    email: str
    addressKey: str
    name: str
    language: str | None
    source: str
    createdAt: str
    properties: dict[str, str]
    processingBasis: str | None
    processingExplanation: str | None


class Line(TypedDict):
    """A contact in a list."""

    id: int
    email: str
    addressKey: str
    name: str
    source: str
    createdAt: str


class Page(TypedDict):
    """Contacts, the oldest first. `next`: what to ask for as `after`; null: that was all."""

    contacts: list[Line]
    next: int | None


@operations.add("GET", FOLDER, KeyScope.CONTACTS, query=Which, answers={200: Page})
def read_all(call: Call) -> Answer:
    """Contacts, fifty at a time, the oldest first."""
    caller, which = call.caller, call.query
    caller.whole_account()
    if which.email is not None:
        return _of_address(subject(which.email, "?email").key)
    wanted = wanted_of(caller, which)
    search = Search(wanted, Order.OLDEST, after=which.after, counted=False)
    with site().database.browsing() as connection:
        found = contact_list.page(connection, caller.catalog, search, caller.now)
    if found.slow:
        why = "It takes too long: ask for fewer at once, by more of the words or another filter"
        raise Problem("malformed", faults=[Fault("?", why)])
    return Answer({"contacts": list(map(_line, found.rows)), "next": found.next})


@operations.add("GET", ONE, KeyScope.CONTACTS, answers={200: Told, 304: None})
def read(call: Call) -> Response:
    """One contact."""
    call.caller.whole_account()
    with site().database.reading() as connection:
        return tagged(asked(connection, call)[1])


def _of_address(key: bytes) -> Answer:
    with site().database.reading() as connection:
        found = known.by_key(connection, key)
    return Answer({"contacts": [_line(found)] if found else [], "next": None})


def _line(one: Contact | Row) -> Line:
    return {
        "id": one.id,
        "email": one.address,
        "addressKey": one.key.hex(),
        "name": one.name,
        "source": one.source.name,
        "createdAt": moment(one.created_at),
    }


def asked(connection: Connection, call: Call) -> tuple[Contact, Told]:
    """The contact that a call names, and what is told of it. Raises Problem."""
    found = known.by_id(connection, call.path["id"])
    if found is None:
        raise Problem("nothing-here")
    return found, _told(connection, found)


def _told(connection: Connection, found: Contact) -> Told:
    slugs = {p.id: p.slug for p in known.properties(connection)}
    values = known.values_of(connection, found.id)
    told: Any = {
        "id": found.id,
        "email": found.address,
        "addressKey": found.key.hex(),
        "name": found.name,
        "language": found.language,
        "source": found.source.name,
        "createdAt": moment(found.created_at),
        "properties": {slugs[id_]: value for id_, value in sorted(values.items())},
        "processingBasis": found.processing.name if found.processing else None,
        "processingExplanation": found.explanation,
    }
    kept: Told = told
    return kept
