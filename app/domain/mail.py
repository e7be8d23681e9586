"""The kinds of service mail, and what becomes of one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from app.domain.words import Instant


class MailKind(IntEnum):
    """What a service mail is for."""

    PREFERENCES_LINK = 1
    CONFIRMATION = 2
    INVITATION = 3
    PASSWORD_RESET = 4
    ACCESS_LINK = 5
    ADDRESS_CHANGE = 6
    WEBHOOK_OFF = 7


class State(IntEnum):
    """What became of a mail. DROPPED: no address is known, a bounce stands, or a limit was met."""

    OWED = 1
    SENT = 2
    FAILED = 3
    DROPPED = 4


class Mailed(NamedTuple):
    """One mail to an address, and what became of it: the last answer told is the mail system's."""

    kind: MailKind
    brand: int
    state: State
    created_at: Instant
    ended_at: Instant | None
    attempts: int
    answer: str


def counted(mails: Iterable[Mailed]) -> list[tuple[int, Instant]]:
    """Kind and time of those that count against the limits: sent, or still to be."""
    return [
        (mail.kind, mail.ended_at or mail.created_at)
        for mail in mails
        if mail.state in (State.OWED, State.SENT)
    ]
