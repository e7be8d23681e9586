"""Imports carried out: some hundred rows at a time, checked or written, each with its outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection, delete

from app.domain.changes import Change, Subscribe, Unsubscribe, Verdict
from app.domain.contacts import Source as Way
from app.domain.importing.orders import What
from app.domain.importing.packing import unpack, unpack_broken
from app.domain.importing.wishes import Problem, Wish
from app.domain.judging import settle
from app.domain.runs import DETAIL, Made, RowOutcome, counted
from app.domain.words import Reason, Via
from app.files.staging import Staged
from app.services import addresses as texts
from app.services import contacts, import_changes, imports, preferences, run_rows
from app.services.contacts import Draft, Origin
from app.services.import_rows import Existing, Job, alike, differs, draft, existing
from app.services.instructions import Instruction
from app.services.preferences import Outcome
from app.services.runs import Progress
from app.store import addresses
from app.store.addresses import Known
from app.store.runs import NOTHING, Run, RunRow
from app.store.tables import run_row

TOLD_BEFORE = (RowOutcome.REFUSED, RowOutcome.BROKEN, RowOutcome.REPEATED)
"""What the check keeps of rows, for who wants to see them before the import runs."""


class Asked(NamedTuple):
    """A row with what it asks for and what stands. `refused`: all of it is, for this reason."""

    row: Staged
    key: bytes
    wish: Wish
    known: Known
    stands: Existing | None
    draft: Draft | None
    instruction: Instruction | None
    refused: Reason | None = None

    @property
    def erased_before(self) -> bool:
        """Whether the address was erased, and its text comes back."""
        held = self.known.held
        return (
            bool(held)
            and self.known.address is None
            and any(standing.via is Via.ERASURE for standing in held.values())
        )


class Judged(NamedTuple):
    """What became of a row, and what it counts as."""

    row: RunRow
    counts: Sequence[str]


def check(connection: Connection, job: Job, rows: Sequence[Staged]) -> list[Judged]:
    """What would become of these rows. Nothing is written."""
    usable, others = _told_apart(rows)
    return [*map(_left_out, others), *map(_foreseen, _asked(connection, job, usable))]


def carry_out(connection: Connection, job: Job, rows: Sequence[Staged]) -> list[Judged]:
    """Do what these rows ask for, in key order, in a fixed number of statements."""
    usable, others = _told_apart(rows)
    addresses.lock(connection, [row.key for row in usable if row.key])
    asked = list(_asked(connection, job, usable))
    known = {each.key: _with_text(each) for each in asked}
    wanted = [each.instruction for each in asked if each.instruction]
    outcomes = {
        outcome.known.key: outcome for outcome in preferences.apply_known(connection, wanted, known)
    }
    _save(connection, job, asked, outcomes)
    judged, settled = [*map(_left_out, others)], Settled()
    for each in asked:
        became, record = UNASKED, None
        if outcome := outcomes.get(each.key):
            became, record = settled.of(outcome.changes, outcome.verdicts), outcome.record
        judged.append(_with_before(each, _judged(each, became, record)))
    return judged


def _with_before(asked: Asked, judged: Judged) -> Judged:
    """The same, keeping what the row changes of a contact, so that it can be taken back."""
    if not asked.draft or not asked.stands:
        return judged
    before = import_changes.kept(asked.draft, asked.stands)
    return Judged(judged.row._replace(content=before), judged.counts)


def checked(connection: Connection, run: Run, judged: Sequence[Judged], last: bool) -> Progress:
    """Note what was foreseen."""
    told = [each.row for each in judged if each.row.outcome in TOLD_BEFORE]
    return _noted(connection, run, judged, told, last)


def done(connection: Connection, run: Run, judged: Sequence[Judged], last: bool) -> Progress:
    """Note what became of rows. After the last one the file is forgotten."""
    if last:
        imports.drop_parts(connection, run.id)
    return _noted(connection, run, judged, [each.row for each in judged], last)


def _noted(
    connection: Connection, run: Run, judged: Sequence[Judged], kept: Sequence[RunRow], last: bool
) -> Progress:
    positions = [each.row.position for each in judged]
    if positions:
        own = run_row.c.run == run.id
        between = run_row.c.position.between(min(positions), max(positions))
        connection.execute(delete(run_row).where(own, between))
    run_rows.add(connection, run.id, sorted(kept, key=lambda row: row.position))
    counts = Counter(chain.from_iterable(each.counts for each in judged))
    cursor = str(max(positions)) if positions else run.cursor
    return Progress(len(judged), counts, cursor, last, run_rows.examples(kept))


def _told_apart(rows: Sequence[Staged]) -> tuple[list[Staged], list[Staged]]:
    """Those that ask for something, and the others."""
    return [row for row in rows if row.usable], [row for row in rows if not row.usable]


def _left_out(row: Staged) -> Judged:
    """A row that is broken, or that a later one of the file goes before."""
    if row.key is None:
        problem, column, value = unpack_broken(row.content)
        told = RunRow(row.position, None, RowOutcome.BROKEN, problem, line=row.line)
        shown = told._replace(content=[column, value])
        return Judged(shown, [counted(RowOutcome.BROKEN, problem)])
    if row.erased:
        erased = RunRow(row.position, row.key, RowOutcome.BROKEN, Problem.ERASED, line=row.line)
        return Judged(erased, [counted(RowOutcome.BROKEN, Problem.ERASED)])
    repeated = RunRow(row.position, row.key, RowOutcome.REPEATED, line=row.line)
    return Judged(repeated, [counted(RowOutcome.REPEATED)])


def _asked(connection: Connection, job: Job, rows: Sequence[Staged]) -> Iterator[Asked]:
    live = [(row.key, row) for row in rows if row.key]
    keys = [key for key, _ in live]
    known = addresses.known_each(connection, keys)
    contacts_there = job.order.what is What.CONTACTS and keys
    stand = existing(connection, keys, bool(job.properties)) if contacts_there else {}
    for key, row in live:
        wish, stands = unpack(row.content), stand.get(key)
        common = alike(job, wish).instruction
        asked = Instruction(key, *common) if common else None
        if job.order.what is What.OPT_OUTS:
            yield Asked(row, key, wish, known[key], None, None, asked)
            continue
        made = draft(job, key, wish, stands)
        if job.catalog.policy.data_privacy and not (made.processing or _processed(stands)):
            why = Reason.LEGAL_BASIS_REQUIRED
            yield Asked(row, key, wish, known[key], stands, None, None, why)
        else:
            wanted = made if stands is None or differs(made, stands) else None
            yield Asked(row, key, wish, known[key], stands, wanted, asked)


def _processed(stands: Existing | None) -> bool:
    return stands is not None and stands.processing[0] is not None


def _with_text(asked: Asked) -> Known:
    """What is known of the address, with the text that comes with a row of its own: so the one
    writer stores it where it makes the address's row."""
    known = asked.known
    if known.stored_at is not None or asked.refused:
        return known
    return Known(asked.key, asked.wish.address, asked.wish.language)


