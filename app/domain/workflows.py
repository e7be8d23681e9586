"""Workflows: who enters, what is done to them in order, and when (flows F15 to F19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum, IntEnum, StrEnum
from typing import Any, NamedTuple

from app.domain.contacts import Processing
from app.domain.hours import Hours, opening
from app.domain.runs import RowOutcome
from app.domain.triggers import (
    Facts,
    Happening,
    Occasion,
    Since,
    Trigger,
    TriggerKind,
    concerns,
    holds,
)
from app.domain.words import DAY, HOUR, MINUTE, Basis, Instant, Status

MOST_TRIGGERS, MOST_ACTIONS = 20, 30
LONGEST_WAIT = 3_650 * DAY


class WorkflowState(IntEnum):
    """Where a workflow is. PAUSED: nobody enters, and nothing is done to who is inside."""

    DRAFT = 1
    ACTIVE = 2
    PAUSED = 3
    ARCHIVED = 4


class Press(Enum):
    """What somebody may ask of a workflow."""

    ACTIVATE = "activate"
    PAUSE = "pause"
    ARCHIVE = "archive"


LEADS = {
    (WorkflowState.DRAFT, Press.ACTIVATE): WorkflowState.ACTIVE,
    (WorkflowState.ACTIVE, Press.ACTIVATE): WorkflowState.ACTIVE,
    (WorkflowState.PAUSED, Press.ACTIVATE): WorkflowState.ACTIVE,
    (WorkflowState.ACTIVE, Press.PAUSE): WorkflowState.PAUSED,
    (WorkflowState.DRAFT, Press.ARCHIVE): WorkflowState.ARCHIVED,
    (WorkflowState.PAUSED, Press.ARCHIVE): WorkflowState.ARCHIVED,
}
"""Where a press leads; what is not named may not be pressed. An active one is activated again to
put its draft in place as a new version."""


class ActionKind(StrEnum):
    """What an action does."""

    STATUS = "status"
    LINK = "link"
    CONFIRM = "confirm"
    WAIT = "wait"


class Unit(StrEnum):
    """What waits are counted in."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


LENGTHS = {Unit.MINUTES: MINUTE, Unit.HOURS: HOUR, Unit.DAYS: DAY}


@dataclass(frozen=True, slots=True)
class Action:
    """One action. STATUS: `status` of `type`, with what shows it, which holds for `lasts` days;
    LINK: of `brand`; CONFIRM: of `type`; WAIT: so many of a unit."""

    kind: ActionKind
    type: int | None = None
    status: Status | None = None
    basis: Basis | None = None
    explanation: str = ""
    processing: Processing | None = None
    processing_explanation: str = ""
    brand: int | None = None
    count: int | None = None
    unit: Unit | None = None
    lasts: int | None = None

    def kept(self) -> Mapping[str, Any]:
        """As a version keeps it."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Action:
        """What `kept` made of it."""
        return cls(**{name: WORDS.get(name, _same)(value) for name, value in kept.items()})

    @property
    def length(self) -> Instant:
        """How long it waits."""
        return (self.count or 0) * LENGTHS[self.unit or Unit.MINUTES]

    def ends(self, now: Instant) -> Instant | None:
        """When a legal basis that begins now ends; None: it has no end."""
        return None if self.lasts is None else now + self.lasts * DAY


def _same(value: Any) -> Any:
    return value


WORDS = {
    "kind": ActionKind,
    "status": Status,
    "basis": Basis,
    "processing": Processing,
    "unit": Unit,
}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a version fixes. `whole`: all triggers must hold, not any; `again`: a contact may enter
    more than once."""

    triggers: tuple[Trigger, ...] = ()
    whole: bool = False
    actions: tuple[Action, ...] = ()
    again: bool = False
    hours: Hours = field(default_factory=Hours)

    def kept(self) -> Mapping[str, Any]:
        """As it is stored."""
        return {
            "triggers": [trigger.kept() for trigger in self.triggers],
            "whole": self.whole,
            "actions": [action.kept() for action in self.actions],
            "again": self.again,
            "hours": self.hours.kept(),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Definition:
        """What `kept` made of it."""
        return cls(
            tuple(map(Trigger.read, kept["triggers"])),
            kept["whole"],
            tuple(map(Action.read, kept["actions"])),
            kept["again"],
            Hours.read(kept["hours"]),
        )

    @property
    def properties(self) -> frozenset[int]:
        """Those whose values its triggers ask for."""
        return frozenset(t.property for t in self.triggers if t.property is not None)

    @property
    def asks_what_stands(self) -> bool:
        """Whether its triggers ask what stands for the address."""
        kinds = (TriggerKind.STATUS, TriggerKind.OPT_OUT, TriggerKind.OPT_OUT_LIFTED)
        return any(t.kind in kinds for t in self.triggers)

    @property
    def date(self) -> int | None:
        """The property whose date it waits for. There is at most one."""
        dates = (t.property for t in self.triggers if t.kind is TriggerKind.DATE)
        return next(dates, None)


def enters(definition: Definition, facts: Facts, happening: Happening, since: Since) -> bool:
    """Whether a contact enters: something happened that a trigger waits for, and this one, or all
    of them, hold now. By hand anybody enters."""
    if happening.occasion is Occasion.HAND:
        return True
    concerned = [t for t in definition.triggers if concerns(t, happening)]
    judged = definition.triggers if definition.whole else concerned
    held = (holds(trigger, facts, happening, since) for trigger in judged)
    return bool(concerned) and (all(held) if definition.whole else any(held))


def matches(definition: Definition, facts: Facts, since: Since) -> bool:
    """Whether what only holds still does: after it ceased, a contact may enter again."""
    lasting = (TriggerKind.PROPERTY, TriggerKind.DATE)
    held = [
        holds(trigger, facts, Happening(Occasion.CHANGED), since)
        for trigger in definition.triggers
        if trigger.kind in lasting
    ]
    return bool(held) and (all(held) if definition.whole else any(held))


class EnrolmentState(IntEnum):
    """Where an enrolment is."""

    INSIDE = 1
    ENDED = 2


class What(IntEnum):
    """What became of one step. LIMITED: enough mail was sent to the address already. TAKEN_OUT: a
    user let the contact leave before it."""

    CHANGED = 1
    UNCHANGED = 2
    REFUSED = 3
    OWED = 4
    LIMITED = 5
    WAITS = 6
    TAKEN_OUT = 7


BECAME = {
    RowOutcome.CHANGED: What.CHANGED,
    RowOutcome.UNCHANGED: What.UNCHANGED,
    RowOutcome.REFUSED: What.REFUSED,
}


class Next(NamedTuple):
    """Where an enrolment is after a step."""

    state: EnrolmentState
    step: int
    due_at: Instant | None


def first(definition: Definition, now: Instant) -> Next:
    """Where it begins."""
    return Next(EnrolmentState.INSIDE, 0, opening(definition.hours, now))


def after(definition: Definition, step: int, now: Instant) -> Next:
    """Where it is once this step is done: what waits last waits, too, before it ends."""
    if step >= len(definition.actions):
        return Next(EnrolmentState.ENDED, step, None)
    action = definition.actions[step]
    waits = action.kind is ActionKind.WAIT
    if step + 1 == len(definition.actions) and not waits:
        return Next(EnrolmentState.ENDED, step + 1, None)
    return Next(EnrolmentState.INSIDE, step + 1, opening(definition.hours, now + action.length))
