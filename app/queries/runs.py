"""Runs as people look at them: the list, one with its progress, its rows, its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select, tuple_

from app.domain.ids import MOST_ID
from app.domain.runs import STOPPED, RowOutcome, RunState, Why
from app.domain.words import Instant
from app.queries.references import Called, called
from app.store import runs as stored
from app.store.runs import Run, RunRow, row_of, run_of
from app.store.tables import email_address, run, run_row

PAGE = 25
EARLIER = 3
"""How many of the jobs before one are shown with it."""
ROWS = 50
PART = 1_000
"""How many rows of a report are read at once."""


class Place(NamedTuple):
    """Where a page of the list begins: before a run, by its creation and id."""

    created_at: Instant
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Runs, the newest first, who made them, and where the next page begins."""

    runs: Sequence[Run]
    called: Called
    undone: frozenset[int]
    """Those that an undo took back, or is taking back."""
    next: Place | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One run, who made it, which run takes it back, and its examples' addresses by key in hex."""

    run: Run
    called: Called
    undone_by: int | None
    addresses: Mapping[str, str]


class Row(NamedTuple):
    """A row of a run, and the address where its text is known."""

    row: RunRow
    address: str | None


def page(connection: Connection, before: Place | None = None, most: int = PAGE) -> Page:
    """A page of the list."""
    earlier = () if before is None else (tuple_(run.c.created_at, run.c.id) < before,)
    newest = select(run).where(*earlier).order_by(run.c.created_at.desc(), run.c.id.desc())
    found = [run_of(row) for row in connection.execute(newest.limit(most + 1))]
    more, found = len(found) > most, found[:most]
    names = called(connection, [name for each in found for name in (each.reference, each.about)])
    undone = frozenset(_undoing(connection, [each.id for each in found]))
    last = Place(found[-1].created_at, found[-1].id) if more else None
    return Page(found, names, undone, last)


def stopped(connection: Connection) -> list[Run]:
    """Those that may be let go on, and have words of somebody's for it."""
    states = run.c.state.in_([int(state) for state in STOPPED])
    return [*map(run_of, connection.execute(select(run).where(states, run.c.words.is_not(None))))]


def earlier(connection: Connection, than: Run) -> Page:
    """The few that were made before this one."""
    return page(connection, Place(than.created_at, than.id), EARLIER)


def one(connection: Connection, id_: int) -> Shown | None:
    """One run."""
    found = stored.read(connection, id_) if 0 < id_ <= MOST_ID else None
    if found is None:
        return None
    keys = sorted({key for some in found.examples.values() for key in some})
    return Shown(
        found,
        called(connection, [found.reference, found.about]),
        _undoing(connection, [id_]).get(id_),
        _addresses(connection, keys),
    )


def rows(
    connection: Connection, id_: int, outcome: RowOutcome, reason: Why | None, after: int
) -> tuple[Sequence[Row], int | None]:
    """A page of the rows with one outcome for one reason, and the position it ends at, where there
    are more."""
    because = run_row.c.reason.is_(None) if reason is None else _because(reason)
    found = _rows(connection, id_, after, ROWS + 1, run_row.c.outcome == outcome, because)
    more, found = len(found) > ROWS, found[:ROWS]
    return found, found[-1].row.position if more else None


def _because(reason: Why) -> ColumnElement[bool]:
    """Of a row of which several statuses were refused, any may have been for this reason."""
    other = run_row.c.refused.contains(f":{reason.name}", autoescape=True)
    return or_(run_row.c.reason == reason, other)


def part(connection: Connection, id_: int, after: int) -> list[Row]:
    """The next rows of the report, in their order; none after the last one."""
    return _rows(connection, id_, after, PART)


def _rows(connection: Connection, id_: int, after: int, most: int, *where: object) -> list[Row]:
    found = connection.execute(
        select(run_row, email_address.c.address)
        .outerjoin(email_address, email_address.c.key == run_row.c.address_key)
        .where(run_row.c.run == id_, run_row.c.position > after, *where)  # type: ignore[arg-type]
        .order_by(run_row.c.position)
        .limit(most)
    )
    return [Row(row_of(row), row.address) for row in found]


def _undoing(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Of these runs, the ones that are taken back, and by which."""
    if not ids:
        return {}
    undoing = select(run.c.undoes, run.c.id).where(
        run.c.undoes.in_(ids), run.c.state != RunState.CANCELLED
    )
    return {row.undoes: row.id for row in connection.execute(undoing)}


def _addresses(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    if not keys:
        return {}
    found = select(email_address.c.key, email_address.c.address).where(
        email_address.c.key.in_([bytes.fromhex(key) for key in keys]),
        email_address.c.address.is_not(None),
    )
    return {bytes(row.key).hex(): row.address for row in connection.execute(found)}
