"""Undo of a whole run: what it changed stands as before, where nobody decided anew since."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, and_, or_, select

from app.domain.changes import By, Hand
from app.domain.deeds import Deed, Doer
from app.domain.runs import OVER, UNDOABLE, RowOutcome, RunKind, RunState, tallies
from app.domain.words import Actor, Instant, Via
from app.services import audit, import_changes, preferences, processing, run_rows, runs
from app.services.import_undo import remove_made
from app.services.preferences import Instruction, Source, TakenBack, always
from app.services.repeated_noes import said_again
from app.services.runs import CHUNK, NewRun, Progress
from app.store import addresses
from app.store.runs import UNREAD, Run, RunRow, read, row_of
from app.store.tables import run_row

DID_SOMETHING = (RowOutcome.CHANGED, RowOutcome.CREATED, RowOutcome.UPDATED)


def begin(connection: Connection, id_: int, reference: str, by: Doer) -> int | None:
    """Owe the undo of a run that is over; the undoing run's id, or None where it cannot be."""
    found = runs.locked(connection, id_)
    if found is None or not undoable(found) or runs.undone(connection, id_):
        return None
    new = NewRun(
        RunKind.UNDO, RunState.WAITING, reference, by.user, undoes=id_, total=changed(found)
    )
    made = runs.make(connection, new, by.at)
    audit.note(connection, by, Deed.RUN_UNDONE, ("run", id_))
    return made


def undoable(run: Run) -> bool:
    """Whether a run is over, did something, and is of a kind that can be taken back."""
    return run.state in OVER and run.kind in UNDOABLE and changed(run) > 0


def carry_out(connection: Connection, run: Run, now: Instant) -> Progress:
    """Take back the next rows of the run that `run` undoes."""
    rows = _made_after(connection, run.undoes or 0, int(run.cursor or -1))
    addresses.lock(connection, {row.key for row in rows if row.key})
    by = By(Actor.USER, Via.UNDO, Hand.USER_BULK, now)
    source = Source(reference=run.reference, run=run.id)
    records = {row.key: row.record for row in rows if row.key and row.record}
    instructions = [Instruction(key, by, always(), source=source) for key in records]
    undone = read(connection, run.undoes or 0)
    again = partial(said_again, undone=undone, keys=list(records))
    undoings = preferences.take_back_all(connection, instructions, records, again)
    taken = dict(zip(records, undoings, strict=True))
    removed = remove_made(connection, undone, run, rows) if undone else set()
    removed |= import_changes.take_back(connection, rows, now)
    settled = [_settled(row, taken.get(row.key or b""), row.key in removed) for row in rows]
    run_rows.add(connection, run.id, settled)
    restored = [row.key for row in settled if row.key and row.record]
    processing.take_away(connection, restored, run.undoes or 0)
    cursor = str(rows[-1].position) if rows else run.cursor
    return Progress(len(rows), run_rows.counts(settled), cursor, len(rows) < CHUNK)


def _settled(row: RunRow, taken: TakenBack | None, removed: bool) -> RunRow:
    """RESTORED is CHANGED; where somebody decided anew it is STAYED. `removed`: a contact was, or
    what changed of one."""
    record = None
    if taken and taken.effects:
        record = taken.known.number - len(taken.effects) + 1
    stayed = not removed and (taken is None or taken.stayed or not taken.effects)
    outcome = RowOutcome.STAYED if stayed else RowOutcome.CHANGED
    return row._replace(
        outcome=outcome, reason=None, record=record, content=None, refused=(), again=()
    )


def _made_after(connection: Connection, id_: int, position: int) -> Sequence[RunRow]:
    of_contacts = run_row.c.address_key.is_not(None), run_row.c.content.is_not(None)
    changed = and_(*of_contacts, run_row.c.outcome.not_in(UNREAD))
    made = or_(run_row.c.record.is_not(None), run_row.c.made.is_not(None), changed)
    rows = connection.execute(
        select(run_row)
        .where(run_row.c.run == id_, run_row.c.position > position, made)
        .order_by(run_row.c.position)
        .limit(CHUNK)
    )
    return [row_of(row) for row in rows]


def changed(run: Run) -> int:
    """How many rows an undo would take back."""
    return sum(t.rows for t in tallies(run.counts) if t.outcome in DID_SOMETHING)
