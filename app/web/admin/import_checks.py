"""What a check found, as its screen tells it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from app.domain.importing.orders import Order, What
from app.domain.runs import DETAIL, RowOutcome, RunState, Tally, tallies
from app.queries.imports import Import


class Told(NamedTuple):
    """What would become of the statuses of one type, brand or all email."""

    kind: str
    id: int
    counts: Counter[str]


class Checked:
    """The counts of a run that was checked."""

    def __init__(self, run: Import) -> None:
        self.run = run
        self._counts = run.forecast if run.state is RunState.CHECKED else run.counts
        self._tallies = tallies(self._counts)

    def count(self, outcome: str) -> int:
        """How many rows have this outcome."""
        return sum(t.rows for t in self._tallies if t.outcome is RowOutcome[outcome])

    def reasons(self, outcome: str) -> list[Tally]:
        """Those with a reason, the most first."""
        return [t for t in self._tallies if t.outcome is RowOutcome[outcome] and t.reason]

    @property
    def changes(self) -> int:
        """How many addresses an opt-out list opts out."""
        return self.count("CHANGED")

    @property
    def asks_number(self) -> bool:
        """Whether somebody has to type how many."""
        return Order.from_json(self.run.parameters).what is What.OPT_OUTS

    @property
    def usable(self) -> int:
        """How many rows are read and not repeated."""
        return (self.run.total or 0) - self.count("BROKEN") - self.count("REPEATED")

    @property
    def places(self) -> list[Told]:
        """What would become of statuses, place by place."""
        found: dict[tuple[str, int], Counter[str]] = {}
        for name, rows in self._counts.items():
            if name.startswith(DETAIL):
                kind, id_, said = name.removeprefix(DETAIL).split(":")
                found.setdefault((kind, int(id_)), Counter())[said] = rows
        return [Told(kind, id_, counts) for (kind, id_), counts in found.items()]
