"""Enrolment triggers: what has to happen, and to hold, for a contact to enter a workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from app.domain.contacts import Source
from app.domain.standing import ALL, Held, of_brand, of_type
from app.domain.words import ACCOUNT, Instant, Scope, Status


class TriggerKind(StrEnum):
    """What a trigger is about."""

    CREATED = "created"
    PROPERTY = "property"
    DATE = "date"
    STATUS = "status"
    OPT_OUT = "opt-out"
    OPT_OUT_LIFTED = "opt-out-lifted"
    API = "api"


class Occasion(IntEnum):
    """Why a contact is looked at: what brought it into a workflow, where it enters."""

    CREATED = 1
    CHANGED = 2
    EVENT = 3
    DATE = 4
    API = 5
    HAND = 6
    ALREADY = 7


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger. `source`: only contacts made so; `value` None: any; `brand` None: an opt-out
    from all email of the account."""

    kind: TriggerKind
    source: Source | None = None
    property: int | None = None
    value: str | None = None
    type: int | None = None
    status: Status | None = None
    brand: int | None = None

    def kept(self) -> Mapping[str, Any]:
        """As a version keeps it."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Trigger:
        """What `kept` made of it."""
        words = {"kind": TriggerKind, "source": Source, "status": Status}
        return cls(**{name: words.get(name, _same)(value) for name, value in kept.items()})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a contact when it is judged. `values`: by property."""

    contact: int
    key: bytes
    source: Source
    created_at: Instant
    values: Mapping[int, str] = field(default_factory=dict)
    held: Held = field(default_factory=Held)


class Happening(NamedTuple):
    """Why a contact is looked at; of an event, where it happened and what it left."""

    occasion: Occasion
    scope: Scope | None = None
    status: Status | None = None


class Since(NamedTuple):
    """Since when a workflow is active: the moment, its day, and the day it is now."""

    at: Instant
    day: str
    today: str


LOOKS = {
    TriggerKind.CREATED: {Occasion.CREATED, Occasion.ALREADY},
    TriggerKind.PROPERTY: {Occasion.CREATED, Occasion.CHANGED, Occasion.ALREADY},
    TriggerKind.DATE: {Occasion.CREATED, Occasion.CHANGED, Occasion.DATE, Occasion.ALREADY},
    TriggerKind.STATUS: {Occasion.EVENT, Occasion.ALREADY},
    TriggerKind.OPT_OUT: {Occasion.EVENT, Occasion.ALREADY},
    TriggerKind.OPT_OUT_LIFTED: {Occasion.EVENT},
    TriggerKind.API: {Occasion.API},
}
"""On which occasions each kind of trigger may be met."""
MOMENTS = (Occasion.EVENT, Occasion.API, Occasion.HAND, Occasion.CREATED)
"""Occasions each of which is one of its own. What only holds must have ceased before it counts
anew."""


def concerns(trigger: Trigger, happening: Happening) -> bool:
    """Whether what happened is what the trigger waits for."""
    if happening.occasion not in LOOKS[trigger.kind]:
        return False
    if happening.occasion is not Occasion.EVENT:
        return True
    if trigger.kind is TriggerKind.STATUS:
        return (happening.scope, happening.status) == (_scope(trigger), trigger.status)
    made = happening.status is Status.UNSUBSCRIBED
    return happening.scope == _scope(trigger) and made is (trigger.kind is TriggerKind.OPT_OUT)


def holds(trigger: Trigger, facts: Facts, happening: Happening, since: Since) -> bool:
    """Whether it holds for a contact now. Who was there before the workflow was active was created
    only for those who ask to enrol who matches already."""
    already = happening.occasion is Occasion.ALREADY
    match trigger.kind:
        case TriggerKind.CREATED:
            recent = already or facts.created_at >= since.at
            return recent and trigger.source in (None, facts.source)
        case TriggerKind.PROPERTY:
            value = facts.values.get(trigger.property or 0)
            wanted = trigger.value
            return value is not None and wanted in (None, value)
        case TriggerKind.DATE:
            value = facts.values.get(trigger.property or 0)
            return bool(value and value <= since.today and (already or value >= since.day))
        case TriggerKind.STATUS:
            return facts.held.status(of_type(trigger.type or 0)) is trigger.status
        case TriggerKind.OPT_OUT | TriggerKind.OPT_OUT_LIFTED:
            place = ALL if trigger.brand is None else of_brand(trigger.brand)
            return facts.held.opted_out(place) is (trigger.kind is TriggerKind.OPT_OUT)
        case TriggerKind.API:
            return happening.occasion is Occasion.API


def _scope(trigger: Trigger) -> Scope:
    """Where the events happen that it is about."""
    if trigger.type is not None:
        return Scope.type(trigger.type)
    return ACCOUNT if trigger.brand is None else Scope.brand(trigger.brand)


def _same(value: Any) -> Any:
    return value
