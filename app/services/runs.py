"""Runs: made with what they are to do, leased by workers, carried out a chunk at a time.

A chunk, what became of its rows, and where the run is then are one transaction under the run's own
lock: so each row is applied exactly once, whoever is killed. A lease only keeps workers apart.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from app.domain.deeds import Deed, Doer
from app.domain.ids import new_id
from app.domain.runs import (
    AFTER_A_CHUNK,
    AT_WORK,
    OVER,
    RESUMES,
    STOPPED,
    Press,
    RunKind,
    RunState,
    leads,
)
from app.domain.words import MINUTE, SECOND, Instant
from app.services import audit
from app.store.runs import Run, read, run_of
from app.store.search import owe_forgetting
from app.store.tables import run

LEASE = 15 * SECOND
BACK_OFF = (5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE)
SEARCH = "search"
"""Among a run's words: what its addresses are found by. It is kept while the run is checked."""
CHUNK = 500
"""How many addresses a transaction changes at most."""
DEEDS = {
    Press.START: Deed.RUN_STARTED,
    Press.PAUSE: Deed.RUN_PAUSED,
    Press.RESUME: Deed.RUN_RESUMED,
    Press.CANCEL: Deed.RUN_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is to be done, by whom. `parameters` has none of a person's words, `words` and the
    common `explanation` may."""

    kind: RunKind
    state: RunState
    reference: str
    user: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    explanation: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    total: int | None = None


class Progress(NamedTuple):
    """What a chunk did: how many rows it dealt with, their counts, where to go on, whether that
    was the last one; keys (in hex) of a few addresses as examples for counts."""

    rows: int
    counts: Mapping[str, int]
    cursor: str | None
    finished: bool
    examples: Mapping[str, Sequence[str]] = {}


Work = Callable[[Connection, Run], Progress]
"""A chunk, to be done in the transaction that notes the progress. It may be done again."""


def make(connection: Connection, new: NewRun, now: Instant) -> int:
    """Keep a run; its id, which its events name."""
    id_ = new_id()
    connection.execute(
        insert(run).values(
            id=id_,
            kind=new.kind,
            state=new.state,
            user=new.user,
            reference=new.reference,
            undoes=new.undoes,
            parameters=dict(new.parameters),
            explanation=new.explanation or None,
            nonce=secrets.token_bytes(16) if new.explanation else None,
            words=dict(new.words) or None,
            created_at=now,
            total=new.total,
            done=0,
            counts={},
            spent=0,
            due_at=now,
            attempts=0,
        )
    )
    return id_


def owed(connection: Connection, now: Instant) -> bool:
    """Whether a run has something to do that nobody is at."""
    return connection.scalar(_due(now)) is not None


def claim(connection: Connection, now: Instant) -> Run | None:
    """Lease the run that waited longest. A lease that ran out, its worker dead, is anybody's."""
    id_ = connection.scalar(_due(now).with_for_update(skip_locked=True))
    if id_ is None:
        return None
    _set(connection, id_, due_at=now + LEASE)
    return read(connection, id_)


def release(connection: Connection, id_: int, now: Instant) -> None:
    """Let other runs have their turn, and then anybody go on with this one."""
    _set(connection, id_, due_at=now)


def advance(
    connection: Connection, expected: Run, work: Work, spent: Callable[[], Instant], now: Instant
) -> Run | None:
    """Do a chunk, and note where the run is then. None, and nothing done, where it is not any more
    where it was expected: somebody else was at it, paused or cancelled it. `spent`: how long this
    took, asked when it is done."""
    found = locked(connection, expected.id)
    if found is None or not found.same_place(expected):
        return None
    going_on, ended = AFTER_A_CHUNK[found.state]
    progress = work(connection, found)
    counts = dict(Counter(found.counts) + Counter(progress.counts))
    noted: dict[str, Any] = {
        "state": ended if progress.finished else going_on,
        "done": found.done + progress.rows,
        "counts": counts,
        "examples": _with_examples(found.examples, progress.examples),
        "cursor": progress.cursor,
        "spent": found.spent + spent(),
        "due_at": now + LEASE,
        "attempts": 0,
        "started_at": now if found.started_at is None else found.started_at,
    }
    if ended is RunState.CHECKED and progress.finished:
        noted |= {"total": noted["done"], "forecast": counts, **_AT_THE_START}
        noted["words"] = _without_search(found)
    elif progress.finished:
        noted |= {"ended_at": now, "words": _without_search(found)}
    _set(connection, found.id, **noted)
    return read(connection, found.id)


def stumble(connection: Connection, stumbled: Run, fault: str, now: Instant) -> None:
    """A chunk could not be done: try again later; after the last try the run has failed."""
    found = locked(connection, stumbled.id)
    if found is None or found.state not in AT_WORK:
        return
    noted: dict[str, Any] = {"fault": fault[:200]}
    if found.attempts >= len(BACK_OFF):
        noted |= {"state": RunState.FAILED, "resumes": RESUMES[found.state], "ended_at": now}
    else:
        noted |= {"due_at": now + BACK_OFF[found.attempts], "attempts": found.attempts + 1}
    _set(connection, found.id, **noted)


def press(connection: Connection, id_: int, pressed: Press, by: Doer) -> bool:
    """Start, pause, resume or cancel a run between two chunks; whether that could be done. What is
    taken back does not go on."""
    found = locked(connection, id_)
    state = leads(found.state, pressed, found.resumes) if found else None
    if found is None or state is None or (found.state in OVER and undone(connection, id_)):
        return False
    noted: dict[str, Any] = {"state": state, "due_at": by.at, "attempts": 0}
    if pressed is Press.CHECK:
        noted |= {"counts": {}, "examples": None, "total": None, **_AT_THE_START}
    if state in OVER:
        noted |= {"ended_at": by.at, "words": _without_search(found)}
    else:
        noted["ended_at"] = None
    _set(connection, id_, **noted)
    if pressed in DEEDS:
        audit.note(connection, by, DEEDS[pressed], ("run", id_))
    return True


def undone(connection: Connection, id_: int) -> bool:
    """Whether a run takes this one back, and was not cancelled."""
    undoing = run.c.undoes == id_, run.c.state != RunState.CANCELLED
    return connection.scalar(select(run.c.id).where(*undoing).limit(1)) is not None


def give_up(connection: Connection, id_: int, now: Instant) -> None:
    """Cancel a run that stands still, and forget what it was to search for."""
    found = locked(connection, id_)
    if found and found.state in STOPPED:
        words = _without_search(found)
        _set(connection, id_, state=RunState.CANCELLED, ended_at=now, words=words)
        owe_forgetting(connection)


def locked(connection: Connection, id_: int) -> Run | None:
    """The run, kept from all others until the transaction ends."""
    row = connection.execute(select(run).where(run.c.id == id_).with_for_update()).one_or_none()
    return None if row is None else run_of(row)


_AT_THE_START: Mapping[str, Any] = {
    "done": 0,
    "counts": {},
    "cursor": None,
    "spent": 0,
    "started_at": None,
}


def _without_search(run: Run) -> dict[str, Any] | None:
    return {name: word for name, word in run.words.items() if name != SEARCH} or None


def _due(now: Instant) -> Any:
    at_work = run.c.state.in_([int(state) for state in AT_WORK])
    return select(run.c.id).where(at_work, run.c.due_at <= now).order_by(run.c.due_at).limit(1)


def explain(connection: Connection, id_: int, explanation: str) -> None:
    """Give a run that has not begun its common explanation; with another nonce, as the words may be
    the same as before."""
    nonce = secrets.token_bytes(16) if explanation else None
    _set(connection, id_, explanation=explanation or None, nonce=nonce)


def hold(connection: Connection, id_: int, now: Instant) -> bool:
    """Go on having a run to oneself, in the midst of a long preparation; whether it is still to be
    worked at."""
    at_work = run.c.state.in_([int(state) for state in AT_WORK])
    held = update(run).where(run.c.id == id_, at_work).values(due_at=now + LEASE)
    return bool(connection.execute(held).rowcount)


def _set(connection: Connection, id_: int, **values: Any) -> None:
    connection.execute(update(run).where(run.c.id == id_).values(values))


def _with_examples(
    kept: Mapping[str, Sequence[str]], more: Mapping[str, Sequence[str]], most: int = 3
) -> dict[str, list[str]]:
    names = [*kept, *(name for name in more if name not in kept)]
    joined = {name: [*kept.get(name, ()), *more.get(name, ())] for name in names}
    return {name: list(dict.fromkeys(some))[:most] for name, some in joined.items()}
