"""Contacts, read and written as the admin can. What an address chose is bound to the address and
not to its contact: see preferences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain import contacts as domain
from app.domain.contacts import BadValue, Processing, Source
from app.domain.deeds import Deed, Doer
from app.domain.keys import KeyScope
from app.domain.mailbox import sendable
from app.domain.moments import moment
from app.queries import contacts as known
from app.queries.contacts import Contact, Property
from app.services import contacts
from app.services.by_keys import noted_by_key
from app.services.contacts import Draft, Gone, Origin, Processed
from app.text.languages import LANGUAGES
from app.web.api.caller import Caller
from app.web.api.etags import tagged, unchanged
from app.web.api.operations import Answer, Call, Operations, Ours
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import subject
from app.web.api.writing import REPEATABLE, once
from app.web.site import site

operations = Operations()
FOLDER = "/api/v1/contacts"
ONE = f"{FOLDER}/<int:id>"
Bases = Literal["CONSENT", "LEGITIMATE_INTEREST", "CONTRACT"]


class Changed(Ours):
    """What is to change; the rest stays. `properties`: by slug; null empties one.
    `processingBasis`: why the data may be stored; with data privacy on, a new contact needs it."""

    name: Annotated[str, Field(max_length=200)] | None = None
    language: str | None = None
    properties: dict[str, str | None] = Field(default_factory=dict)
    basis: Bases | None = Field(None, alias="processingBasis")
    explanation: str = Field("", alias="processingExplanation", max_length=10_000)


class Wanted(Changed):
    """A contact to be."""

    email: Annotated[str, Field(max_length=320)]


class Which(Ours):
    """Whose contact."""

    email: str


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


class Found(TypedDict):
    """The contact of an address; null: it has none."""

    contact: Told | None


class Id(TypedDict):
    """Which it is."""

    id: int


@operations.add("GET", FOLDER, KeyScope.CONTACTS, query=Which, answers={200: Found})
def find(call: Call) -> Answer:
    """The contact of an address."""
    call.caller.whole_account()
    key = subject(call.query.email, "?email").key
    with site().database.reading() as connection:
        found = known.by_key(connection, key)
        told = found and _told(connection, found)
    return Answer({"contact": told})


@operations.add(
    "GET", ONE, KeyScope.CONTACTS, answers={200: Told, 304: None}, problems=("nothing-here",)
)
def read(call: Call) -> Response:
    """One contact."""
    return tagged(_read(call)[1])


@operations.add(
    "POST",
    FOLDER,
    KeyScope.CONTACTS,
    body=Wanted,
    answers={201: Id},
    problems=("taken", "evidence", *REPEATABLE),
)
def make(call: Call) -> Response:
    """Make a contact. It finds what its address chose before, and subscribes nothing."""
    caller, wanted = call.caller, call.body
    caller.whole_account()
    key = subject(wanted.email).key
    if not sendable(wanted.email.strip()):
        raise Problem("malformed", faults=[Fault("/email", "No mail can be sent to it")])
    if caller.catalog.policy.data_privacy and wanted.basis is None:
        raise Problem("evidence", "Data privacy is on: send processingBasis and its explanation.")
    draft = _draft(key, wanted.email.strip(), wanted)
    return once(caller, lambda connection: _made(connection, caller, draft))


@operations.add(
    "PATCH",
    ONE,
    KeyScope.CONTACTS,
    body=Changed,
    answers={200: Id},
    problems=("nothing-here", "changed-meanwhile", *REPEATABLE),
)
def change(call: Call) -> Response:
    """Change a contact. With If-Match, only where nobody else changed it meanwhile."""
    caller, (found, told) = call.caller, _read(call)
    unchanged(told)
    draft = _draft(found.key, found.address, call.body)
    return once(caller, lambda connection: _changed(connection, caller, found.id, draft))


@operations.add(
    "DELETE",
    ONE,
    KeyScope.CONTACTS,
    answers={204: None},
    problems=("nothing-here", *REPEATABLE),
)
def delete(call: Call) -> Response:
    """Delete a contact. Its address keeps preferences and history."""
    caller, (found, _) = call.caller, _read(call)
    return once(caller, lambda connection: _deleted(connection, caller, found.id))


def _read(call: Call) -> tuple[Contact, Told]:
    call.caller.whole_account()
    with site().database.reading() as connection:
        found = known.by_id(connection, call.path["id"])
        if found is None:
            raise Problem("nothing-here")
        return found, _told(connection, found)


def _draft(key: bytes, address: str, changed: Changed) -> Draft:
    if changed.language is not None and changed.language not in LANGUAGES:
        raise Problem("malformed", faults=[Fault("/language", "Not spoken here")])
    with site().database.reading() as connection:
        properties = {p.slug: p for p in known.properties(connection) if not p.archived}
    values = _values(properties, changed.properties)
    basis = Processing[changed.basis] if changed.basis else None
    try:
        name = None if changed.name is None else domain.cleaned(changed.name)
    except BadValue:
        raise Problem("malformed", faults=[Fault("/name", "Too long")]) from None
    processing = Processed(basis, changed.explanation) if basis else None
    return Draft(key, address, name, changed.language, values, processing)


def _values(
    properties: Mapping[str, Property], told: Mapping[str, str | None]
) -> dict[int, str | None]:
    values = {}
    for slug, text in told.items():
        where = f"/properties/{slug}"
        if slug not in properties:
            raise Problem("malformed", faults=[Fault(where, "There is no such property")])
        try:
            values[properties[slug].id] = domain.canonical(properties[slug].kind, text or "")
        except BadValue:
            why = f"No {properties[slug].kind.name.lower()}"
            raise Problem("malformed", faults=[Fault(where, why)]) from None
    return values


def _made(connection: Connection, caller: Caller, draft: Draft) -> Answer:
    (saved,) = contacts.save_all(connection, [draft], _origin(caller))
    if not saved.created:
        raise Problem("taken", "The address has a contact already.")
    noted_by_key(connection, caller.key, Deed.CONTACT_CREATED, ("contact", saved.id), caller.now)
    return Answer({"id": saved.id}, 201)


def _changed(connection: Connection, caller: Caller, id_: int, draft: Draft) -> Answer:
    try:
        contacts.locked(connection, id_)
    except Gone:
        raise Problem("nothing-here") from None
    contacts.save_all(connection, [draft], _origin(caller))
    noted_by_key(connection, caller.key, Deed.CONTACT_EDITED, ("contact", id_), caller.now)
    return Answer({"id": id_})


def _deleted(connection: Connection, caller: Caller, id_: int) -> Answer:
    try:
        contacts.delete_contact(connection, id_, Doer(None, caller.now))
    except Gone:
        raise Problem("nothing-here") from None
    return Answer(None, 204)


def _origin(caller: Caller) -> Origin:
    return Origin(caller.now, Source.API, caller.key.reference)


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
