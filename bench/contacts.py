"""The list of contacts at scale: search, each filter, each sort, how long a page takes.

    python -m bench.contacts sqlite:///var/contacts.db 1000000 --fill

Fills an empty database (fill.py), or goes by one that was filled so. Prints a line for each
question: on SQLite the processor's time, which other work on the machine does not stretch, on
PostgreSQL the clock's.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable
from time import perf_counter, process_time, time_ns
from typing import Any

from app.domain.catalog import Catalog
from app.domain.contacts import Source
from app.domain.words import DAY, Status
from app.queries import contact_list
from app.queries.contact_filters import Filters, Out
from app.queries.contact_list import Order, Search
from app.store.doors import Database
from bench import people, world
from bench.databases import migrate
from bench.fill import fill

TIMES = 5


def questions(catalog: Catalog, count: int) -> Iterable[tuple[str, Filters]]:
    """Each filter alone, common and rare, and some together."""
    types, end = [*catalog.types], world.MADE_AT + people.SPAN
    yield "all", Filters()
    yield "text in all", Filters(text="example")
    yield "a name", Filters(text="yıldız")
    yield "a name at the far end", Filters(text="zeman")
    yield "a full name", Filters(text="amelie nowak")
    yield "one domain", Filters(text="mail77.example")
    yield "one address", Filters(text="mail77.example 0a1")
    yield "no such text", Filters(text="qqqzzz")
    yield "two letters", Filters(text="zo")
    yield "two letters that are rare", Filters(text="q9")
    yield "subscribed to a type", Filters(type=types[0], status=Status.SUBSCRIBED)
    yield "unsubscribed from a type", Filters(type=types[0], status=Status.UNSUBSCRIBED)
    yield "nothing said of a type", Filters(type=types[0], status=Status.NOT_SPECIFIED)
    yield "said of a type nobody chose", Filters(type=types[-1], status=Status.SUBSCRIBED)
    for out in (Out.ANYBODY, Out.NOBODY, Out.CONTACT, Out.USER, Out.API, Out.COMPLAINT):
        yield f"opted out of everything: {out}", Filters(out=out)
    yield "created in the last day", Filters(since=end - DAY)
    yield "created in the first half", Filters(until=world.MADE_AT + people.SPAN // 2)
    yield "source that is rare", Filters(source=Source.SIGNUP)
    yield "source that is common", Filters(source=Source.IMPORT)
    yield "brand", Filters(brand=catalog.default_brand)
    yield "language", Filters(language="ar")
    yield "a name, opted out by a user", Filters(text="yıldız", out=Out.USER)
    yield (
        "domain, source, language and type",
        Filters(
            text="mail77.example",
            source=Source.API,
            language="nl",
            type=types[1],
            status=Status.SUBSCRIBED,
        ),
    )


def measure(database: Database, catalog: Catalog, count: int) -> None:
    """The median of some first pages with their count, in milliseconds, for each order."""
    print("| contacts | " + " | ".join(o.name.lower() for o in Order) + " |")
    print("| --- |" + " --- |" * len(Order))
    for name, filters in questions(catalog, count):
        times = [_page(database, catalog, Search(filters, order)) for order in Order]
        print(f"| {name} | {' | '.join(times)} |", flush=True)


def _page(database: Database, catalog: Catalog, search: Search) -> str:
    now = time_ns() // 1_000_000
    return _median(database, lambda c: contact_list.page(c, catalog, search, now))


def _median(database: Database, ask: Any) -> str:
    clock = process_time if database.dialect == "sqlite" else perf_counter
    took = []
    for _ in range(TIMES):
        with database.browsing() as connection:
            start = clock()
            if ask(connection).slow:
                return "over 2 s"
            took.append(clock() - start)
    return f"{statistics.median(took) * 1000:.0f} ms"


def main() -> None:
    """Fill where asked, then measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.contacts", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("--fill", action="store_true")
    asked = parser.parse_args()
    if asked.fill:
        migrate(asked.url)
        start = perf_counter()
        fill(asked.url, asked.count)
        print(f"# {asked.count:,} contacts in {perf_counter() - start:.0f} s")
    database = Database(asked.url)
    measure(database, world.known(database), asked.count)
    database.close()


if __name__ == "__main__":
    main()
