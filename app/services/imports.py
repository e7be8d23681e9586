"""Imports, made: a file kept in parts, and what is to be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, not_, select, update

from app.domain.deeds import Deed, Doer
from app.domain.importing.orders import Order
from app.domain.runs import OVER, Press, RunKind, RunState
from app.domain.words import DAY, Instant
from app.services import audit, runs
from app.services.runs import NewRun
from app.store.runs import Run
from app.store.tables import import_part, run, run_row

OPEN = (RunState.DRAFT, RunState.CHECKED)
"""States in which what is to be done may still be changed."""
KEPT_DAYS = 7
"""How long a file waits for somebody to say go."""
TOLD_DAYS = 30
"""How long it is kept what stands in broken rows, and what rows changed of contacts."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file that somebody gave: its name, the headings of its columns, and who did."""

    file: str
    headings: Sequence[str]
    reference: str


def begin(connection: Connection, order: Order, given: Given, by: Doer) -> int:
    """Keep an import that is to be made; its id. The parts of its file follow, and then it is said
    to be whole: till then its size is 0, and nothing can be done with it."""
    words = {"file": given.file[:200], "headings": list(given.headings)}
    unfinished = replace(order, size=0).as_json()
    new = NewRun(RunKind.IMPORT, RunState.DRAFT, given.reference, by.user, unfinished, words=words)
    id_ = runs.make(connection, new, by.at)
    audit.note(connection, by, Deed.IMPORT_BEGUN, ("run", id_), {"what": order.what})
    return id_


def add_part(connection: Connection, id_: int, number: int, content: bytes) -> None:
    """Keep the next part of the file."""
    connection.execute(insert(import_part).values(run=id_, number=number, content=content))


def whole(connection: Connection, id_: int, order: Order) -> None:
    """All parts of the file are there."""
    connection.execute(update(run).where(run.c.id == id_).values(parameters=order.as_json()))


def order(connection: Connection, id_: int, wanted: Order, words: Mapping[str, str]) -> bool:
    """Say what is to be done, with the explanations `explanation` and `processing-explanation`;
    whether that could still be said. What was checked before is to be checked again."""
    found = runs.locked(connection, id_)
    if found is None or found.kind is not RunKind.IMPORT or found.state not in OPEN:
        return False
    if not wanted.size:
        return False
    now = Order.from_json(found.parameters)
    wanted = replace(wanted, first=now.first, encoding=now.encoding)
    runs.explain(connection, id_, words.get("explanation", ""))
    kept = {**found.words, "processing-explanation": words.get("processing-explanation", "")}
    values: dict[str, Any] = {
        "parameters": wanted.as_json(),
        "state": RunState.DRAFT,
        "words": kept,
    }
    connection.execute(update(run).where(run.c.id == id_).values(values))
    return True


def start(connection: Connection, id_: int, shown: str, by: Doer) -> bool:
    """Have it done as it was checked and shown, by its mark; whether that could be done. Not where
    somebody else has ordered it otherwise since."""
    found = runs.locked(connection, id_)
    if found is None or found.state is not RunState.CHECKED or found.mark != shown:
        return False
    return runs.press(connection, id_, Press.START, by)


def refuse(connection: Connection, read: Run, fault: str, by: Instant) -> bool:
    """The file cannot be read: the import has failed, and nothing was done. Whether it still was
    where it was `read`: if not, another file may be in the place of that one."""
    found = runs.locked(connection, read.id)
    if found is None or not found.same_place(read):
        return False
    values = {"state": RunState.FAILED, "resumes": None, "fault": fault, "ended_at": by}
    connection.execute(update(run).where(run.c.id == read.id).values(values))
    drop_parts(connection, read.id)
    return True


def discard(connection: Connection, id_: int, by: Doer) -> bool:
    """Forget an import that did not begin, and its file; whether that could be done."""
    done = runs.press(connection, id_, Press.CANCEL, by)
    if done:
        drop_parts(connection, id_)
    return done


def drop_parts(connection: Connection, id_: int) -> None:
    """Forget the file."""
    connection.execute(delete(import_part).where(import_part.c.run == id_))


def forget_words(connection: Connection, id_: int, headings: Sequence[str]) -> None:
    """Forget what the file was called, and of its headings all but these."""
    if found := runs.locked(connection, id_):
        kept = {name: word for name, word in found.words.items() if name != "file"}
        words = {**kept, "headings": list(headings)}
        connection.execute(update(run).where(run.c.id == id_).values(words=words))


def swap(connection: Connection, id_: int, before: Order, after: Order, parts: int) -> bool:
    """Let the file be the parts that begin at `after.first`, and forget all others; whether it was
    still the one `before`. If not, those are forgotten. No row has another place in it."""
    found = runs.locked(connection, id_)
    still = found is not None and found.parameters.get("first", 0) == before.first
    new = import_part.c.number.between(after.first, after.first + parts - 1)
    others = import_part.c.run == id_, not_(new) if still else new
    connection.execute(delete(import_part).where(*others))
    if found and still:
        moved = {**found.parameters, "first": after.first, "encoding": after.encoding}
        connection.execute(update(run).where(run.c.id == id_).values(parameters=moved))
    return still


def outdated(connection: Connection, now: Instant) -> list[int]:
    """Imports that ended long ago, and still have what stood in their rows, or was changed."""
    ended = run.c.kind == RunKind.IMPORT, run.c.ended_at < now - TOLD_DAYS * DAY
    worded = run_row.c.content.is_not(None), *ended
    asked = select(run_row.c.run).join(run, run.c.id == run_row.c.run).where(*worded)
    return list(connection.scalars(asked.distinct()))


def left_behind(connection: Connection, now: Instant) -> list[int]:
    """Imports whose file is needed no more: they are over, or nobody said go for days."""
    waits_too_long = run.c.state.in_([int(s) for s in OPEN]) & (
        run.c.created_at < now - KEPT_DAYS * DAY
    )
    has_file = exists().where(import_part.c.run == run.c.id)
    return list(connection.scalars(select(run.c.id).where(_OVER | waits_too_long, has_file)))


_OVER = run.c.state.in_([int(state) for state in OVER if state is not RunState.FAILED])
"""What failed may go on, with its file."""


def tidy(connection: Connection, ids: Sequence[int], now: Instant) -> None:
    """Forget these files; an import that waits is cancelled. One that somebody started meanwhile
    keeps its own."""
    waits = run.c.id.in_(ids), run.c.state.in_([int(state) for state in OPEN])
    connection.execute(update(run).where(*waits).values(state=RunState.CANCELLED, ended_at=now))
    over = select(run.c.id).where(run.c.id.in_(ids), _OVER)
    connection.execute(delete(import_part).where(import_part.c.run.in_(over)))
