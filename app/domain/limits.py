"""How many service mails an address gets (rules.md, 5): against mail bombing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from app.domain.mail import MailKind
from app.domain.words import DAY, MINUTE, Instant

PAUSE_BETWEEN = 15 * MINUTE
OF_A_KIND_A_DAY = 3
OF_ALL_A_DAY = 6
TO_USERS = frozenset({MailKind.INVITATION, MailKind.PASSWORD_RESET, MailKind.WEBHOOK_OFF})
"""Kinds that users of the admin get, counted by themselves: what anybody may have mailed to the
address of one keeps nobody from getting back in."""


class Limit(StrEnum):
    """What one more mail would exceed."""

    SOON = "soon"
    OF_A_KIND = "of-a-kind"
    OF_ALL = "of-all"


def limit_met(kind: int, sent: Iterable[tuple[int, Instant]], now: Instant) -> Limit | None:
    """What one more mail of this kind would exceed, given kind and time of those sent. One that was
    sent long after now was sent when the clock was ahead, and says nothing."""
    alike = [(k, at) for k, at in sent if (k in TO_USERS) is (kind in TO_USERS)]
    of_today = [(k, at) for k, at in alike if abs(now - at) < DAY]
    of_kind = [at for k, at in of_today if k == kind]
    if len(of_today) >= OF_ALL_A_DAY:
        return Limit.OF_ALL
    if len(of_kind) >= OF_A_KIND_A_DAY:
        return Limit.OF_A_KIND
    return Limit.SOON if any(abs(now - at) < PAUSE_BETWEEN for at in of_kind) else None
