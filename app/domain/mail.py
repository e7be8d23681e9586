"""The kinds of service mail, and what becomes of one."""

from __future__ import annotations

from enum import IntEnum


class MailKind(IntEnum):
    """What a service mail is for."""

    PREFERENCES_LINK = 1
    CONFIRMATION = 2
    INVITATION = 3
    PASSWORD_RESET = 4


class State(IntEnum):
    """What became of a mail. DROPPED: no address is known, a bounce stands, or a limit was met."""

    OWED = 1
    SENT = 2
    FAILED = 3
    DROPPED = 4