def _save(
    connection: Connection, job: Job, asked: Sequence[Asked], outcomes: Mapping[bytes, Outcome]
) -> None:
    """Contacts that are new or change; of an opt-out list only the addresses, and not such as were
    erased."""
    spoken = [
        (each.key, each.wish.address, each.wish.language)
        for each in asked
        if _brings_text(each) and not _was_stored(each, outcomes)
    ]
    texts.remember(connection, spoken, job.at)
    origin = Origin(job.at, Way.IMPORT, job.run.reference)
    new = [each.draft for each in asked if each.draft and each.stands is None]
    contacts.make_all(connection, new, origin)
    changed = [each.draft for each in asked if each.draft and each.stands]
    contacts.save_all(connection, changed, origin)


def _brings_text(asked: Asked) -> bool:
    if asked.draft:
        return asked.stands is None
    never_seen = asked.known.address is None and not asked.erased_before
    return never_seen and asked.stands is None and asked.refused is None


def _was_stored(asked: Asked, outcomes: Mapping[bytes, Outcome]) -> bool:
    """Whether the one writer made the address's row, text and all."""
    made = asked.known.stored_at is None and asked.key in outcomes
    return made and outcomes[asked.key].record is not None


class Became(NamedTuple):
    """What became of the statuses of a row: the reasons of those refused, whether one changed, and
    what each counts as, by its scope."""

    refused: Sequence[Reason]
    changed: bool
    details: Sequence[str]


UNASKED = Became((), False, ())


class Settled:
    """What verdicts come to, told once where rows have one and the same."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Sequence[Verdict], Became]] = {}

    def of(self, changes: Sequence[Change], verdicts: Sequence[Verdict]) -> Became:
        """What became of these changes."""
        if id(verdicts) not in self._kept:
            self._kept[id(verdicts)] = verdicts, _became(changes, verdicts)
        return self._kept[id(verdicts)][1]


def _became(changes: Sequence[Change], verdicts: Sequence[Verdict]) -> Became:
    refused = [verdict.refused for verdict in verdicts if verdict.refused]
    changed = any(verdict.effects for verdict in verdicts)
    return Became(refused, changed, [*map(_detail, changes, verdicts)])


def _foreseen(asked: Asked) -> Judged:
    if asked.instruction is None:
        return _judged(asked, UNASKED, None)
    changes = asked.instruction.plan(asked.known, ())
    verdicts = settle(asked.known.held, changes, asked.instruction.by)
    return _judged(asked, _became(changes, verdicts), None)


def _judged(asked: Asked, became: Became, record: int | None) -> Judged:
    refusals = [asked.refused] if asked.refused else became.refused
    outcome = _outcome(asked, became)
    names = [counted(RowOutcome.REFUSED, why) for why in dict.fromkeys(refusals)]
    if outcome is not RowOutcome.UNCHANGED or not refusals:
        names.append(counted(outcome))
    if asked.draft and asked.erased_before:
        names.append(counted(RowOutcome.ERASED_BEFORE))
    row = RunRow(
        asked.row.position,
        asked.key,
        RowOutcome.REFUSED if refusals else outcome,
        refusals[0] if refusals else None,
        record,
        MADE[asked.stands is None, not asked.known.address] if asked.draft else NOTHING,
        line=asked.row.line,
    )
    return Judged(row, [*names, *became.details])


MADE = {
    (False, False): NOTHING,
    (False, True): Made.TEXT,
    (True, False): Made.CONTACT,
    (True, True): Made.CONTACT | Made.TEXT,
}
"""What a row makes of a contact: by whether it is new, and whether its address was not known."""


def _outcome(asked: Asked, became: Became) -> RowOutcome:
    if asked.draft:
        return RowOutcome.UPDATED if asked.stands else RowOutcome.CREATED
    return RowOutcome.CHANGED if became.changed else RowOutcome.UNCHANGED


def _detail(change: Change, verdict: Verdict) -> str:
    """What became of one status of a row, by its scope."""
    match change:
        case Subscribe(type_):
            where, said = f"TYPE:{type_.id}", "SUBSCRIBED"
        case Unsubscribe(scope):
            where, said = f"{scope.kind.name}:{scope.id}", "UNSUBSCRIBED"
        case _:
            where, said = "ACCOUNT:0", "SUPPRESSED"
    if verdict.refused:
        said = "REFUSED"
    elif not verdict.effects:
        said = "ALREADY"
    return f"{DETAIL}{where}:{said}"
