"""The words of the domain (docs/rules.md, 1): names go over the wire, numbers to disk."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

Instant = int
"""Milliseconds since 1970-01-01T00:00Z."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Word(IntEnum):
    """A word that is looked up as fast as its number: an Enum's own hash is a call of Python."""

    __hash__ = int.__hash__


class ScopeKind(Word):
    """How far a choice reaches."""

    ACCOUNT = 0
    BRAND = 1
    TYPE = 2


class Scope(NamedTuple):
    """One reach: the account (id 0), one brand or one subscription type."""

    kind: ScopeKind
    id: int

    @classmethod
    def brand(cls, brand: int) -> Scope:
        """Everything of one brand."""
        return cls(ScopeKind.BRAND, brand)

    @classmethod
    def type(cls, type_: int) -> Scope:
        """One subscription type."""
        return cls(ScopeKind.TYPE, type_)


ACCOUNT = Scope(ScopeKind.ACCOUNT, 0)


class Status(Word):
    """What an address has said. NOT_SPECIFIED has no row."""

    NOT_SPECIFIED = 0
    SUBSCRIBED = 1
    UNSUBSCRIBED = 2


class Cause(Word):
    """What a standing comes from. PAUSE and REQUEST stand beside a preference's three causes."""

    CHOICE = 1
    BOUNCE = 2
    COMPLAINT = 3
    PAUSE = 4
    REQUEST = 5


class Kind(Word):
    """What an event did."""

    CHANGED = 1
    STRENGTHENED = 2
    CONFIRMED = 3
    PAUSED = 4
    RESUMED = 5
    REQUESTED = 6
    NOTED = 7


class Actor(Word):
    """Who decided."""

    CONTACT = 1
    USER = 2
    API = 3
    WORKFLOW = 4
    IMPORT = 5
    COMPLAINT = 6
    BOUNCE = 7


class Via(Word):
    """The route a change took. It says nothing about authority."""

    PREFERENCE_PAGE = 1
    UNSUBSCRIBE_PAGE = 2
    ONE_CLICK = 3
    MAILTO = 4
    FALLBACK_FORM = 5
    SIGNUP_FORM = 6
    CONFIRMATION = 7
    UNDO = 8
    ADMIN = 9
    BULK_EDIT = 10
    IMPORT = 11
    WORKFLOW = 12
    API = 13
    PROVIDER_EVENT = 14
    ARF = 15
    CLI = 16
    ERASURE = 17
    ADDRESS_CHANGE = 18


class Basis(Word):
    """Legal basis for communication."""

    LEGITIMATE_INTEREST_PQL = 1
    LEGITIMATE_INTEREST_CLIENT = 2
    LEGITIMATE_INTEREST_OTHER = 3
    PERFORMANCE_OF_CONTRACT = 4
    CONSENT_WITH_NOTICE = 5
    NON_GDPR = 6


class Reason(Word):
    """Why a change was refused, or what a send decision says."""

    SUBSCRIBED = 1
    NOT_SPECIFIED = 2
    TRANSACTIONAL = 3
    INVALID_ADDRESS = 4
    TYPE_INACTIVE = 5
    BOUNCED = 6
    COMPLAINED = 7
    OPTED_OUT_OF_ALL = 8
    OPTED_OUT_OF_BRAND = 9
    UNSUBSCRIBED = 10
    PAUSED = 11
    AWAITING_CONFIRMATION = 12
    NOT_OPTED_IN = 13
    CONSENT_EXPIRED = 14
    LEGAL_BASIS_REQUIRED = 15
    EXPLANATION_REQUIRED = 16
    NOT_PERMITTED = 17
    NOTHING_TO_UNDO = 18
