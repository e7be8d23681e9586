"""What the worker has counted, in all: opt-outs and the like by their channel."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from app.domain.statistics import Outcome
from app.domain.words import Via
from app.store.tables import day_count


def counted(connection: Connection) -> Iterator[tuple[Outcome, Via, int]]:
    """How often each thing ever happened by each channel, some minutes ago."""
    asked = select(day_count.c.outcome, day_count.c.via, func.sum(day_count.c.count))
    for outcome, via, count in connection.execute(
        asked.group_by(day_count.c.outcome, day_count.c.via)
    ):
        yield Outcome(outcome), Via(via), int(count)
