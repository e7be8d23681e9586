"""The rows of a run: added when it is made or checked, settled by the chunk that does them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, null, select, update

from app.domain.runs import RowOutcome, counted
from app.store.rows import Row, Rows, overwriting
from app.store.runs import RunRow
from app.store.tables import run_row

ADD = Rows(run_row)
AT_ONCE = 5_000
"""How many rows are emptied in a transaction."""
BECAME = "outcome", "reason", "record", "made", "content", "again"
SETTLE = Rows(run_row, overwriting(run_row, *BECAME))


def add(connection: Connection, run: int, rows: Sequence[RunRow]) -> None:
    """Keep these rows, with what is known of them."""
    ADD(connection, [_row(run, row) for row in rows])


def _row(run: int, row: RunRow) -> Row:
    """A row of the table run_row."""
    made, content = row.made or None, None if row.content is None else json.dumps(row.content)
    became = row.outcome, row.reason, row.record, made
    refused = " ".join(map(str, row.refused)) if row.refused else None
    again = " ".join(map(str, row.again)) if row.again else None
    return run, row.position, row.key, *became, row.line, content, refused, again


def settle(connection: Connection, run: int, rows: Sequence[RunRow]) -> None:
    """Note what became of these rows, and forget what they asked for."""
    SETTLE(connection, [_row(run, row._replace(content=None)) for row in rows])


def forget_values(connection: Connection, run: int) -> int:
    """Empty what stands in the next broken rows of an import; of how many."""
    return _forget(connection, run, run_row.c.address_key.is_(None))


def forget_contents(connection: Connection, run: int) -> int:
    """The same, and what the next rows changed of contacts: it cannot be taken back any more."""
    return _forget(connection, run)


def _forget(connection: Connection, run: int, *which: ColumnElement[bool]) -> int:
    filled = run_row.c.run == run, run_row.c.content.is_not(None), *which
    some = select(run_row.c.position).where(*filled).limit(AT_ONCE).scalar_subquery()
    chosen = run_row.c.run == run, run_row.c.position.in_(some)
    return connection.execute(update(run_row).where(*chosen).values(content=null())).rowcount


def counts(rows: Sequence[RunRow]) -> Mapping[str, int]:
    """How many of these rows had each outcome, as a run counts."""
    return Counter(name for row in rows if (name := _counted(row)))


def examples(rows: Sequence[RunRow], most: int = 3) -> Mapping[str, Sequence[str]]:
    """The keys, in hex, of a few rows refused for each reason."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.outcome is RowOutcome.REFUSED and row.key:
            kept = found.setdefault(_counted(row), [])
            if len(kept) < most and row.key.hex() not in kept:
                kept.append(row.key.hex())
    return found


def _counted(row: RunRow) -> str:
    return "" if row.outcome is None else counted(row.outcome, row.reason)
