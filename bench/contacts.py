"""The list of contacts at scale: search, each filter, each sort, how long a page takes.

    python -m bench.contacts sqlite:////tmp/contacts.db 1000000 --fill

Fills an empty database (names, sources, languages, opt-outs of everything, a choice for two or
three types each), or goes by one that was filled so. Prints a line for each question: on SQLite the
processor's time, which other work on the machine does not stretch, on PostgreSQL the clock's.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Iterator
from time import perf_counter, process_time, time_ns
from typing import Any

from app.domain.catalog import Catalog
from app.domain.contacts import Source, new_ids, words_of
from app.domain.ledger import GENESIS
from app.domain.words import DAY, Actor, Cause, ScopeKind, Status, Via
from app.queries import contact_list
from app.queries.contact_filters import Filters, Out
from app.queries.contact_list import Order, Search
from app.store.doors import Database
from app.store.tables import contact, email_address, preference
from bench import world
from bench.databases import migrate
from bench.fill import into

PART = 20_000
TABLES = (email_address, preference, contact)
FIRST_NAMES = (
    "Ana Ben Chiara Daud Elif Farah Gwen Hiro Ines Jonas Kasia Liam Mara Nils Olga Paul Quinn "
    "Rosa Sven Tara Umut Vera Wim Xenia Yusuf Zoë Amélie Björn Cem Dalia"
)
LAST_NAMES = (
    "Achterberg Rossi Karimi Yıldız Haddad Pritchard Tanaka Carvalho Lindqvist Nowak Dwyer "
    "Meyer Jansen Silva Kaya Berg Fischer Dubois Moreau Novák Popescu Smith Walsh Young Zeman"
)
FIRST, LAST = FIRST_NAMES.split(), LAST_NAMES.split()
LANGUAGES = ("de", "nl", "fr", "ar")
SOURCES = (Source.IMPORT, Source.IMPORT, Source.IMPORT, Source.API, Source.ADMIN)
OUT = (
    (Cause.CHOICE, Actor.CONTACT, Via.ONE_CLICK),
    (Cause.CHOICE, Actor.CONTACT, Via.ONE_CLICK),
    (Cause.CHOICE, Actor.USER, Via.ADMIN),
    (Cause.BOUNCE, Actor.BOUNCE, Via.PROVIDER_EVENT),
    (Cause.COMPLAINT, Actor.COMPLAINT, Via.ARF),
)
NOTHING = (None,) * (len(contact.c) - 5)
TIMES = 5


def fill(url: str, count: int) -> Catalog:
    """Make the brand and `count` contacts in an empty database of the present schema."""
    database = Database(url)
    catalog = world.settle(database)
    database.close()
    parts = _made([type_.id for type_ in catalog.types.values()], count)
    into(url, TABLES, parts)
    return catalog


def _made(types: list[int], count: int) -> Iterator[tuple[list[Any], ...]]:
    for at in range(0, count, PART):
        made: tuple[list[Any], ...] = ([], [], [])
        for number in range(at, min(at + PART, count)):
            _add(made, types, number, number / count)
        for rows in made[:2]:
            rows.sort(key=lambda row: row[:4] if rows is made[1] else row[0])
        yield made


def _add(made: tuple[list[Any], ...], types: list[int], number: int, part: float) -> None:
    """One person; what they are follows from their number. Created over a year."""
    addresses, stands, contacts = made
    first, last = FIRST[number * 7 % len(FIRST)], LAST[number * 11 // 3 % len(LAST)]
    scattered = number * 2_654_435_761 % 2**32
    address = f"{first[:1]}{scattered:x}.{last}@mail{number % 997}.example".lower()
    address = address.encode("ascii", "replace").decode().replace("?", "x")
    key = world.KEYS(address)
    at = world.MADE_AT + int(part * 365 * DAY)
    language = LANGUAGES[scattered % 16] if scattered % 16 < len(LANGUAGES) else None
    addresses.append((key, address, language, at, 3, GENESIS))
    for n in range(2 + number % 2):
        status = Status.UNSUBSCRIBED if (scattered + n) % 9 == 0 else Status.SUBSCRIBED
        place = (key, int(ScopeKind.TYPE), types[(number + n) % 5], int(Cause.CHOICE))
        made_by = (int(Actor.CONTACT), int(Via.PREFERENCE_PAGE))
        stands.append((*place, int(status), *made_by, at, n + 1, None, None, None))
    if scattered % 40 == 0:
        cause, actor, via = OUT[scattered // 40 % len(OUT)]
        place = (key, int(ScopeKind.ACCOUNT), 0, int(cause))
        out = (int(Status.UNSUBSCRIBED), int(actor), int(via))
        stands.append((*place, *out, at, 9, None, None, None))
    name = "" if number % 5 == 0 else f"{first} {last}"
    (id_,) = new_ids(at, 1)
    source = int(SOURCES[number % len(SOURCES)]) if number % 10_000 else int(Source.SIGNUP)
    contacts.append((id_, key, name, words_of(address, name), source, *NOTHING))


def questions(catalog: Catalog, count: int) -> Iterable[tuple[str, Filters]]:
    """Each filter alone, common and rare, and some together."""
    types, year = [*catalog.types], world.MADE_AT + 365 * DAY
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
    yield "created in the last day", Filters(since=year - DAY)
    yield "created in the first half", Filters(until=world.MADE_AT + 182 * DAY)
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
