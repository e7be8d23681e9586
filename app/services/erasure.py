"""Erasure (rules.md, 2): text and evidence go; key, opt-outs and the bare ledger stay."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from app.domain.changes import By, Change, End, Unsubscribe
from app.domain.words import ACCOUNT, Actor
from app.services import preferences
from app.services.preferences import Instruction
from app.store.addresses import Known
from app.store.tables import email_address, evidence, outbox


def erase(connection: Connection, key: bytes, by: By) -> None:
    """Forget whose address it is. Asked for by the person, it also opts out of the account."""

    def plan(known: Known, _: object) -> list[Change]:
        ends: list[Change] = [End(place) for place in known.held]
        return [Unsubscribe(ACCOUNT), *ends] if by.actor is Actor.CONTACT else ends

    preferences.apply(connection, Instruction(key, by, plan))
    connection.execute(delete(evidence).where(evidence.c.address_key == key))
    connection.execute(
        update(outbox).where(outbox.c.address_key == key).values(recipient=None, answer=None)
    )
    connection.execute(
        update(email_address).where(email_address.c.key == key).values(address=None, language=None)
    )
