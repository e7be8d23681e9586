"""Imports as their screens show them: the file, the list of them, and the rows to be looked at."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, select

from app.domain.importing.columns import Kind
from app.domain.importing.orders import Order
from app.domain.importing.wishes import Problem
from app.domain.runs import OVER, RowOutcome, RunKind, RunState, Why
from app.domain.words import Scope
from app.store.runs import Run, read, row_of, run_of
from app.store.tables import contact_property, email_address, import_part, run, run_row

Import = Run
"""A run that imports a file."""
PAGE = 50
PART = 1_000
HEADING = ("line", "address", "outcome", "reason", "column", "value")
"""What a report tells of a row."""
ONLY: Mapping[str, Sequence[ColumnElement[bool]]] = {
    "": (),
    "refused": (run_row.c.reason < min(Problem),),
    "broken": (run_row.c.reason >= min(Problem),),
}
"""Which rows are told: all, those of which all or something was refused, those not read."""
FORESEEN = (RunState.CHECKING, RunState.CHECKED)


class Property(NamedTuple):
    """A property of contacts, as columns go to it."""

    id: int
    slug: str
    name: str
    kind: int


class ReportRow(NamedTuple):
    """A row of the file and what became of it. `address`: where it is known. `content`: of a broken
    row the number of the column and, for a while, what stands there; of a status that was refused
    the number of its column."""

    line: int
    address: str | None
    outcome: RowOutcome
    reason: Why | None
    content: Sequence[object]

    def cells(self, headings: Sequence[str]) -> tuple[object, ...]:
        """The row as a line of the report, below HEADING."""
        at, value, *_ = *self.content, None, None
        column = headings[at] if isinstance(at, int) and at < len(headings) else ""
        reason = self.reason and self.reason.name
        return self.line, self.address, self.outcome.name, reason, column, value


def part(connection: Connection, id_: int, number: int) -> bytes | None:
    """A compressed part of the file, or None after the last."""
    found = connection.scalar(
        select(import_part.c.content).where(
            import_part.c.run == id_, import_part.c.number == number
        )
    )
    return None if found is None else bytes(found)


def properties(connection: Connection) -> list[Property]:
    """Those a column may go to, by name."""
    there = contact_property.c.archived_at.is_(None)
    rows = connection.execute(
        select(contact_property).where(there).order_by(contact_property.c.name)
    )
    return [Property(row.id, row.slug, row.name, row.kind) for row in rows]


def waiting(connection: Connection) -> list[Run]:
    """Imports that still need their file."""
    over = [int(state) for state in OVER if state is not RunState.FAILED]
    asked = select(run).where(run.c.kind == RunKind.IMPORT, run.c.state.not_in(over))
    return [run_of(row) for row in connection.execute(asked)]


def one(connection: Connection, id_: int) -> Run | None:
    """The import with this id, once its file is whole."""
    found = read(connection, id_)
    whole = found and found.kind is RunKind.IMPORT and found.parameters["size"]
    return found if whole else None


def unread(connection: Connection, run: Run, most: int = 20) -> list[ReportRow]:
    """The first rows that cannot be read, by their lines."""
    return sorted(islice(report(connection, run, "broken"), most), key=lambda row: row.line)


def examples(connection: Connection, run: Run) -> Mapping[str, list[str]]:
    """A few addresses for each count that has examples."""
    keys = [bytes.fromhex(key) for some in run.examples.values() for key in some]
    texts = select(email_address.c.key, email_address.c.address).where(
        email_address.c.key.in_(keys), email_address.c.address.is_not(None)
    )
    found = {bytes(row.key).hex(): row.address for row in connection.execute(texts)}
    return {
        name: [found[key] for key in some if key in found] for name, some in run.examples.items()
    }


def latest(connection: Connection, before: int | None = None) -> list[Run]:
    """Imports, the newest first."""
    asked = select(run).where(run.c.kind == RunKind.IMPORT)
    if before is not None:
        asked = asked.where(run.c.created_at < before)
    newest = asked.order_by(run.c.created_at.desc(), run.c.id.desc()).limit(PAGE)
    found = [run_of(row) for row in connection.execute(newest)]
    return [each for each in found if each.parameters["size"]]


def report(connection: Connection, run: Run, only: str = "") -> Iterator[ReportRow]:
    """ONLY these of the rows, or all of them, in the order they were dealt with; one of which
    several statuses were refused once for each. Once the import has begun, what is not done yet is
    not told."""
    columns = _columns(run)
    at, end = -1, math.inf if run.state in FORESEEN else int(run.cursor or 0)
    while True:
        rows = _report_part(connection, run.id, at, ONLY.get(only, ()))
        for row in rows:
            at = row.position
            if at > end:
                return
            yield from _told(row, columns)
        if len(rows) < PART:
            return


def _told(row: Row[Any], columns: Mapping[Scope, int]) -> Iterator[ReportRow]:
    of, outcome = row_of(row), RowOutcome(row.outcome)
    told = ReportRow(row.line or 0, row.address, outcome, of.reason, of.unread)
    for scope, reason in of.refused:
        at = columns.get(scope)
        yield told._replace(reason=reason, content=() if at is None else (at,))
    if not of.refused:
        yield told


def _columns(run: Run) -> dict[Scope, int]:
    """Which column of the file holds the statuses of each type."""
    targets = enumerate(Order.from_json(run.parameters).targets)
    return {Scope.type(int(t.of)): at for at, t in targets if t.kind is Kind.TYPE}


def _report_part(
    connection: Connection, id_: int, at: int, which: Sequence[ColumnElement[bool]]
) -> Sequence[Row[Any]]:
    asked = (
        select(run_row, email_address.c.address)
        .outerjoin(email_address, email_address.c.key == run_row.c.address_key)
        .where(run_row.c.run == id_, run_row.c.position > at, run_row.c.outcome.is_not(None))
        .where(*which)
    )
    return connection.execute(asked.order_by(run_row.c.position).limit(PART)).all()
