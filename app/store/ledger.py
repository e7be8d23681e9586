"""Writing what changes decided: events, evidence, what stands, and each address's last event."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table, and_, bindparam, delete, insert
from sqlalchemy.dialects import postgresql, sqlite

from app.store.prepared import Prepared, driver
from app.store.tables import email_address, event, evidence, preference

Row = Mapping[str, Any]
TOGETHER = 32
"""Up to how many rows PostgreSQL is sent in one statement."""


@dataclass(slots=True)
class Written:
    """The rows a transaction owes the ledger and its projection. An address may be written more
    than once: of it, and of each place, the last word counts."""

    events: list[Row] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    _addresses: dict[bytes, Row] = field(default_factory=dict)
    _stands: dict[Hashable, Row] = field(default_factory=dict)
    _falls: dict[Hashable, Row] = field(default_factory=dict)

    def address(self, row: Row) -> None:
        """An address's last event is now this."""
        self._addresses[row["key"]] = row

    def stand(self, place: Row, standing: Row) -> None:
        """This stands at `place` now."""
        where = tuple(place.values())
        self._falls.pop(where, None)
        self._stands[where] = {**place, **standing}

    def fall(self, place: Row) -> None:
        """Nothing stands at `place` any more."""
        where = tuple(place.values())
        self._stands.pop(where, None)
        self._falls[where] = place

    def parts(self) -> tuple[Sequence[Row], ...]:
        """The rows in the order of STATEMENTS."""
        projected = (self._addresses, self._stands, self._falls)
        addresses, stands, falls = (list(rows.values()) for rows in projected)
        return addresses, self.events, self.evidence, stands, falls


def upsert(table: Table, *overwritten: str) -> Prepared:
    """INSERT that overwrites these columns where the primary key is there already."""

    def statement(dialect: str) -> Executable:
        insert_into = sqlite.insert if dialect == "sqlite" else postgresql.insert
        new: Any = insert_into(table).values({c.name: bindparam(c.name) for c in table.c})
        made: Executable = new.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={name: new.excluded[name] for name in overwritten},
        )
        return made

    return Prepared(statement)


def insert_once(connection: Connection, table: Table, unique: str, values: Row) -> int | None:
    """INSERT of a row whose `unique` column nobody has; its id, or None where another has it."""
    insert_into = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    made: Any = insert_into(table).values(dict(values))
    made = made.on_conflict_do_nothing(index_elements=[unique]).returning(table.c.id)
    id_: int | None = connection.scalar(made)
    return id_


def _insert(table: Table) -> Prepared:
    return Prepared(insert(table).values({c.name: bindparam(c.name) for c in table.c}))


STATEMENTS = (
    upsert(email_address, "number", "hash"),
    _insert(event),
    _insert(evidence),
    upsert(preference, *(c.name for c in preference.c if not c.primary_key)),
    Prepared(
        delete(preference).where(and_(*(c == bindparam(c.name) for c in preference.primary_key)))
    ),
)


def write(connection: Connection, written: Written) -> None:
    """Write all rows: on PostgreSQL few ones in one statement, many ones in one round trip."""
    if not written.events:
        return
    if connection.dialect.name == "sqlite":
        for statement, rows in zip(STATEMENTS, written.parts(), strict=True):
            statement.each(connection, rows)
    elif sum(map(len, written.parts())) <= TOGETHER:
        shape = tuple(map(len, written.parts()))
        driver(connection).execute(_together(shape), _numbered(written))
    else:
        with driver(connection).pipeline():
            for statement, rows in zip(STATEMENTS, written.parts(), strict=True):
                statement.each(connection, rows)


@cache
def _together(shape: tuple[int, ...]) -> str:
    """One statement that writes so many rows of each kind: WITH … AS (INSERT …), … SELECT 1."""
    steps = [
        re.sub(r"%\((\w+)\)s", rf"%(\1_{kind}_{row})s", statement.compiled("postgresql").sql)
        for kind, (statement, count) in enumerate(zip(STATEMENTS, shape, strict=True))
        for row in range(count)
    ]
    written = ", ".join(f"w{at} AS ({step})" for at, step in enumerate(steps))
    return f"WITH {written} SELECT 1"


def _numbered(written: Written) -> dict[str, Any]:
    return {
        f"{name}_{kind}_{at}": value
        for kind, rows in enumerate(written.parts())
        for at, row in enumerate(rows)
        for name, value in row.items()
    }
