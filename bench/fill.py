"""Fill a database: addresses with five types, three ledger events each, their chain and evidence.

    python -m bench.fill sqlite:////tmp/big.db 10000000

In key order, as `sayso verify` reads, and by the driver's bulk ways; the rows are the same for the
same count, whatever the database. Prints the settings that open it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Table, make_url

from app.domain.catalog import Catalog
from app.domain.ledger import GENESIS, Event, canonical
from app.domain.words import DAY, MINUTE, Actor, Cause, Instant, Kind, ScopeKind, Status, Via
from app.links.purposes import Purpose
from app.store.doors import Database
from app.store.tables import email_address, event, evidence, preference
from bench import world
from bench.databases import migrate

PART = 20_000
"""How many addresses are made and written at once."""
TABLES = (email_address, event, evidence, preference)
NETWORKS = (
    '{"salt": "00112233445566778899aabbccddeeff", "ip": "192.0.2.7", '
    '"user_agent": "Mozilla/5.0 (X11; Linux x86_64)"}',
    '{"salt": "ffeeddccbbaa99887766554433221100", "ip": "192.0.2.9"}',
)
CONTENTS = tuple(
    f'{{"of": "{of}", "network": "{hashlib.sha256(network.encode()).hexdigest()}"}}'
    for of, network in zip(("person", "provider"), NETWORKS, strict=True)
)
ENCODED = tuple(content.encode() for content in CONTENTS)
CHANGED, OF_TYPE, CHOICE, CONTACT = map(
    int, (Kind.CHANGED, ScopeKind.TYPE, Cause.CHOICE, Actor.CONTACT)
)
SAVED = (1, int(Status.SUBSCRIBED), int(Via.PREFERENCE_PAGE), 0, 1, "en", int(Purpose.PREFERENCES))
LEFT = (3, int(Status.UNSUBSCRIBED), int(Via.ONE_CLICK), 1, None, None, int(Purpose.TYPE))
"""Record, status, route, message, texts, language and link of an event. Plain numbers: drivers
write enumerations half as fast."""
NO_END = (None, None, None)
Row = tuple[Any, ...]


class Made(NamedTuple):
    """The rows of some addresses, in the order of TABLES."""

    addresses: list[Row]
    events: list[Row]
    evidence: list[Row]
    stands: list[Row]


Add = Callable[[Made, bytes, str, tuple[int, int, int]], None]


def fill(url: str, count: int) -> Catalog:
    """Make the brand and `count` addresses in an empty database of the present schema."""
    return _filled(url, count, _add)


def fill_standing(url: str, count: int) -> Catalog:
    """The same without ledger and evidence, three times as fast: enough for what reads neither."""
    return _filled(url, count, _add_standing)


def _filled(url: str, count: int, add: Add) -> Catalog:
    database = Database(url)
    catalog = world.settle(database)
    database.close()
    into(url, TABLES, _made([t.id for t in catalog.types.values()], count, add))
    return catalog


def _made(types: Sequence[int], count: int, add: Add) -> Iterator[Made]:
    numbers = sorted((world.KEYS(world.address(number)), number) for number in range(count))
    for at in range(0, count, PART):
        made = Made([], [], [], [])
        for key, number in numbers[at : at + PART]:
            first, second, third = (types[(number + n) % 5] for n in (0, 1 + number // 5 % 2, 2))
            add(made, key, world.address(number), (first, second, third))
        yield made


def _add(made: Made, key: bytes, text: str, types: tuple[int, int, int]) -> None:
    """Two types chosen on the page, and one left by one click: a third one, or the second."""
    nonce = hashlib.blake2b(key, digest_size=16).digest()
    saved, left = (hashlib.sha256(nonce + content).digest() for content in ENCODED)
    one = _event(key, 1, types[0], saved, GENESIS)
    two = _event(key, 2, types[1], saved, one[-1])
    three = _event(key, 3, types[2], left, two[-1])
    made.addresses.append((key, text, None, _moment(key), 3, three[-1]))
    made.events.extend((one, two, three))
    made.evidence.append((key, 1, nonce, CONTENTS[0], NETWORKS[0]))
    made.evidence.append((key, 3, nonce, CONTENTS[1], NETWORKS[1]))
    _add_stands(made, key, types)


def _add_standing(made: Made, key: bytes, text: str, types: tuple[int, int, int]) -> None:
    made.addresses.append((key, text, None, _moment(key), 3, GENESIS))
    _add_stands(made, key, types)


def _add_stands(made: Made, key: bytes, types: tuple[int, int, int]) -> None:
    """The preferences that the events leave, in key order."""
    number_of = {type_: number for number, type_ in enumerate(types, 1)}
    for type_ in sorted(number_of):
        number = number_of[type_]
        _, status, via, *_ = LEFT if number == 3 else SAVED
        place = (key, OF_TYPE, type_, CHOICE)
        made.stands.append((*place, status, CONTACT, via, _moment(key, number), number, *NO_END))


def _event(key: bytes, number: int, type_: int, digest: bytes, previous: bytes) -> Row:
    record, status, via, message, texts, language, purpose = LEFT if number == 3 else SAVED
    row: Row = (
        *(key, number, record, CHANGED, OF_TYPE, type_, CHOICE, status, None, None),
        *(CONTACT, via, _moment(key, number), None, None, message, texts, None, None),
        *(language, texts, texts, purpose, type_ if number == 3 else 1, digest),
    )
    return (*row, hashlib.sha256(previous + canonical(Event(*row))).digest())


def _moment(key: bytes, number: int = 1) -> Instant:
    """When the event happened: any time of four months, the last one a day after the others."""
    return world.MADE_AT + (key[0] // 2) * DAY + key[1] * MINUTE + (number == 3) * DAY


def into(url: str, tables: Sequence[Table], parts: Iterable[Sequence[Iterable[Row]]]) -> None:
    """Write parts, each of some rows for each table."""
    write = _into_sqlite if make_url(url).get_backend_name() == "sqlite" else _into_postgres
    write(url, tables, parts)


def _into_sqlite(
    url: str, tables: Sequence[Table], parts: Iterable[Sequence[Iterable[Row]]]
) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-500000")
    for made in parts:
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in zip(tables, made, strict=True):
            places = ", ".join("?" * len(table.c))
            connection.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)
        connection.execute("COMMIT")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _into_postgres(
    url: str, tables: Sequence[Table], parts: Iterable[Sequence[Iterable[Row]]]
) -> None:
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        for made in parts:
            with connection.transaction():
                for table, rows in zip(tables, made, strict=True):
                    _copy(connection, table, rows)
        connection.execute("VACUUM ANALYZE")


def _copy(connection: psycopg.Connection, table: Table, rows: Iterable[Row]) -> None:
    with connection.cursor().copy(f"COPY {table.name} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def main() -> None:
    url, count = sys.argv[1], int(sys.argv[2])
    start = perf_counter()
    migrate(url)
    fill(url, count)
    seconds = perf_counter() - start
    print(f"# {count:,} addresses in {seconds:.0f} s, {count / seconds:,.0f}/s. To use it:")
    for name, value in world.environment(url, str(Path.cwd() / "var/bench")).items():
        print(f"export {name}={value!r}")


if __name__ == "__main__":
    main()
