"""Erasure (rules.md, 2): text and evidence go; key, opt-outs and the bare ledger stay."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from app.domain.changes import By, Change, End, Unsubscribe
from app.domain.mail import MailKind
from app.domain.rights import Outcome, Right
from app.domain.words import ACCOUNT, Actor
from app.services import open_moves, preferences
from app.services.preferences import Instruction, Source
from app.store import addresses, traces
from app.store.addresses import Known
from app.store.tables import email_address, outbox, rights_request

NO_LINK = Source()


def erase(connection: Connection, key: bytes, by: By, source: Source = NO_LINK) -> None:
    """Forget whose address it is, and what lies under those that the person moved from. Asked for
    by the person, it also opts out of the account."""

    def plan(known: Known, _: object) -> list[Change]:
        ends: list[Change] = [End(place) for place in known.held]
        return [Unsubscribe(ACCOUNT), *ends] if by.actor is Actor.CONTACT else ends

    addresses.lock(connection, {key, *_left(connection, key)})
    theirs = sorted({key, *_left(connection, key)})  # nobody moves there any more, who just did
    addresses.lock(connection, theirs)
    for each in theirs:
        preferences.apply(connection, Instruction(each, by, plan, source=source))
        open_moves.call_off(connection, each, by.at)
        _forget_others(connection, each)
        traces.forget(connection, each)


def _left(connection: Connection, key: bytes) -> set[bytes]:
    """The addresses from which the person moved here, by and by, that nobody has since."""
    moved = select(rights_request.c.address_key).join(
        email_address, email_address.c.key == rights_request.c.address_key
    )
    moved = moved.where(
        rights_request.c.kind == Right.ADDRESS_CHANGE,
        rights_request.c.outcome == Outcome.DONE,
        email_address.c.address.is_(None),
    )
    found, to = set[bytes](), [key]
    while to:
        asked = moved.where(rights_request.c.other_key.in_(to))
        to = [each for each in map(bytes, connection.scalars(asked)) if each not in found]
        found.update(to)
    return found


def _forget_others(connection: Connection, key: bytes) -> None:
    """Forget the other mailboxes that the person typed, and mail none that they did not reach."""
    typed = select(rights_request.c.id, rights_request.c.other_key).where(
        rights_request.c.address_key == key, rights_request.c.other_key.is_not(None)
    )
    others = {row.id: bytes(row.other_key) for row in connection.execute(typed)}
    if others:
        mails = (
            outbox.c.address_key.in_(set(others.values())),
            outbox.c.kind == MailKind.ADDRESS_CHANGE,
            outbox.c.record.in_(others),
        )
        connection.execute(update(outbox).where(*mails).values(recipient=None, answer=None))
