"""Erasure (rules.md, 2): text and evidence go; key, opt-outs and the bare ledger stay."""

from __future__ import annotations

from sqlalchemy import Connection, update

from app.domain.changes import By, Change, End, Unsubscribe
from app.domain.mail import MailKind, State
from app.domain.rights import Outcome
from app.domain.words import ACCOUNT, Actor, Instant
from app.services import preferences
from app.services.preferences import Instruction, Source
from app.store import traces
from app.store.addresses import Known
from app.store.tables import outbox, rights_request

NO_LINK = Source()


def erase(connection: Connection, key: bytes, by: By, source: Source = NO_LINK) -> None:
    """Forget whose address it is. Asked for by the person, it also opts out of the account."""

    def plan(known: Known, _: object) -> list[Change]:
        ends: list[Change] = [End(place) for place in known.held]
        return [Unsubscribe(ACCOUNT), *ends] if by.actor is Actor.CONTACT else ends

    preferences.apply(connection, Instruction(key, by, plan, source=source))
    _call_off_moves(connection, key, by.at)
    traces.forget(connection, key)


def _call_off_moves(connection: Connection, key: bytes, at: Instant) -> None:
    """Mail no other mailbox that the person typed, and forget which it was."""
    ended = connection.scalars(
        update(rights_request)
        .where(rights_request.c.address_key == key, rights_request.c.other_address.is_not(None))
        .values(ended_at=at, outcome=Outcome.ENDED, other_address=None)
        .returning(rights_request.c.id)
    ).all()
    owed = outbox.c.kind == MailKind.ADDRESS_CHANGE, outbox.c.record.in_(ended)
    if ended:
        dropped = {"state": State.DROPPED, "ended_at": at, "recipient": None}
        connection.execute(
            update(outbox).where(*owed, outbox.c.state == State.OWED).values(dropped)
        )
