"""What people ask about their data: logged with its dates, and carried out once a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, update

from app.domain.catalog import Policy
from app.domain.changes import By, Hand
from app.domain.mail import MailKind
from app.domain.rights import ANSWERED_WITHIN, Agreed, Outcome, Right
from app.domain.words import Actor, Instant, Via
from app.services import erasure, outbox
from app.services.outbox import Mail
from app.services.preferences import Source
from app.store.ledger import insert_once
from app.store.tables import rights_request

COMMAND_LINE = 0
"""The user of a request that was noted there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: what for, about which address, by which brand's page in which language, when. By
    the person with the digest of an access link, or noted by a user of the admin, or at the
    COMMAND_LINE."""

    right: Right
    key: bytes
    brand: int
    language: str
    at: Instant
    link: bytes | None = None
    user: int | None = None


class Spent(Exception):
    """The access link has acted already: it acts once."""


def log(connection: Connection, asked: Asked, **more: Any) -> int:
    """Keep that it was asked, and by when it is to be answered; its number. Raises Spent."""
    values = {
        "address_key": asked.key,
        "kind": asked.right,
        "user": asked.user,
        "brand": asked.brand,
        "language": asked.language,
        "asked_at": asked.at,
        "due_at": asked.at + ANSWERED_WITHIN,
        "link": asked.link,
        "agreed": Agreed.NOBODY,
    }
    made = insert_once(connection, rights_request, "link", {**values, **more})
    if made is None:
        raise Spent
    return made


def end(connection: Connection, id_: int, outcome: Outcome, at: Instant) -> bool:
    """Note what became of a request; whether it was open until now."""
    ended = connection.execute(
        update(rights_request)
        .where(rights_request.c.id == id_, rights_request.c.ended_at.is_(None))
        .values(ended_at=at, outcome=outcome, other_address=None)
    )
    return bool(ended.rowcount)


def mail_access(connection: Connection, asked: Asked, recipient: str | None) -> None:
    """Owe the person a link to their data. That link is the answer."""
    mail = Mail(MailKind.ACCESS_LINK, asked.key, asked.brand, asked.language, recipient)
    outbox.owe(connection, mail, asked.at)
    log(connection, asked, ended_at=asked.at, outcome=Outcome.DONE)


def erase(connection: Connection, asked: Asked, policy: Policy) -> None:
    """Erase what is kept of the person who asks, by their access link. Raises Spent."""
    id_ = log(connection, asked, ended_at=asked.at, outcome=Outcome.DONE)
    by = By(Actor.CONTACT, Via.ERASURE, Hand.CONTACT, asked.at, policy)
    erasure.erase(connection, asked.key, by, Source(reference=f"request:{id_}"))
