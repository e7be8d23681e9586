"""Imports carried out: some hundred rows at a time, checked or written, each with its outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection, delete

from app.domain.contacts import Source as Way
from app.domain.importing.leaving import leaving
from app.domain.importing.orders import What
from app.domain.importing.packing import unpack
from app.domain.importing.wishes import Wish
from app.domain.runs import RowOutcome, Why
from app.domain.words import Instant, Reason
from app.files.staging import Staged
from app.services import addresses as texts
from app.services import contacts, import_changes, imports, preferences, run_rows
from app.services.contacts import Draft, New, Origin
from app.services.import_outcomes import (
    UNASKED,
    Asked,
    Judged,
    Settled,
    foreseen,
    judged,
    left_out,
)
from app.services.import_rows import Existing, Job, alike, differs, draft, existing
from app.services.instructions import Instruction
from app.services.preferences import Outcome, Written
from app.services.runs import Progress
from app.store import addresses
from app.store.addresses import Known
from app.store.prepared import at_once
from app.store.runs import Run, RunRow
from app.store.tables import run_row

TOLD_BEFORE = (
    RowOutcome.REFUSED,
    RowOutcome.BROKEN,
    RowOutcome.REPEATED,
    RowOutcome.ONLY_OPTED_OUT,
)
"""What the check keeps of rows, for who wants to see them before the import runs."""


class Ready(NamedTuple):
    """What rows come to while the same is known of their addresses and contacts as when this was
    worked out: what is then to be written, and what became of them."""

    known: Mapping[bytes, Known]
    stand: Mapping[bytes, Existing]
    written: Written
    spoken: Sequence[texts.Spoken]
    new: New
    changed: Sequence[Draft]
    judged: Sequence[Judged]


def check(connection: Connection, job: Job, rows: Sequence[Staged]) -> list[Judged]:
    """What would become of these rows. Nothing is written."""
    usable, others = _told_apart(rows)
    known, stand = _read(connection, job, usable)
    return [*map(left_out, others), *map(foreseen, _asked(job, usable, known, stand))]


def work_out(connection: Connection, job: Job, rows: Sequence[Staged]) -> Ready:
    """What these rows come to, as it is known now. Nothing is written."""
    usable, others = _told_apart(rows)
    known, stand = _read(connection, job, usable)
    asked = list(_asked(job, usable, known, stand))
    wanted = [each.instruction for each in asked if each.instruction]
    with_texts = {each.key: _with_text(each) for each in asked}
    settled, written = preferences.settle_known(connection, wanted, with_texts)
    outcomes = {outcome.known.key: outcome for outcome in settled}
    new = [each.draft for each in asked if each.draft and each.stands is None]
    return Ready(
        known,
        stand,
        written,
        [
            (each.key, each.wish.address, each.wish.language)
            for each in asked
            if _brings_text(each) and not _was_stored(each, outcomes)
        ],
        contacts.drawn_up(new, _origin(job)),
        [each.draft for each in asked if each.draft and each.stands],
        [*map(left_out, others), *_became_of(job, asked, outcomes)],
    )


def carry_out(
    connection: Connection, job: Job, rows: Sequence[Staged], ready: Ready, now: Instant
) -> Sequence[Judged]:
    """Do what these rows ask for, in key order, in a fixed number of statements: as it was worked
    out, or anew where something else is known by now."""
    usable, _ = _told_apart(rows)
    addresses.lock(connection, list(ready.known))
    if _read(connection, job, usable) != (ready.known, ready.stand):
        job = replace(job, at=now, alike={})
        ready = work_out(connection, job, rows)
    _write(connection, job, ready)
    return ready.judged


def _read(
    connection: Connection, job: Job, usable: Sequence[Staged]
) -> tuple[dict[bytes, Known], dict[bytes, Existing]]:
    """What is known of the addresses of these rows, and the contacts there are."""
    known = addresses.known_each(connection, [row.key for row in usable if row.key])
    if job.order.what is What.OPT_OUTS:
        return known, {}
    there = [key for key, of in known.items() if of.stored_at is not None]
    return known, existing(connection, there, bool(job.properties)) if there else {}


def _became_of(
    job: Job, asked: Sequence[Asked], outcomes: Mapping[bytes, Outcome]
) -> Iterator[Judged]:
    settled = Settled()
    for each in asked:
        outcome = outcomes.get(each.key)
        if outcome is None:
            yield _with_before(job, each, judged(each, UNASKED, None))
            continue
        became = settled.of(outcome.changes, outcome.verdicts)
        found = _with_before(job, each, judged(each, became, outcome.record))
        yield _with_again(found, outcome) if outcome.before else found


def _with_again(found: Judged, outcome: Outcome) -> Judged:
    """The same, keeping the noes that it says again and that leave no event."""
    return Judged(found.row._replace(again=outcome.again), found.counts)


def _with_before(job: Job, asked: Asked, became: Judged) -> Judged:
    """The same, keeping what the row changes of a contact, so that it can be taken back."""
    if not asked.draft or not asked.stands:
        return became
    before = import_changes.kept(asked.draft, asked.stands, job.at)
    return Judged(became.row._replace(content=before), became.counts)


def checked(connection: Connection, run: Run, rows: Sequence[Judged], last: bool) -> Progress:
    """Note what was foreseen."""
    told = [each.row for each in rows if each.row.outcome in TOLD_BEFORE]
    return _noted(connection, run, rows, told, last)


def done(connection: Connection, run: Run, rows: Sequence[Judged], last: bool) -> Progress:
    """Note what became of rows. After the last one the file is forgotten."""
    if last:
        imports.drop_parts(connection, run.id)
    return _noted(connection, run, rows, [each.row for each in rows], last)


def _noted(
    connection: Connection, run: Run, rows: Sequence[Judged], kept: Sequence[RunRow], last: bool
) -> Progress:
    positions = [each.row.position for each in rows]
    if positions:
        own = run_row.c.run == run.id
        between = run_row.c.position.between(min(positions), max(positions))
        connection.execute(delete(run_row).where(own, between))
    run_rows.add(connection, run.id, sorted(kept, key=lambda row: row.position))
    counts = Counter(chain.from_iterable(each.counts for each in rows))
    cursor = str(max(positions)) if positions else run.cursor
    return Progress(len(rows), counts, cursor, last, run_rows.examples(kept))


def _told_apart(rows: Sequence[Staged]) -> tuple[list[Staged], list[Staged]]:
    """Those that ask for something, and the others."""
    return [row for row in rows if row.usable], [row for row in rows if not row.usable]


def _asked(
    job: Job,
    rows: Sequence[Staged],
    known: Mapping[bytes, Known],
    stand: Mapping[bytes, Existing],
) -> Iterator[Asked]:
    for key, row in [(row.key, row) for row in rows if row.key]:
        wish, stands = unpack(row.content), stand.get(key)
        made, why = _wanted(job, key, wish, stands)
        common = alike(job, leaving(wish) if why else wish).instruction
        asked = Instruction(key, *common) if common else None
        yield Asked(row, key, wish, known[key], stands, made, asked, why)


def _wanted(
    job: Job, key: bytes, wish: Wish, stands: Existing | None
) -> tuple[Draft | None, Why | None]:
    """The contact as the row would have it, where it is new or changes; or why it is refused."""
    if wish.broken:
        return None, wish.broken[0]
    if job.order.what is What.OPT_OUTS:
        return None, None
    made = draft(job, key, wish, stands)
    if job.catalog.policy.data_privacy and not (made.processing or _processed(stands)):
        return None, Reason.LEGAL_BASIS_REQUIRED
    return made if stands is None or differs(made, stands) else None, None


def _processed(stands: Existing | None) -> bool:
    return stands is not None and stands.processing[0] is not None


def _with_text(asked: Asked) -> Known:
    """What is known of the address, with the text that comes with a row of its own: so the one
    writer stores it where it makes the address's row."""
    known = asked.known
    if known.stored_at is not None or asked.refused:
        return known
    return Known(asked.key, asked.wish.address, asked.wish.language)


def _write(connection: Connection, job: Job, ready: Ready) -> None:
    """Statuses, and contacts that are new or change; of an opt-out list only the addresses, and not
    such as were erased."""
    with at_once(connection):
        preferences.write(connection, ready.written)
        texts.remember(connection, ready.spoken, job.at)
        contacts.make_all(connection, ready.new)
    contacts.save_all(connection, ready.changed, _origin(job))


def _origin(job: Job) -> Origin:
    return Origin(job.at, Way.IMPORT, job.run.reference)


def _brings_text(asked: Asked) -> bool:
    if asked.draft:
        return asked.stands is None
    never_seen = asked.known.address is None and not asked.erased_before
    return never_seen and asked.stands is None and asked.refused is None


def _was_stored(asked: Asked, outcomes: Mapping[bytes, Outcome]) -> bool:
    """Whether the one writer made the address's row, text and all."""
    made = asked.known.stored_at is None and asked.key in outcomes
    return made and outcomes[asked.key].record is not None
