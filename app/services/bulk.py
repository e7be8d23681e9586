"""Bulk edits: the addresses fixed and foreseen while checked, then changed chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from app.domain.bulk import BulkEdit, became
from app.domain.catalog import Catalog
from app.domain.deeds import Doer
from app.domain.judging import settle
from app.domain.ledger import Event
from app.domain.runs import Press, RunKind, RunState
from app.domain.words import Instant
from app.services import preferences, processing, run_rows, runs
from app.services.preferences import Instruction, Source
from app.services.runs import CHUNK, NewRun, Progress
from app.store.addresses import Known, known_each
from app.store.runs import Run, RunRow, rows_after
from app.store.tables import contact

OF_RUN = "run"
"""What to search by, where the addresses are those of an earlier bulk edit: its id."""
FEW = 500
"""Up to how many contacts are checked at once, while who asks is waiting."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A bulk edit, why, and of which contacts: their ids, or what they are found by, or the bulk
    edit that was checked before, in whose place this one comes."""

    edit: BulkEdit
    explanation: str
    processing_explanation: str = ""
    contacts: Sequence[int] = ()
    search: Mapping[str, Any] | None = None
    instead_of: int | None = None


class MovedOn(Exception):
    """The bulk edit that is to be changed waits no more: somebody has said go, or cancelled it."""


def make(connection: Connection, asked: Asked, catalog: Catalog, by: Doer) -> int:
    """Keep a bulk edit that is to be checked; of a few contacts it is checked at once. One that it
    replaces is cancelled. Raises MovedOn."""
    if asked.instead_of is None:
        return _make(connection, asked, catalog, by)
    before = runs.locked(connection, asked.instead_of)
    if before is None or not runs.press(connection, before.id, Press.CANCEL, by):
        raise MovedOn
    search = None if (before.total or 0) <= FEW else {OF_RUN: before.id}
    made = _make(connection, replace(asked, search=search), catalog, by)
    if search is None:
        keys = keys_of(connection, before.id, 0, FEW).values()
        _check_at_once(connection, made, list(keys), catalog, by.at)
    return made


def _make(connection: Connection, asked: Asked, catalog: Catalog, by: Doer) -> int:
    words = {"processing": asked.processing_explanation, runs.SEARCH: asked.search}
    new = NewRun(
        RunKind.BULK_EDIT,
        RunState.CHECKING,
        by.reference,
        by.user,
        parameters=asked.edit.kept(),
        explanation=asked.explanation,
        words={name: word for name, word in words.items() if word not in (None, "")},
    )
    id_ = runs.make(connection, new, by.at)
    if asked.search is None and asked.instead_of is None:
        found = select(contact.c.address_key).where(contact.c.id.in_(asked.contacts[:FEW]))
        keys = [bytes(key) for key in connection.scalars(found.order_by(contact.c.address_key))]
        _check_at_once(connection, id_, keys, catalog, by.at)
    return id_


def keys_of(connection: Connection, id_: int, after: int, most: int) -> dict[int, bytes]:
    """The next addresses of a bulk edit that was checked before, by their position in it."""
    rows = rows_after(connection, id_, after, most)
    return {row.position: row.key for row in rows if row.key}


def _check_at_once(
    connection: Connection, id_: int, keys: Sequence[bytes], catalog: Catalog, now: Instant
) -> None:
    if (run := runs.locked(connection, id_)) is not None:
        rows = foresee(connection, run, keys, catalog, now)
        work = partial(check, rows=rows, cursor=None, finished=True)
        runs.advance(connection, run, work, lambda: 0, now)


def foresee(
    connection: Connection, run: Run, keys: Sequence[bytes], catalog: Catalog, now: Instant
) -> list[RunRow]:
    """What would become of these addresses, as the next rows of the run. It writes nothing."""
    edit, known = BulkEdit.read(run.parameters), known_each(connection, keys)
    by, rows = edit.by(catalog, now), []
    for position, key in enumerate(keys, run.done + 1):
        changes = edit.changes(catalog, known[key].held)
        would_be = became(changes, settle(known[key].held, changes, by))
        rows.append(RunRow(position, key, *would_be))
    return rows


def check(
    connection: Connection, run: Run, *, rows: Sequence[RunRow], cursor: str | None, finished: bool
) -> Progress:
    """Keep foreseen rows, and where to look for the next ones."""
    run_rows.add(connection, run.id, rows)
    return Progress(len(rows), run_rows.counts(rows), cursor, finished, run_rows.examples(rows))


def carry_out(connection: Connection, run: Run, catalog: Catalog, now: Instant) -> Progress:
    """Change the next addresses, and note with each what became of it."""
    edit = BulkEdit.read(run.parameters)
    rows = rows_after(connection, run.id, int(run.cursor or 0), CHUNK)
    by, source = edit.by(catalog, now), _source(run)

    def plan(known: Known, _: Sequence[Event]) -> Any:
        return edit.changes(catalog, known.held)

    asked = [Instruction(row.key, by, plan, source=source) for row in rows if row.key]
    outcomes = preferences.apply_all(connection, asked)
    settled = [
        row._replace(
            **became(did.changes, did.verdicts)._asdict(), record=did.record, again=did.again
        )
        for row, did in zip(rows, outcomes, strict=True)
    ]
    run_rows.settle(connection, run.id, settled)
    if edit.processing:
        changed = [row.key for row in settled if row.key and row.record]
        stored = run.words.get("processing", "")
        processing.store(connection, changed, edit.processing, stored, run.id, now)
    cursor = str(rows[-1].position) if rows else run.cursor
    return Progress(len(rows), run_rows.counts(settled), cursor, len(rows) < CHUNK)


def _source(run: Run) -> Source:
    return Source(reference=run.reference, run=run.id, run_evidence=run.evidence)
