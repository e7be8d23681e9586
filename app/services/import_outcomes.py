"""What becomes of rows of an import, and what each counts as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.domain.changes import Change, Subscribe, Unsubscribe, Verdict
from app.domain.importing.packing import unpack, unpack_broken
from app.domain.importing.wishes import Problem, Wish
from app.domain.judging import settle
from app.domain.runs import DETAIL, Made, Refusal, RowOutcome, Why, counted
from app.domain.words import ACCOUNT, Scope, Via
from app.files.staging import Staged
from app.services.contacts import Draft
from app.services.import_rows import Existing
from app.services.instructions import Instruction
from app.store.addresses import Known
from app.store.runs import NOTHING, RunRow


class Asked(NamedTuple):
    """A row with what it asks for and what stands. `refused`: all of it is, for this reason, but
    for what it says of leaving."""

    row: Staged
    key: bytes
    wish: Wish
    known: Known
    stands: Existing | None
    draft: Draft | None
    instruction: Instruction | None
    refused: Why | None = None

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


def left_out(row: Staged) -> Judged:
    """A row that is broken, or that a later one of the file goes before."""
    if row.key is None:
        problem, column, value = unpack_broken(row.content)
        told = RunRow(row.position, None, RowOutcome.BROKEN, problem, line=row.line)
        shown = told._replace(content=[column, value])
        return Judged(shown, [counted(RowOutcome.BROKEN, problem)])
    if row.erased:
        erased = RunRow(row.position, row.key, RowOutcome.BROKEN, Problem.ERASED, line=row.line)
        return Judged(erased, [counted(RowOutcome.BROKEN, Problem.ERASED)])
    if broken := unpack(row.content).broken:
        only = _only_opted_out(row, *broken)
        return Judged(only, [counted(RowOutcome.ONLY_OPTED_OUT, only.reason)])
    repeated = RunRow(row.position, row.key, RowOutcome.REPEATED, line=row.line)
    return Judged(repeated, [counted(RowOutcome.REPEATED)])


def _only_opted_out(row: Staged, why: Why, column: int | None = None) -> RunRow:
    """Not what stands there: with the address of one, it may be the words of another."""
    told = RunRow(row.position, row.key, RowOutcome.ONLY_OPTED_OUT, why, line=row.line)
    return told if column is None else told._replace(content=[column])


class Became(NamedTuple):
    """What became of the statuses of a row: those refused, whether one changed, and what each
    counts as, by its scope."""

    refused: Sequence[Refusal]
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
    judged = zip(changes, verdicts, strict=True)
    refused = [Refusal(_scope(c), verdict.refused) for c, verdict in judged if verdict.refused]
    changed = any(verdict.effects for verdict in verdicts)
    return Became(refused, changed, [*map(_detail, changes, verdicts)])


def foreseen(asked: Asked) -> Judged:
    """What would become of a row."""
    if asked.instruction is None:
        return judged(asked, UNASKED, None)
    changes = asked.instruction.plan(asked.known, ())
    verdicts = settle(asked.known.held, changes, asked.instruction.by)
    return judged(asked, _became(changes, verdicts), None)


def judged(asked: Asked, became: Became, record: int | None) -> Judged:
    """What became of a row, of which its statuses made this record."""
    if asked.refused:
        return _refused(asked, asked.refused, became, record)
    reasons = [each.reason for each in became.refused]
    outcome = _outcome(asked, became)
    names = [counted(RowOutcome.REFUSED, why) for why in dict.fromkeys(reasons)]
    if outcome is not RowOutcome.UNCHANGED or not reasons:
        names.append(counted(outcome))
    if asked.draft and asked.erased_before:
        names.append(counted(RowOutcome.ERASED_BEFORE))
    row = RunRow(
        asked.row.position,
        asked.key,
        RowOutcome.REFUSED if reasons else outcome,
        reasons[0] if reasons else None,
        record,
        MADE[asked.stands is None, not asked.known.address] if asked.draft else NOTHING,
        line=asked.row.line,
        refused=became.refused,
    )
    return Judged(row, [*names, *became.details])


def _refused(asked: Asked, why: Why, became: Became, record: int | None) -> Judged:
    """A row of which at most what it says of leaving counts."""
    row = RunRow(asked.row.position, asked.key, RowOutcome.REFUSED, why, line=asked.row.line)
    if asked.instruction:
        row = _only_opted_out(asked.row, *(asked.wish.broken or (why,)))._replace(record=record)
    changed = [counted(RowOutcome.CHANGED)] if became.changed else []
    return Judged(row, [counted(row.outcome, why), *changed, *became.details])


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
    scope, said = _scope(change), SAYS.get(type(change), "SUPPRESSED")
    if verdict.refused:
        said = "REFUSED"
    elif not verdict.effects:
        said = "ALREADY"
    return f"{DETAIL}{scope.kind.name}:{scope.id}:{said}"


SAYS: Mapping[type, str] = {Subscribe: "SUBSCRIBED", Unsubscribe: "UNSUBSCRIBED"}


def _scope(change: Change) -> Scope:
    match change:
        case Subscribe(type_):
            return Scope.type(type_.id)
        case Unsubscribe(scope):
            return scope
    return ACCOUNT
