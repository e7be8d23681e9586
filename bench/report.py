"""What was measured, as lines of a Markdown table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench.load import Answered
from bench.turns import medians, ratio

HEAD = "| measured | database | ours | floor | ratio | aim |\n| --- | --- | --- | --- | --- | --- |"


class Measured(NamedTuple):
    """One line: what was measured on what, ours and the floor as they are said, and their ratio
    with the least or most it is to be."""

    what: str
    database: str
    ours: str
    floor: str
    ratio: float
    aim: str = ""

    def __str__(self) -> str:
        return (
            f"| {self.what} | {self.database} | {self.ours} | {self.floor} | "
            f"**{self.ratio:.2f}** | {self.aim} |"
        )


def of_load(
    what: str, database: str, pairs: Sequence[tuple[Answered, Answered]], aim: str, p99_aim: str
) -> list[Measured]:
    """Requests a second, their latencies and their cost, of a server beside its floor."""

    def line(name: str, of: Callable[[Answered], float], said: str, aim: str) -> Measured:
        ours, floor = (said.format(value) for value in medians(pairs, of))
        return Measured(f"{what}, {name}", database, ours, floor, ratio(pairs, of), aim)

    return [
        line("requests", lambda a: a.rate, "{:,.0f}/s", aim),
        line("p50", lambda a: a.p50, "{:.1f} ms", ""),
        line("p99", lambda a: a.p99, "{:.1f} ms", p99_aim),
        line("processor time", lambda a: a.cpu, "{:.0f} µs", ""),
    ]
