"""What events come to: opt-outs, subscriptions, complaints and bounces, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from app.domain.words import Cause, Kind, Scope, ScopeKind, Status, Via


class Outcome(IntEnum):
    """What an event is counted as."""

    OPT_OUT = 1
    SUBSCRIPTION = 2
    COMPLAINT = 3
    BOUNCE = 4


class Counted(NamedTuple):
    """By what is counted."""

    day: int
    outcome: Outcome
    scope_kind: ScopeKind
    scope_id: int
    via: Via
    message: int


NO = {
    Cause.CHOICE: Outcome.OPT_OUT,
    Cause.COMPLAINT: Outcome.COMPLAINT,
    Cause.BOUNCE: Outcome.BOUNCE,
}


def outcome(kind: int, scope_kind: int, cause: int, status: int) -> Outcome | None:
    """What an event counts as. A no said again, a yes confirmed, or an exception counts as
    nothing."""
    if kind != Kind.CHANGED:
        return None
    if status == Status.UNSUBSCRIBED:
        return NO.get(Cause(cause))
    subscribed = status == Status.SUBSCRIBED and scope_kind == ScopeKind.TYPE
    return Outcome.SUBSCRIPTION if subscribed else None


@dataclass(slots=True)
class Tally:
    """How often each thing happened."""

    by_day: Counter[tuple[int, Outcome]] = field(default_factory=Counter)
    by_scope: Counter[tuple[Scope, Outcome]] = field(default_factory=Counter)
    by_via: Counter[tuple[Via, Outcome]] = field(default_factory=Counter)
    by_message: Counter[tuple[int, Outcome]] = field(default_factory=Counter)
    total: Counter[Outcome] = field(default_factory=Counter)

    def take(self, counts: Iterable[tuple[Counted, int]]) -> None:
        """Add what was counted."""
        for counted, count in counts:
            of = counted.outcome
            self.by_day[counted.day, of] += count
            self.by_scope[Scope(counted.scope_kind, counted.scope_id), of] += count
            self.by_via[counted.via, of] += count
            self.by_message[counted.message, of] += count
            self.total[of] += count
