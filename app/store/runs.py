"""A run and its rows as the database knows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from app.domain.runs import AT_WORK, Again, Made, Refusal, RowOutcome, RunKind, RunState, Why, why
from app.domain.words import Instant
from app.store.tables import run, run_row

NOTHING = Made(0)


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run is. `spent`: how long was worked at it; `cursor`: where to go on, in the words
    of its kind; `undoes`: the run that this one takes back; `resumes`: where it goes on once it has
    failed, if it can."""

    id: int
    kind: RunKind
    state: RunState
    user: int | None
    reference: str
    undoes: int | None
    parameters: Mapping[str, Any]
    explanation: str | None
    nonce: bytes | None
    words: Mapping[str, Any]
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None
    total: int | None
    done: int
    counts: Mapping[str, int]
    forecast: Mapping[str, int]
    examples: Mapping[str, Sequence[str]]
    cursor: str | None
    spent: Instant
    attempts: int
    fault: str | None
    resumes: RunState | None

    @property
    def at_work(self) -> bool:
        """Whether workers have something to do for it."""
        return self.state in AT_WORK

    @property
    def unreadable(self) -> bool:
        """Whether its file cannot be read: nothing was done, and nothing goes on with it."""
        return self.state is RunState.FAILED and self.resumes is None

    def same_place(self, other: Run) -> bool:
        """Whether it is where the other was, with the same to do."""
        there = other.state, other.cursor, other.done, other.parameters
        return (self.state, self.cursor, self.done, self.parameters) == there

    @property
    def mark(self) -> str:
        """By which a form knows again what it showed: what is to be done, and what was foreseen."""
        shown = self.parameters, self.explanation, self.words, self.forecast
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def about(self) -> str | None:
        """The reference of the workflow that an enrolment is into."""
        workflow = self.parameters.get("workflow")
        return None if workflow is None else f"workflow:{workflow}"

    @property
    def evidence(self) -> bytes | None:
        """SHA-256(nonce ‖ explanation), which each of its records keeps."""
        if self.explanation is None or self.nonce is None:
            return None
        return hashlib.sha256(self.nonce + self.explanation.encode()).digest()


UNREAD = (RowOutcome.BROKEN, RowOutcome.ONLY_OPTED_OUT)
"""The outcomes of rows whose `content` is what could not be read."""


class RunRow(NamedTuple):
    """One address, or one line of a file, and what became of it. `record` is the one it made;
    `refused`: each status that was, of which `reason` is the first one's; `again`: each no
    that it said again and left no event of."""

    position: int
    key: bytes | None
    outcome: RowOutcome | None = None
    reason: Why | None = None
    record: int | None = None
    made: Made = NOTHING
    content: Any = None
    line: int | None = None
    refused: Sequence[Refusal] = ()
    again: Sequence[Again] = ()

    @property
    def unread(self) -> Sequence[object]:
        """Of a row that could not be read, the column, and what stands there while it is kept."""
        return self.content or () if self.outcome in UNREAD else ()

    @property
    def changed(self) -> Mapping[str, Any]:
        """What any other row changed of a contact, as it was and as it became."""
        return {} if self.outcome in UNREAD else self.content or {}


def read(connection: Connection, id_: int) -> Run | None:
    """The run with this id."""
    row = connection.execute(select(run).where(run.c.id == id_)).one_or_none()
    return None if row is None else run_of(row)


def rows_after(connection: Connection, id_: int, position: int, most: int) -> list[RunRow]:
    """The next rows of a run, in their order."""
    rows = connection.execute(
        select(run_row)
        .where(run_row.c.run == id_, run_row.c.position > position)
        .order_by(run_row.c.position)
        .limit(most)
    )
    return [row_of(row) for row in rows]


def run_of(row: Row[Any]) -> Run:
    """A row of the table run."""
    return Run(
        id=row.id,
        kind=RunKind(row.kind),
        state=RunState(row.state),
        user=row.user,
        reference=row.reference,
        undoes=row.undoes,
        parameters=row.parameters,
        explanation=row.explanation,
        nonce=None if row.nonce is None else bytes(row.nonce),
        words=row.words or {},
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        total=row.total,
        done=row.done,
        counts=row.counts,
        forecast=row.forecast or {},
        examples=row.examples or {},
        cursor=row.cursor,
        spent=row.spent,
        attempts=row.attempts,
        fault=row.fault,
        resumes=None if row.resumes is None else RunState(row.resumes),
    )


def row_of(row: Row[Any]) -> RunRow:
    """A row of the table run_row."""
    return RunRow(
        position=row.position,
        key=None if row.address_key is None else bytes(row.address_key),
        outcome=None if row.outcome is None else RowOutcome(row.outcome),
        reason=None if row.reason is None else why(row.reason),
        record=row.record,
        made=Made(row.made or 0),
        content=row.content,
        line=row.line,
        refused=[*map(Refusal.parse, (row.refused or "").split())],
        again=[*map(Again.parse, (row.again or "").split())],
    )
