"""Two things measured in turns, A B A B …: on a busy machine only their ratio says anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeVar

T = TypeVar("T")
PAIRS = 3


def in_turns(
    ours: Callable[[int], T], floor: Callable[[int], T], pairs: int = PAIRS
) -> list[tuple[T, T]]:
    """Results of both, pair by pair. Each is told the number of its turn; turn 0 warms up."""
    ours(0), floor(0)
    return [(ours(turn), floor(turn)) for turn in range(1, pairs + 1)]


def ratio(pairs: Sequence[tuple[T, T]], of: Callable[[T], float]) -> float:
    """The median of ours to the floor's."""
    return median(of(own) / of(bare) for own, bare in pairs)


def medians(pairs: Sequence[tuple[T, T]], of: Callable[[T], float]) -> tuple[float, float]:
    """Ours and the floor's, each by itself: only to give an idea."""
    own, bare = zip(*pairs, strict=True)
    return median(map(of, own)), median(map(of, bare))
