"""Charts as numbers: where bars and gridlines lie in an SVG. Bars start at zero (LOOK, Charts).

Across, everything is a share of the width in per cent, and downwards it is pixels: so letters keep
their size on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

WIDTH, LEFT, TOP, GROUND = 100.0, 8.0, 20.0, 160.0
ROW, BAR_LEFT, BAR_WIDTH = 28.0, 43.0, 44.0
MOST_LABELS = 14
ROUND = (1, 2, 3, 5, 10)


class Bar(NamedTuple):
    """One bar, with the number that it draws."""

    x: float
    y: float
    width: float
    height: float
    value: int


class Column(NamedTuple):
    """A day: the bar in solid and the one in outline, the middle, and whether it is named."""

    day: int
    solid: Bar
    outline: Bar
    middle: float
    named: bool


class Line(NamedTuple):
    """A gridline and the value that it marks."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of days: opt-outs in solid, what they are compared with in outline."""

    columns: Sequence[Column]
    lines: Sequence[Line]

    @property
    def peak(self) -> Column | None:
        """The day with the most in solid; none where nothing happened."""
        top = max(self.columns, key=lambda c: c.solid.value, default=None)
        return top if top and top.solid.value else None


class Row(NamedTuple):
    """A bar with what it is of."""

    of: Any
    bar: Bar
    middle: float


@dataclass(frozen=True, slots=True)
class Rows:
    """A chart of bars that lie, the longest first."""

    rows: Sequence[Row]
    height: float


def columns(days: Sequence[tuple[int, int, int]]) -> Columns:
    """A chart of (day, solid, outline)."""
    top = _top(max((max(solid, outline) for _, solid, outline in days), default=0))
    step = (WIDTH - LEFT) / max(1, len(days))
    wide = step * 0.3
    every = -(-len(days) // MOST_LABELS)
    drawn = []
    for at, (day, solid, outline) in enumerate(days):
        start = LEFT + step * at + step * 0.18
        one = _standing(start, wide, solid, top)
        other = _standing(start + wide + step * 0.05, wide, outline, top)
        drawn.append(Column(day, one, other, round(start + wide, 2), at % every == 0))
    lines = [Line(_height_of(value, top), value) for value in sorted({0, top // 2, top})]
    return Columns(drawn, lines)


def rows(counts: Iterable[tuple[Any, int]]) -> Rows:
    """A chart of (what, how many)."""
    longest_first = sorted(counts, key=lambda pair: -pair[1])
    most = max((value for _, value in longest_first), default=0)
    drawn = [
        Row(
            of, Bar(BAR_LEFT, ROW * at + 6, round(BAR_WIDTH * value / most, 2), 16, value), at * ROW
        )
        for at, (of, value) in enumerate(longest_first)
    ]
    return Rows([row._replace(middle=row.middle + 19) for row in drawn], ROW * len(drawn))


def _standing(x: float, width: float, value: int, top: int) -> Bar:
    y = _height_of(value, top)
    return Bar(round(x, 2), y, round(width, 2), round(GROUND - y, 1), value)


def _height_of(value: int, top: int) -> float:
    return round(GROUND - (GROUND - TOP) * value / top, 1)


def _top(most: int) -> int:
    """The round even number at the upper line."""
    size = 2
    while True:
        for factor in ROUND:
            if factor * size >= most:
                return factor * size
        size *= 10
