"""What the mail system tells of an address, whoever tells it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from app.domain.changes import Change, Report, Unsubscribe
from app.domain.words import ACCOUNT, Actor, Cause, Instant


class Told(Enum):
    """What became of a mail. What is counted only, such as a full mailbox, is not told on."""

    BOUNCED = "the mailbox will never take mail"
    COMPLAINED = "the person called it spam"
    OPTED_OUT = "the person opted out at the provider"


class Feedback(NamedTuple):
    """One event of a provider: about which address, when it happened, the provider's own id of it,
    and what the mail system answered."""

    told: Told
    address: str
    at: Instant
    id: str
    answer: str = ""


ACTORS = {
    Told.BOUNCED: Actor.BOUNCE,
    Told.COMPLAINED: Actor.COMPLAINT,
    Told.OPTED_OUT: Actor.CONTACT,
}


def change_of(told: Told, happened_at: Instant) -> Change:
    """The change that follows: a suppression, or the person's opt-out of everything."""
    if told is Told.OPTED_OUT:
        return Unsubscribe(ACCOUNT)
    cause = Cause.BOUNCE if told is Told.BOUNCED else Cause.COMPLAINT
    return Report(cause, happened_at)
