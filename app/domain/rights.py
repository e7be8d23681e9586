"""What people may ask about their data, and how long an answer may take (GDPR, 12 and 15 to 20)."""

from __future__ import annotations

from enum import IntEnum

from app.domain.words import DAY

ANSWERED_WITHIN = 28 * DAY
"""One month, were it February."""
MOVE_LASTS = 7 * DAY
"""How long both mailboxes have to agree to a change of address."""


class Right(IntEnum):
    """What is asked for."""

    ACCESS = 1
    ERASURE = 2
    ADDRESS_CHANGE = 3


class Outcome(IntEnum):
    """What became of a request. ENDED: nobody confirmed it in time."""

    DONE = 1
    REFUSED = 2
    ENDED = 3


class Agreed(IntEnum):
    """Which mailboxes said yes to a change of address, as bits."""

    NOBODY = 0
    OLD = 1
    NEW = 2
    BOTH = 3
