"""Contacts made, changed, moved and deleted, as the admin can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Literal

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
from app.web.api.calls import Answer, Call, Work
from app.web.api.etags import unchanged
from app.web.api.lines import Words, spoken
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import subject
from app.web.api.v1.contacts import FOLDER, ONE, asked
from app.web.api.writing import Id

operations = Operations()
Bases = Literal["CONSENT", "LEGITIMATE_INTEREST", "CONTRACT"]


class Changed(Ours):
    """What is to change; the rest stays. `properties`: by slug; null empties one.
    `processingBasis`: why the data may be stored; with data privacy on, a new contact needs it."""

    name: Annotated[str, Field(max_length=200)] | None = None
    language: str | None = None
    properties: dict[str, str | None] = Field(default_factory=dict)
    basis: Bases | None = Field(None, alias="processingBasis")
    explanation: Words = Field("", alias="processingExplanation")


class Wanted(Changed):
    """A contact to be."""

    email: Annotated[str, Field(max_length=320)]


class NewAddress(Ours):
    """Where the contact goes, and whether opt-outs of the address it leaves go along."""

    email: Annotated[str, Field(max_length=320)]
    opt_outs: bool = Field(default=True, alias="takeOptOutsAlong")


@operations.write(
    "POST",
    FOLDER,
    KeyScope.CONTACTS,
    body=Wanted,
    answers={201: Id},
    problems=("taken", "evidence"),
)
def make(call: Call) -> Work:
    """Make a contact. It finds what its address chose before, and subscribes nothing."""
    caller, wanted = call.caller, call.body
    caller.whole_account()
    key, address = _mailbox(wanted.email)
    if caller.catalog.policy.data_privacy and wanted.basis is None:
        raise Problem("evidence", "Data privacy is on: send processingBasis and its explanation.")

    def work(connection: Connection) -> Answer:
        draft = _draft(connection, key, address, wanted)
        (saved,) = contacts.save_all(connection, [draft], _origin(caller))
        if not saved.created:
            raise Problem("taken", "The address has a contact already.")
        note(connection, caller.doer, Deed.CONTACT_CREATED, ("contact", saved.id))
        return Answer({"id": saved.id}, 201)

    return work


@operations.write("PATCH", ONE, KeyScope.CONTACTS, body=Changed, problems=("changed-meanwhile",))
def change(call: Call) -> Work:
    """Change a contact. With If-Match, only where nobody else changed it meanwhile."""
    caller = call.caller
    caller.whole_account()

    def work(connection: Connection) -> Answer:
        with _there():
            contacts.locked(connection, _id(call))
        found, told = asked(connection, call)
        unchanged(told)
        draft = _draft(connection, found.key, found.address, call.body)
        contacts.save_all(connection, [draft], _origin(caller))
        note(connection, caller.doer, Deed.CONTACT_EDITED, ("contact", found.id))
        return Answer({"id": found.id})

    return work


@operations.write("POST", f"{ONE}/address", KeyScope.CONTACTS, body=NewAddress, problems=("taken",))
def move(call: Call) -> Work:
    """Give a contact another address. What the old one chose stays with it; its opt-outs go along
    under their makers, where this is not declined."""
    caller, wanted = call.caller, call.body
    caller.whole_account()
    going = Move(_id(call), *_mailbox(wanted.email), take_along=wanted.opt_outs)

    def work(connection: Connection) -> Answer:
        try:
            with _there():
                moving.change_address(connection, going, caller.catalog, caller.doer)
        except contacts.Taken:
            raise Problem("taken", "The address has a contact already.") from None
        return Answer({"id": going.contact})

    return work


@operations.write("DELETE", ONE, KeyScope.CONTACTS, answers={204: None})
def delete(call: Call) -> Work:
    """Delete a contact. Its address keeps preferences and history."""
    caller = call.caller
    caller.whole_account()

    def work(connection: Connection) -> Answer:
        with _there():
            contacts.delete_contact(connection, _id(call), caller.doer)
        return Answer(None, 204)

    return work


def _mailbox(email: str) -> tuple[bytes, str]:
    """The key and the text of an address that mail can be sent to. Raises Problem."""
    key, address = subject(email).key, email.strip()
    if not sendable(address):
        raise Problem("malformed", faults=[Fault("/email", "No mail can be sent to it")])
    return key, address


def _id(call: Call) -> int:
    """The id that a call names, which may be one. Raises Problem."""
    id_: int = call.path["id"]
    if id_ >= 2**63:
        raise Problem("nothing-here")
    return id_


@contextmanager
def _there() -> Iterator[None]:
    """Raises Problem where the contact is gone."""
    try:
        yield
    except Gone:
        raise Problem("nothing-here") from None


def _draft(connection: Connection, key: bytes, address: str, changed: Changed) -> Draft:
    if changed.language is not None:
        spoken(changed.language, "/language")
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


def _origin(caller: Caller) -> Origin:
    return Origin(caller.now, Source.API, caller.key.reference)
