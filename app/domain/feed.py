"""The order of the changes feed (docs/decisions/0060)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from app.domain.words import Instant

LONGEST_CURSOR = 40
_cursor = re.compile(r"([0-9a-f]+)\.([0-9]+)").fullmatch


class Committed(NamedTuple):
    """An event that has no position yet."""

    address_key: bytes
    number: int
    at: Instant
    kind: int = 0
    scope_kind: int = 0
    scope_id: int = 0


def in_order(events: Iterable[Committed]) -> list[Committed]:
    """By time, as far as the order of each address allows: a clock may have been set back."""
    ranked, latest = [], dict[bytes, Instant]()
    for event in sorted(events):
        at = latest[event.address_key] = max(event.at, latest.get(event.address_key, event.at))
        ranked.append((at, event.address_key, event.number, event))
    return [event for *_, event in sorted(ranked)]


class Cursor(NamedTuple):
    """How far a reader has come, in the feed of one epoch: a restore begins another."""

    epoch: int
    position: int

    def __str__(self) -> str:
        """As it goes over the wire."""
        return f"{self.epoch:x}.{self.position}"


def parse_cursor(text: str) -> Cursor:
    """A cursor from its text. Raises ValueError."""
    found = _cursor(text) if len(text) < LONGEST_CURSOR else None
    if found is None:
        raise ValueError("is no cursor: send one that an earlier answer gave as next")
    return Cursor(int(found[1], 16), int(found[2]))
