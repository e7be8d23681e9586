"""Requests that a user of the admin notes and carries out for a person, with their audit."""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.catalog import Policy
from app.domain.changes import By, Hand
from app.domain.deeds import Deed, Doer
from app.domain.rights import Outcome
from app.domain.words import Actor, Via
from app.services import erasure, rights
from app.services.audit import note as note_deed
from app.services.preferences import Source
from app.services.rights import Asked


class Ended(LookupError):
    """The request has ended already, or there is none."""


def note(connection: Connection, asked: Asked, by: Doer) -> int:
    """Keep that a person asked; the request's number."""
    id_ = rights.log(connection, asked)
    note_deed(connection, by, Deed.REQUEST_NOTED, ("request", id_))
    return id_


def finish(connection: Connection, id_: int, outcome: Outcome, by: Doer) -> None:
    """Note that it was answered, or why not. Raises Ended."""
    if not rights.end(connection, id_, outcome, by.at):
        raise Ended
    note_deed(connection, by, Deed.REQUEST_ENDED, ("request", id_), {"outcome": outcome.name})


def erase(connection: Connection, id_: int, key: bytes, policy: Policy, by: Doer) -> None:
    """Erase what is kept of the person, at their request: by CONTACT, with the user who carried it
    out. Raises Ended."""
    if not rights.end(connection, id_, Outcome.DONE, by.at):
        raise Ended
    person = By(Actor.CONTACT, Via.ERASURE, Hand.CONTACT, by.at, policy)
    reference = "cli" if by.user is None else by.reference
    erasure.erase(connection, key, person, Source(reference=reference))
    note_deed(connection, by, Deed.PERSON_ERASED, ("request", id_))
