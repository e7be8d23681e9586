"""What may be asked of an address's preferences, by whom, and the verdict (rules.md, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from app.domain.catalog import Policy, SubscriptionType
from app.domain.standing import Effect, Place
from app.domain.words import Actor, Basis, Cause, Instant, Reason, Scope, Via


class Hand(Enum):
    """By what hand a change comes: the columns of the lifting tables."""

    CONTACT = "the person"
    USER = "an admin, for one contact"
    API = "a program, for one address, by v4 or /api/v1"
    USER_BULK = "an admin, for many"
    API_BATCH = "a program, for many"
    API_V3 = "a program, by v3"
    AUTOMATIC = "an import, a workflow, or feedback of the mail system"


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe one type."""

    type: SubscriptionType


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Opt out of a type, a brand or the account. `type` where the type is known."""

    scope: Scope
    type: SubscriptionType | None = None


@dataclass(frozen=True, slots=True)
class Lift:
    """Take away an opt-out of everything, or a suppression."""

    place: Place


@dataclass(frozen=True, slots=True)
class Except:
    """Let a brand mail all the same under an account-wide opt-out. Only CONTACT may."""

    brand: int


@dataclass(frozen=True, slots=True)
class Report:
    """A bounce or a complaint that the mail system tells of, with the time it happened."""

    cause: Cause
    happened_at: Instant


@dataclass(frozen=True, slots=True)
class Pause:
    """No mail of a brand until a moment. Only CONTACT may."""

    brand: int
    until: Instant


@dataclass(frozen=True, slots=True)
class Resume:
    """End a pause early. Only CONTACT may."""

    brand: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Open a request to confirm a type by mail, until a moment."""

    type: SubscriptionType
    until: Instant


@dataclass(frozen=True, slots=True)
class Note:
    """Add evidence that changes nothing, such as a reason given afterwards."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class End:
    """What was answered or erased stands no more: an open request, or a SUBSCRIBED."""

    place: Place


Change = Subscribe | Unsubscribe | Lift | Except | Report | Pause | Resume | Ask | Note | End


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a change, by what hand and route, when, with what to show for it."""

    actor: Actor
    via: Via
    hand: Hand
    at: Instant
    policy: Policy = Policy()
    basis: Basis | None = None
    basis_ends: Instant | None = None
    explained: bool = False
    anew: frozenset[Place] = frozenset()
    """Where a no that stands is said anew, and not only once more (repeating.py)."""


class Verdict(NamedTuple):
    """What becomes of a change. No reason and no effect: it held already."""

    effects: tuple[Effect, ...] = ()
    refused: Reason | None = None


UNCHANGED = Verdict()
