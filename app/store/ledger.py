"""Writing what changes decided: events, evidence, what stands, and each address's last event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.ledger import Event
from app.domain.standing import Place, Standing
from app.store.prepared import at_once, driver
from app.store.rows import Row, Rows, overwriting
from app.store.tables import email_address, event, evidence, preference

TOGETHER = 32
"""Up to how many rows PostgreSQL is sent in one statement."""
Where = tuple[bytes, int, int, int]


@dataclass(slots=True)
class Written:
    """The rows a transaction owes the ledger and its projection. An address may be written more
    than once: of it, and of each place, the last word counts."""

    events: list[Event] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    _addresses: dict[bytes, Row] = field(default_factory=dict)
    _stands: dict[Where, Row] = field(default_factory=dict)
    _falls: dict[Where, Row] = field(default_factory=dict)

    def address(self, row: Row) -> None:
        """An address's last event is now this: a row of email_address."""
        self._addresses[row[0]] = row

    def stand(self, key: bytes, place: Place, standing: Standing) -> None:
        """This stands at `place` now."""
        where = (key, *place.scope, place.cause)
        self._falls.pop(where, None)
        self._stands[where] = (*where, *standing)

    def fall(self, key: bytes, place: Place) -> None:
        """Nothing stands at `place` any more."""
        where = (key, *place.scope, place.cause)
        self._stands.pop(where, None)
        self._falls[where] = where

    def parts(self) -> tuple[Sequence[Row], ...]:
        """The rows in the order of INSERTS, and the places where nothing stands any more."""
        projected = (self._addresses, self._stands, self._falls)
        addresses, stands, falls = (list(rows.values()) for rows in projected)
        return addresses, self.events, self.evidence, stands, falls


def insert_once(
    connection: Connection, table: Table, unique: str, values: Mapping[str, Any]
) -> int | None:
    """INSERT of a row whose `unique` column nobody has; its id, or None where another has it."""
    insert_into = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    made: Any = insert_into(table).values(dict(values))
    made = made.on_conflict_do_nothing(index_elements=[unique]).returning(table.c.id)
    id_: int | None = connection.scalar(made)
    return id_


INSERTS = (
    Rows(email_address, overwriting(email_address, "number", "hash")),
    Rows(event),
    Rows(evidence),
    Rows(preference, overwriting(preference, *(c.name for c in preference.c if not c.primary_key))),
)
FALL = "DELETE FROM preference WHERE (address_key, scope_kind, scope_id, cause) = (?, ?, ?, ?)"
MARKED = {"sqlite": FALL, "postgresql": FALL.replace("?", "%s")}


def write(connection: Connection, written: Written) -> None:
    """Write all rows: on PostgreSQL few ones in one statement, many ones in one round trip."""
    if not written.events:
        return
    parts = written.parts()
    if connection.dialect.name == "postgresql" and sum(map(len, parts)) <= TOGETHER:
        values = chain.from_iterable(chain.from_iterable(parts))
        driver(connection).execute(_together(tuple(map(len, parts))), list(values))
    else:
        with at_once(connection):
            _each(connection, parts)


def _each(connection: Connection, parts: Sequence[Sequence[Row]]) -> None:
    *inserted, falls = parts
    for insert, rows in zip(INSERTS, inserted, strict=True):
        insert(connection, rows)
    if falls:
        driver(connection).cursor().executemany(MARKED[connection.dialect.name], falls)


@cache
def _together(shape: tuple[int, ...]) -> str:
    """One statement that writes so many rows of each kind: WITH … AS (INSERT …), … SELECT 1."""
    *inserted, falls = shape
    steps = [i.text("%s", count) for i, count in zip(INSERTS, inserted, strict=True) if count]
    steps += [MARKED["postgresql"]] * falls
    return f"WITH {', '.join(f'w{at} AS ({step})' for at, step in enumerate(steps))} SELECT 1"
