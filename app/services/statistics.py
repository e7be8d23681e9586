"""Counting what happened, from the ledger, a little behind the present (docs/decisions/0035)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.statistics import Counted, outcome
from app.domain.words import MINUTE, Instant, ScopeKind, Via
from app.services import walks
from app.store.tables import day_count

DUTY = "counting"
BEHIND = 5 * MINUTE
"""How old an event is before it is counted: by then, whoever wrote it has committed."""


def is_due(connection: Connection, now: Instant) -> bool:
    """Whether there are events to count."""
    return walks.is_due(connection, DUTY, now - BEHIND)


def count(connection: Connection, zone: ZoneInfo, now: Instant) -> int:
    """Count the next events; how many there were."""
    events = walks.events_after(connection, walks.reached(connection, DUTY), now - BEHIND)
    if not events:
        return 0
    counts: Counter[Counted] = Counter()
    for e in events:
        if (of := outcome(e.kind, e.scope_kind, e.cause, e.status)) is not None:
            day = datetime.fromtimestamp(e.at / 1000, UTC).astimezone(zone).toordinal()
            place = (ScopeKind(e.scope_kind), e.scope_id)
            counts[Counted(day, of, *place, Via(e.via), e.message)] += 1
    _add(connection, counts)
    walks.go_on(connection, DUTY, events[-1])
    return len(events)


def _add(connection: Connection, counts: Counter[Counted]) -> None:
    if not counts:
        return
    insert_into = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = insert_into(day_count)
    adding = new.on_conflict_do_update(
        index_elements=list(day_count.primary_key),
        set_={"count": day_count.c.count + new.excluded.count},
    )
    rows = [{**counted._asdict(), "count": count} for counted, count in sorted(counts.items())]
    connection.execute(adding, rows)
