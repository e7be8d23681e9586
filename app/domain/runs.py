"""Runs: work over many addresses, a chunk at a time, and what may be asked of one."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, IntEnum, IntFlag
from functools import cache
from typing import NamedTuple

from app.domain.importing.wishes import Problem
from app.domain.standing import Place
from app.domain.words import Cause, Instant, Reason, Scope, ScopeKind, Word


class RunKind(IntEnum):
    """What a run does."""

    BULK_EDIT = 1
    IMPORT = 2
    ENROLMENT = 3
    UNDO = 4


class RunState(IntEnum):
    """Where a run is. CHECKING writes nothing but what would become of each row; CHECKED waits for
    somebody to say go; CANCELLED keeps what was done."""

    DRAFT = 1
    CHECKING = 2
    CHECKED = 3
    WAITING = 4
    RUNNING = 5
    PAUSED = 6
    CANCELLED = 7
    DONE = 8
    FAILED = 9


class RowOutcome(Word):
    """What became of a row, or, while its run is checked, would become. STAYED: an undo left it as
    it is, for somebody decided anew. REPEATED: a later row of the file speaks of the address.
    ERASED_BEFORE is only counted, beside what else became of the row. ONLY_OPTED_OUT: what the row
    says of leaving was taken, and the rest of it refused, or could not be read."""

    CHANGED = 1
    UNCHANGED = 2
    REFUSED = 3
    BROKEN = 4
    STAYED = 5
    REPEATED = 6
    CREATED = 7
    UPDATED = 8
    ERASED_BEFORE = 9
    ONLY_OPTED_OUT = 10


class Made(IntFlag):
    """What a row made beside preferences, so that an undo can take it back. TEXT: the
    address was erased before, and its text came back."""

    CONTACT = 1
    PROCESSING_BASIS = 2
    TEXT = 4


class Press(Enum):
    """What somebody may ask of a run."""

    CHECK = "check"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


AT_WORK = (RunState.CHECKING, RunState.WAITING, RunState.RUNNING)
"""States in which workers have something to do."""
OVER = (RunState.CANCELLED, RunState.DONE, RunState.FAILED)
STOPPED = (RunState.PAUSED, RunState.FAILED)
"""States in which somebody may let a run go on."""

LEADS = {
    (RunState.DRAFT, Press.CHECK): RunState.CHECKING,
    (RunState.DRAFT, Press.START): RunState.WAITING,
    (RunState.DRAFT, Press.CANCEL): RunState.CANCELLED,
    (RunState.CHECKING, Press.CANCEL): RunState.CANCELLED,
    (RunState.CHECKED, Press.START): RunState.WAITING,
    (RunState.CHECKED, Press.CHECK): RunState.CHECKING,
    (RunState.CHECKED, Press.CANCEL): RunState.CANCELLED,
    (RunState.WAITING, Press.PAUSE): RunState.PAUSED,
    (RunState.WAITING, Press.CANCEL): RunState.CANCELLED,
    (RunState.RUNNING, Press.PAUSE): RunState.PAUSED,
    (RunState.RUNNING, Press.CANCEL): RunState.CANCELLED,
    (RunState.PAUSED, Press.RESUME): RunState.WAITING,
    (RunState.PAUSED, Press.CANCEL): RunState.CANCELLED,
}
"""Where a press leads; what is not named may not be pressed, but that what failed goes on."""
AFTER_A_CHUNK = {
    RunState.CHECKING: (RunState.CHECKING, RunState.CHECKED),
    RunState.WAITING: (RunState.RUNNING, RunState.DONE),
    RunState.RUNNING: (RunState.RUNNING, RunState.DONE),
}
"""Where a run is after a chunk: while there is more, and after the last one."""
RESUMES = {
    RunState.CHECKING: RunState.CHECKING,
    RunState.WAITING: RunState.WAITING,
    RunState.RUNNING: RunState.WAITING,
}
"""Where a run that failed goes on, by where it was. What failed in its check is checked on, for
nobody has said go; with a file that cannot be read nothing goes on."""
DETAIL = "@"
"""How counts begin that tell one kind of run's own details, and are not of whole rows."""
UNDOABLE = (RunKind.BULK_EDIT, RunKind.IMPORT)


Why = Reason | Problem
"""Why a row was refused, or is broken."""


def why(number: int) -> Why:
    """The reason or problem that is kept under this number."""
    return Problem(number) if number >= min(Problem) else Reason(number)


def why_named(name: str) -> Why | None:
    """The reason or problem with this name, if there is one."""
    return Problem.__members__.get(name) or Reason.__members__.get(name)


def leads(state: RunState, pressed: Press, resumes: RunState | None) -> RunState | None:
    """Where a press leads a run, if it may be pressed. What failed goes on where it `resumes`."""
    goes_on = (state, pressed) == (RunState.FAILED, Press.RESUME)
    return resumes if goes_on else LEADS.get((state, pressed))


class Refusal(NamedTuple):
    """One status of a row that was refused: of which type, brand or account, and why."""

    scope: Scope
    reason: Reason

    def __str__(self) -> str:
        return f"{self.scope.kind.name}:{self.scope.id}:{self.reason.name}"

    @classmethod
    def parse(cls, text: str) -> Refusal:
        """The one that was written so."""
        kind, id_, reason = text.split(":")
        return cls(Scope(ScopeKind[kind], int(id_)), Reason[reason])


class Again(NamedTuple):
    """A no that a row says again, and leaves no event of: where, and after which event of the
    address."""

    place: Place
    number: int

    def __str__(self) -> str:
        kind, id_ = self.place.scope
        return f"{kind.name}:{id_}:{self.place.cause.name}:{self.number}"

    @classmethod
    def parse(cls, text: str) -> Again:
        """The one that was written so."""
        kind, id_, cause, number = text.split(":")
        return cls(Place(Scope(ScopeKind[kind], int(id_)), Cause[cause]), int(number))


class Tally(NamedTuple):
    """How many rows had one outcome, for one reason."""

    outcome: RowOutcome
    reason: Why | None
    rows: int


@cache
def counted(outcome: RowOutcome, reason: Why | None = None) -> str:
    """The name under which a run counts rows with this outcome, like REFUSED:BOUNCED."""
    return outcome.name if reason is None else f"{outcome.name}:{reason.name}"


def tallies(counts: Mapping[str, int]) -> list[Tally]:
    """A run's counts of rows, the largest first."""
    found = [_tally(name, rows) for name, rows in counts.items() if rows and name[0] != DETAIL]
    return sorted(found, key=lambda tally: (-tally.rows, tally.outcome, tally.reason or 0))


def _tally(name: str, rows: int) -> Tally:
    outcome, _, reason = name.partition(":")
    return Tally(RowOutcome[outcome], why_named(reason), rows)


def time_left(done: int, total: int | None, spent: Instant) -> Instant | None:
    """How long the rest takes at the pace so far, or None where nothing tells."""
    if not total or not done or not spent or done >= total:
        return None
    return spent * (total - done) // done
