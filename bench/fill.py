"""Fill a database: contacts with five types, three ledger events each, their chain and evidence.

    python -m bench.fill sqlite:///var/big.db 10000000

The rows are the same for the same count, whatever the database: made by two processes, in key order
where a table has one, and written by the database's bulk way (bulk.py). Prints the settings that
open it. On PostgreSQL it is fastest with `wal_level=minimal` and `max_wal_senders=0`.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult, Pool
from pathlib import Path
from time import perf_counter
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Table, insert, select, text, update

from app.domain.catalog import Catalog
from app.domain.statistics import Outcome
from app.domain.words import DAY, Cause, Status
from app.services import statistics
from app.store.doors import Database
from app.store.tables import (
    contact,
    email_address,
    event,
    evidence,
    feed,
    feed_state,
    message,
    preference,
    progress,
)
from bench import bulk, people, world
from bench.databases import migrate
from bench.people import EVENTS, MAILINGS, Place

PROCESSES, AHEAD = 2, 6
PART = 20_000
"""How many addresses are made and written at once."""
LEDGER = (email_address, event, evidence, preference)
WHOLE = (*LEDGER, contact, feed)
STANDING = (email_address, preference)
KEY, ENTRY = 16, 20
"""Bytes of a key, and of a key with its number."""
EPOCH_DAY = 719_163
"""1970-01-01, counted as day_count does."""
T = TypeVar("T")
U = TypeVar("U")


class Made(NamedTuple):
    """Packed rows of some tables, by their names, and, of contacts, whose they are."""

    rows: list[tuple[str, bytes]]
    entries: bytes = b""


def fill(url: str, count: int, tables: Sequence[Table] = WHOLE) -> Catalog:
    """Make the brand and `count` addresses in an empty database of the present schema."""
    database = Database(url)
    catalog = world.settle(database)
    database.close()
    place = Place(catalog.default_brand, tuple(catalog.types)[: world.CHOSEN_FROM], count)
    with get_context("fork").Pool(PROCESSES) as pool:
        bulk.loader_for(url).load(url, tables, _made(pool, url, place, tables))
    database = Database(url)
    database.write(_tell_how_far, place)
    database.close()
    return catalog


def fill_standing(url: str, count: int) -> Catalog:
    """The same without ledger, evidence and contacts: enough for what reads none of them."""
    return fill(url, count, STANDING)


def _made(
    pool: Pool, url: str, place: Place, tables: Sequence[Table]
) -> Iterator[tuple[Table, bytes]]:
    """Contacts first, in the order in which they came; then what goes by the key, in its order."""
    named = {table.name: table for table in tables}
    entries: list[bytes] = []
    numbers = (range(at, min(at + PART, place.addresses)) for at in range(0, place.addresses, PART))
    for made in _in_turn(pool, partial(_contacts, url, place, [*named]), numbers):
        whole = made.entries
        entries += [whole[at : at + ENTRY] for at in range(0, len(whole), ENTRY)]
        yield from ((named[name], packed) for name, packed in made.rows)
    entries.sort()
    parts = (b"".join(entries[at : at + PART]) for at in range(0, place.addresses, PART))
    for made in _in_turn(pool, partial(_ledger, url, place, [*named]), parts):
        yield from ((named[name], packed) for name, packed in made.rows)


def _in_turn(pool: Pool, work: Callable[[T], U], tasks: Iterable[T]) -> Iterator[U]:
    """Results in the order of the tasks, only a few ahead of who takes them."""
    waiting: deque[AsyncResult[U]] = deque()
    for task in tasks:
        waiting.append(pool.apply_async(work, (task,)))
        if len(waiting) > AHEAD:
            yield waiting.popleft().get()
    while waiting:
        yield waiting.popleft().get()


def _contacts(url: str, place: Place, names: Sequence[str], numbers: range) -> Made:
    """Who has these numbers."""
    packed, rows = bulk.loader_for(url).packed, people.contact_rows(place, numbers)
    told = {contact.name: rows, feed.name: people.feed_rows(rows, numbers.start)}
    entries = (row[1] + n.to_bytes(ENTRY - KEY) for n, row in zip(numbers, rows, strict=True))
    made = [(name, packed(rows)) for name, rows in told.items() if name in names]
    return Made(made, b"".join(entries))


def _ledger(url: str, place: Place, names: Sequence[str], entries: bytes) -> Made:
    """What is stored of these keys, each followed by its number."""
    parts = (entries[at : at + ENTRY] for at in range(0, len(entries), ENTRY))
    known = [(part[:KEY], int.from_bytes(part[KEY:])) for part in parts]
    packed, told = bulk.loader_for(url).packed, people.ledger(place, known)
    rows = zip(LEDGER, told, strict=True)
    return Made([(table.name, packed(made)) for table, made in rows if table.name in names])


def _tell_how_far(connection: Connection, place: Place) -> None:
    """As if the worker had been at it all along: the feed's position, and what it has counted."""
    for mailing in range(1, MAILINGS + 1):
        named = {"number": mailing, "brand": place.brand, "name": f"Mailing {mailing}"}
        connection.execute(insert(message).values(**named, created_at=world.MADE_AT))
    connection.execute(text(COUNT))
    last = select(event).order_by(event.c.at.desc()).limit(1)
    if (row := connection.execute(last).first()) is not None:
        connection.execute(update(feed_state).values(position=EVENTS * place.addresses))
        reached = {"at": row.at, "address_key": row.address_key, "number": row.number}
        counting = progress.c.duty == statistics.DUTY
        connection.execute(update(progress).where(counting).values(reached))


COUNT = f"""
INSERT INTO day_count
SELECT at / {DAY} + {EPOCH_DAY} AS day,
  CASE WHEN status = {Status.SUBSCRIBED:d} THEN {Outcome.SUBSCRIPTION:d}
       WHEN cause = {Cause.BOUNCE:d} THEN {Outcome.BOUNCE:d}
       WHEN cause = {Cause.COMPLAINT:d} THEN {Outcome.COMPLAINT:d}
       ELSE {Outcome.OPT_OUT:d} END AS outcome,
  scope_kind, scope_id, via, message, count(*)
FROM event GROUP BY 1, 2, 3, 4, 5, 6
"""


def main() -> None:
    url, count = sys.argv[1], int(sys.argv[2])
    start = perf_counter()
    migrate(url)
    fill(url, count)
    seconds = perf_counter() - start
    gigabytes = bulk.size(url) / 1e9
    print(f"# {count:,} addresses in {seconds:.0f} s, {gigabytes:.1f} GB. To use it:")
    for name, value in world.environment(url, str(Path.cwd() / "var/bench")).items():
        print(f"export {name}={value!r}")


if __name__ == "__main__":
    main()
