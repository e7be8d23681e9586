"""Erasure (rules.md, 2): text and evidence go; key, opt-outs and the bare ledger stay."""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.changes import By, Change, End, Unsubscribe
from app.domain.words import ACCOUNT, Actor
from app.services import preferences
from app.services.preferences import Instruction, Source
from app.store import traces
from app.store.addresses import Known

NO_LINK = Source()


def erase(connection: Connection, key: bytes, by: By, source: Source = NO_LINK) -> None:
    """Forget whose address it is. Asked for by the person, it also opts out of the account."""

    def plan(known: Known, _: object) -> list[Change]:
        ends: list[Change] = [End(place) for place in known.held]
        return [Unsubscribe(ACCOUNT), *ends] if by.actor is Actor.CONTACT else ends

    preferences.apply(connection, Instruction(key, by, plan, source=source))
    traces.forget(connection, key)
