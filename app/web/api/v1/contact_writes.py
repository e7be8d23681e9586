"""Contacts made, changed, moved and deleted, as the admin can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from flask import Response
from pydantic import Field
from sqlalchemy import Connection

from app.domain import contacts as domain
from app.domain.contacts import BadValue, Processing, Source
from app.domain.deeds import Deed
from app.domain.keys import KeyScope
from app.domain.mailbox import sendable
from app.queries import contacts as known
from app.queries.contacts import Property
from app.services import contacts, moving
from app.services.audit import note
from app.services.contacts import Draft, Gone, Origin, Processed
from app.services.moving import Move
from app.web.api.caller import Caller
from app.web.api.etags import unchanged
from app.web.api.lines import spoken
from app.web.api.operations import Answer, Call, Operations, Ours
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import subject
from app.web.api.v1.contacts import FOLDER, ONE, asked
from app.web.api.writing import REPEATABLE, Id, once
from app.web.site import site

operations = Operations()
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


class NewAddress(Ours):
    """Where the contact goes, and whether opt-outs of the address it leaves go along."""

    email: Annotated[str, Field(max_length=320)]
    opt_outs: bool = Field(default=True, alias="takeOptOutsAlong")


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
    caller, (found, told) = call.caller, asked(call)
    unchanged(told)
    draft = _draft(found.key, found.address, call.body)
    return once(caller, lambda connection: _changed(connection, caller, found.id, draft))


@operations.add(
    "POST",
    f"{ONE}/address",
    KeyScope.CONTACTS,
    body=NewAddress,
    answers={200: Id},
    problems=("nothing-here", "taken", *REPEATABLE),
)
def move(call: Call) -> Response:
    """Give a contact another address. What the old one chose stays with it; its opt-outs go along
    under their makers, where this is not declined."""
    caller, (found, _), wanted = call.caller, asked(call), call.body
    key = subject(wanted.email).key
    if not sendable(wanted.email.strip()):
        raise Problem("malformed", faults=[Fault("/email", "No mail can be sent to it")])
    going = Move(found.id, key, wanted.email.strip(), take_along=wanted.opt_outs)
    return once(caller, lambda connection: _moved(connection, caller, going))


@operations.add(
    "DELETE",
    ONE,
    KeyScope.CONTACTS,
    answers={204: None},
    problems=("nothing-here", *REPEATABLE),
)
def delete(call: Call) -> Response:
    """Delete a contact. Its address keeps preferences and history."""
    caller, (found, _) = call.caller, asked(call)
    return once(caller, lambda connection: _deleted(connection, caller, found.id))


def _draft(key: bytes, address: str, changed: Changed) -> Draft:
    if changed.language is not None:
        spoken(changed.language, "/language")
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
    note(connection, caller.doer, Deed.CONTACT_CREATED, ("contact", saved.id))
    return Answer({"id": saved.id}, 201)


def _changed(connection: Connection, caller: Caller, id_: int, draft: Draft) -> Answer:
    try:
        contacts.locked(connection, id_)
    except Gone:
        raise Problem("nothing-here") from None
    contacts.save_all(connection, [draft], _origin(caller))
    note(connection, caller.doer, Deed.CONTACT_EDITED, ("contact", id_))
    return Answer({"id": id_})


def _moved(connection: Connection, caller: Caller, going: Move) -> Answer:
    try:
        moving.change_address(connection, going, caller.catalog, caller.doer)
    except Gone:
        raise Problem("nothing-here") from None
    except contacts.Taken:
        raise Problem("taken", "The address has a contact already.") from None
    return Answer({"id": going.contact})


def _deleted(connection: Connection, caller: Caller, id_: int) -> Answer:
    try:
        contacts.delete_contact(connection, id_, caller.doer)
    except Gone:
        raise Problem("nothing-here") from None
    return Answer(None, 204)


def _origin(caller: Caller) -> Origin:
    return Origin(caller.now, Source.API, caller.key.reference)
