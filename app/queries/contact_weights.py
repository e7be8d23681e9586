"""How many contacts the filters find, asked of so few rows that it costs little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from app.queries.contact_filters import Condition, Question, among_keys, with_keys

WEIGHED = 5_000
"""Up to how many contacts of a filter are counted, to begin with the fewest; among so many keys of
one it is seen first whether enough match."""
HELD = 60_000
"""Fewer keys of a filter than that are rather read at once than looked up for many contacts."""


class Fewest(NamedTuple):
    """What the filter of the fewest contacts finds, and by which keys; the other filters."""

    found: Select[Any]
    keys: Question | None
    others: Sequence[Condition]

    def matching(self, connection: Connection, most: int) -> int:
        """How many of its contacts match, up to `most`: of those with its first keys, where they
        are enough, since all its keys would be sorted before one contact is counted."""
        if self.keys is not None:
            some = with_keys(self.keys.limit(WEIGHED))
            if (there := self._number(connection, some, most)) == most:
                return there
        return self._number(connection, self.found, most)

    def _number(self, connection: Connection, question: Select[Any], most: int) -> int:
        return number(connection, question.where(*(c.holds for c in self.others)).limit(most))


def fewest(connection: Connection, wanted: Sequence[Condition]) -> Fewest | None:
    """Of the filters that have an index of their own."""
    finding = [(c, c.found) for c in wanted if c.found is not None]
    if not finding:
        return None
    weights = [_weight(connection, c.keys, f) for c, f in finding] if finding[1:] else [0]
    one, found = finding[weights.index(min(weights))]
    return Fewest(found, one.keys, [c for c in wanted if c is not one])


def held(connection: Connection, condition: Condition) -> Condition:
    """The same filter: where it has few keys all are read at once, for however many contacts."""
    keys = condition.keys
    if keys is None or number(connection, keys.limit(HELD)) == HELD:
        return condition
    return condition._replace(holds=among_keys(keys.limit(HELD)))


def number(connection: Connection, question: Question) -> int:
    """How many rows it has."""
    return connection.scalar(select(func.count()).select_from(question.subquery())) or 0


def _weight(connection: Connection, keys: Question | None, found: Select[Any]) -> int:
    return number(connection, (found if keys is None else keys).limit(WEIGHED))
