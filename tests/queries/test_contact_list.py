"""The list of contacts, on both databases: what is found, in which order, by which index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, text

from app.domain.changes import Change, Except, Hand, Report, Subscribe, Unsubscribe
from app.domain.contacts import Source
from app.domain.words import ACCOUNT, DAY, Actor, Cause, Scope, Status
from app.queries import contact_list, contact_weights
from app.queries.contact_filters import Filters, Out
from app.queries.contact_list import PAGE, Order, Page, Search
from app.services import contacts, erasure
from app.services.contacts import Draft, Origin
from app.store import search
from app.store.doors import Database
from app.store.patience import TooSlow, at_most
from tests.databases import ON_SQLITE
from tests.world import NOW, Person, World, _keys, by, say

ANA = Person("Ana Yıldız", "ana@example.com")
BEN = Person("Ben Jansen", "ben.o@example.org")
CLEO = Person("Cléo", "cleo@example.net")
JOSE = Person("", "josé@exämple.com")
CROWD = [Person(f"Reader {n}", f"reader{n:03}@mail.example") for n in range(2 * PAGE + 7)]


def keep(database: Database, *people: Person, source: Source = Source.IMPORT, **more: Any) -> None:
    """Have contacts of these people, one after the other."""
    origin = Origin(more.pop("at", NOW), source, "import:1")
    drafts = [Draft(_keys(p.address), p.address, p.name, **more) for p in people]
    database.write(contacts.save_all, drafts, origin)


def page(database: Database, world: World, search: Search) -> Page:
    """One page."""
    with database.browsing() as connection:
        return contact_list.page(connection, world.catalog, search, NOW)


def found(database: Database, world: World, **filters: Any) -> list[str]:
    """The addresses that these filters find, in each order the same ones."""
    by_order = [
        [r.address for r in page(database, world, Search(Filters(**filters), order)).rows]
        for order in Order
    ]
    assert by_order[0] == by_order[1][::-1]
    assert by_order[2] == by_order[3][::-1]
    assert sorted(by_order[0]) == sorted(by_order[2])
    return by_order[0]


@pytest.fixture
def kept(database: Database, world: World) -> Database:
    """Four contacts, made on four days in four ways."""
    sources = (Source.ADMIN, Source.IMPORT, Source.API, Source.SIGNUP)
    languages = ("de", None, "de", "nl")
    for day, person in enumerate((ANA, BEN, CLEO, JOSE)):
        at, source, language = NOW + day * DAY, sources[day], languages[day]
        keep(database, person, source=source, language=language, at=at)
    return database


ALL = [ANA.address, BEN.address, CLEO.address, JOSE.address]


TEXTS: dict[str, list[Person]] = {
    "": [ANA, BEN, CLEO, JOSE],
    "example.": [ANA, BEN, CLEO, JOSE],
    "EXAMPLE.ORG": [BEN],
    "yıld": [ANA],
    "cleo": [CLEO],
    "Cléo": [CLEO],
    "jans": [BEN],
    "ben.o": [BEN],
    "ben_o": [],
    "100%": [],
    "com ana": [ANA],
    "Somebody Else <Ana@example.com>": [ANA],
    "'mailto:ben.o@example.org', ": [BEN],
    "yıldız ana@ex": [ANA],
    "jose": [JOSE],
    "josé@exämple": [JOSE],
    "xn--exmple": [JOSE],
    "o@": [BEN, CLEO],
    '"': [],
    "nobody": [],
    "a b c d e f g h": [],
}


def test_contacts_are_found_by_parts_of_address_or_name(kept: Database, world: World) -> None:
    """Without case and accents; every part must be there, in any order."""
    for text_, who in TEXTS.items():
        assert found(kept, world, text=text_) == [person.address for person in who], text_


def test_contacts_are_filtered_by_what_they_are(kept: Database, world: World) -> None:
    assert found(kept, world, source=Source.API) == [CLEO.address]
    assert found(kept, world, source=Source.CLI) == []
    assert found(kept, world, language="de") == [ANA.address, CLEO.address]
    assert found(kept, world, since=NOW + DAY) == [BEN.address, CLEO.address, JOSE.address]
    assert found(kept, world, until=NOW + DAY) == [ANA.address]
    assert found(kept, world, since=NOW + DAY, until=NOW + 2 * DAY) == [BEN.address]
    assert found(kept, world, language="de", source=Source.ADMIN, text="ana") == [ANA.address]
    assert found(kept, world, language="de", source=Source.ADMIN, text="cleo") == []


def choose(database: Database, person: Person, *changes: Change, hand: Hand = Hand.CONTACT) -> None:
    """Have somebody choose for this person."""
    own = Person(person.name, person.address)
    say(database, own, *changes, by_=by(hand))


def test_contacts_are_filtered_by_what_their_addresses_chose(kept: Database, world: World) -> None:
    """Status of a type, brand, opt-out of everything and by whom."""
    offers, evenings = world.offers, world.evenings
    choose(kept, ANA, Subscribe(offers))
    choose(kept, BEN, Unsubscribe(Scope.type(offers.id), offers), hand=Hand.USER)
    choose(kept, CLEO, Unsubscribe(ACCOUNT))
    choose(kept, JOSE, Unsubscribe(Scope.brand(world.workshops.id)), hand=Hand.USER)
    for status, who in zip(Status, ([CLEO, JOSE], [ANA], [BEN]), strict=True):
        want = [person.address for person in who]
        assert found(kept, world, type=offers.id, status=status) == want, status
    assert found(kept, world, type=evenings.id, status=Status.NOT_SPECIFIED) == ALL
    assert found(kept, world, brand=world.fernway.id) == [ANA.address, BEN.address]
    assert found(kept, world, brand=world.workshops.id) == [JOSE.address]
    assert found(kept, world, out=Out.ANYBODY) == [CLEO.address, JOSE.address]
    assert found(kept, world, out=Out.NOBODY) == [ANA.address, BEN.address]
    assert found(kept, world, out=Out.CONTACT) == [CLEO.address]
    assert found(kept, world, out=Out.USER) == [JOSE.address]
    assert found(kept, world, out=Out.USER, brand=world.fernway.id) == []
    for out in (Out.API, Out.WORKFLOW, Out.IMPORT, Out.BOUNCE, Out.COMPLAINT):
        assert found(kept, world, out=out) == []
    choose(kept, ANA, Report(Cause.BOUNCE, NOW), hand=Hand.AUTOMATIC)
    assert found(kept, world, out=Out.BOUNCE) == [ANA.address]
    choose(kept, CLEO, Except(world.fernway.id))
    assert found(kept, world, out=Out.CONTACT) == [CLEO.address]


def test_a_row_tells_what_stands_all_in_all_and_by_whom(kept: Database, world: World) -> None:
    """By whom decides what may be done about it."""
    choose(kept, ANA, Subscribe(world.offers), Unsubscribe(Scope.type(world.novels.id)))
    choose(kept, BEN, Unsubscribe(ACCOUNT), hand=Hand.USER)
    choose(kept, CLEO, Unsubscribe(Scope.brand(world.fernway.id)))
    rows = page(kept, world, Search()).rows
    told = [(r.name, r.overall.state.value, r.overall.by, r.overall.gets) for r in rows]
    assert told == [
        ("Ana Yıldız", "chosen", None, 2),
        ("Ben Jansen", "out", Actor.USER, 0),
        ("Cléo", "out-of-brand", Actor.CONTACT, 1),
        ("", "never", None, 3),
    ]
    choose(kept, CLEO, Unsubscribe(ACCOUNT))
    choose(kept, CLEO, Except(world.fernway.id))
    assert page(kept, world, Search()).rows[2].overall.state.value == "out-but"


@pytest.fixture
def crowd(database: Database, world: World) -> Database:
    """More contacts than two pages hold."""
    keep(database, *CROWD)
    return database


def walk(database: Database, world: World, filters: Filters, order: Order) -> Iterator[Page]:
    """Forward to the last page, then backward to the first."""
    shown = page(database, world, Search(filters, order))
    yield shown
    while shown.next:
        shown = page(database, world, Search(filters, order, after=shown.next))
        yield shown
    while shown.previous:
        shown = page(database, world, Search(filters, order, before=shown.previous))
        yield shown


@pytest.mark.parametrize("filters", [Filters(), Filters(text="mail"), Filters(out=Out.NOBODY)])
def test_pages_follow_each_other_both_ways(crowd: Database, world: World, filters: Filters) -> None:
    for order in Order:
        pages = [[r.address for r in p.rows] for p in walk(crowd, world, filters, order)]
        assert [len(p) for p in pages] == [PAGE, PAGE, 7, PAGE, PAGE]
        forward = [*pages[0], *pages[1], *pages[2]]
        assert forward == sorted(p.address for p in CROWD)[:: -1 if order.down else 1]
        assert (pages[3], pages[4]) == (pages[1], pages[0])


def test_a_page_of_what_many_match_is_found_further_along_the_order(
    crowd: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6, grow: where those seen promise a page, not all that match are read and sorted."""
    few = {"PAGE": 5, "COUNTED": 10, "ALONG": (6, 8, 20), "FURTHER": 60}
    for name, value in few.items():
        monkeypatch.setattr(contact_list, name, value)
    every_tenth = [f"reader{n:03}@mail.example" for n in range(1, len(CROWD), 10)]
    for order in Order:
        with overheard() as said:
            pages = [*walk(crowd, world, Filters(text="1@mail"), order)]
        told = [[row.address for row in each.rows] for each in pages]
        assert [*told[0], *told[1], *told[2]] == every_tenth[:: -1 if order.down else 1]
        assert told[3:] == [told[1], told[0]]
        assert {each.matching for each in pages} == {11}
        assert any("60" in str(values) for sql, values in said if "AS among" in sql)
    common = page(crowd, world, Search(Filters(text="mail")))
    assert (len(common.rows), common.matching) == (5, 11)


def test_keys_of_a_filter_are_read_at_once_or_in_part_or_looked_up_and_say_the_same(
    crowd: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6, grow: how many keys a filter has decides how it is asked, not what is answered. Of
    each contact here two keys are found, which count once."""
    few = {"PAGE": 5, "COUNTED": 10, "ALONG": (6, 8, 20), "FURTHER": 60}
    for name, value in few.items():
        monkeypatch.setattr(contact_list, name, value)
    out = Unsubscribe(ACCOUNT), Unsubscribe(Scope.brand(world.fernway.id))
    for person in CROWD[1::10]:
        choose(crowd, person, *out, hand=Hand.USER)
    want, filters = [person.address for person in CROWD[1::10]], Filters(out=Out.USER)
    for held, weighed, counted in ((60, 60, 10), (60, 21, 30), (22, 5, 10), (22, 12, 30)):
        monkeypatch.setattr(contact_weights, "HELD", held)
        monkeypatch.setattr(contact_weights, "WEIGHED", weighed)
        monkeypatch.setattr(contact_list, "COUNTED", counted)
        for order in Order:
            with overheard() as said:
                pages = [*walk(crowd, world, filters, order)]
            told = [[row.address for row in each.rows] for each in pages]
            assert [*told[0], *told[1], *told[2]] == want[:: -1 if order.down else 1]
            assert told[3:] == [told[1], told[0]]
            assert {each.matching for each in pages} == {11}
            at_once = any("IS true" in sql or "IS 1" in sql for sql, _ in said)
            assert at_once == (held > 22), (held, order)


def test_a_page_goes_on_though_its_last_contact_is_gone(crowd: Database, world: World) -> None:
    """Without the contact to go on from, it is the first page."""
    first = page(crowd, world, Search())
    gone = page(crowd, world, Search(after=7))
    assert [r.id for r in gone.rows] == [r.id for r in first.rows]
    assert (gone.previous, gone.next) == (None, first.next)
    assert page(crowd, world, Search(before=7)) == first


def test_what_matches_is_counted_where_something_is_asked(crowd: Database, world: World) -> None:
    assert page(crowd, world, Search()).matching is None
    assert page(crowd, world, Search(Filters(text="reader"))).matching == len(CROWD)
    assert page(crowd, world, Search(Filters(text="reader00"))).matching == 10
    assert page(crowd, world, Search(Filters(text="qq"))).matching == 0
    assert page(crowd, world, Search(Filters(text="reader"), counted=False)).matching is None


def test_all_that_match_are_gone_through_in_parts(crowd: Database, world: World) -> None:
    """For runs: each once, by ascending id."""
    at, seen = 0, []
    with crowd.browsing() as connection:
        while part := contact_list.matching(
            connection, world.catalog, Filters(text="mail"), at, 40
        ):
            at = part[-1].id
            seen += [each.key for each in part]
    assert seen == [_keys(person.address) for person in CROWD]


def test_filters_are_kept_as_they_were_asked() -> None:
    asked = Filters("ana", 7, Status.UNSUBSCRIBED, Out.USER, 1, 2, Source.API, 3, "de")
    assert Filters.from_json(asked.to_json()) == asked
    assert Filters().to_json() == {}


def test_what_takes_too_long_is_given_up(database: Database, world: World) -> None:
    """Combinations stop after two seconds, with a word for it."""
    endless = {
        "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT count(*) FROM n",
        "postgresql": "SELECT count(*) FROM generate_series(1, 1000000000)",
    }
    with database.browsing() as connection, pytest.raises(TooSlow), at_most(connection, 0.05):
        connection.execute(text(endless[database.dialect])).all()
    with database.browsing() as connection:
        assert connection.scalar(select(1)) == 1


@contextmanager
def overheard() -> Iterator[list[tuple[str, Any]]]:
    """Statements with their values."""
    said: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        said.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


FEW = "seqscan indexonlyscan"


def plans(connection: Connection, world: World, search: Search, few: str = FEW) -> list[str]:
    """How the database goes about each statement of a page. `few`: how PostgreSQL would read few
    rows, which it is not to."""
    with overheard() as said:
        contact_list.page(connection, world.catalog, search, NOW)
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        for way in few.split():
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    told = [connection.exec_driver_sql(explain + sql, values).all() for sql, values in said]
    return ["\n".join(str(row[-1]) for row in rows) for rows in told]


INDEXED = {
    "text": (Filters(text="yıldız"), "contact_search VIRTUAL TABLE INDEX", "ix_contact_trigrams"),
    "status": (Filters(type=1, status=Status.SUBSCRIBED), "ix_preference_scope", None),
    "out": (Filters(out=Out.ANYBODY), "ix_preference_scope", None),
    "out by": (Filters(out=Out.USER), "ix_preference_scope", None),
    "brand": (Filters(brand=1), "ix_preference_scope", None),
    "created": (Filters(since=NOW), "INTEGER PRIMARY KEY (rowid>", "pk_contact"),
    "source": (Filters(source=Source.API), "ix_contact_source_id", None),
    "language": (Filters(language="de"), "ix_email_address_language", None),
}
SORTED_BY = {Order.ADDRESS: "ix_contact_words", Order.NEWEST: "pk_contact"}
BARE = re.compile(
    r"SCAN (contact|preference|email_address)$|Seq Scan on (?!brand|webhook )", re.MULTILINE
)


def test_search_and_every_filter_have_an_index_of_their_own(kept: Database, world: World) -> None:
    """Sorted by address or creation, one goes along the order, or begins with those found."""
    for name, (filters, sqlite, postgresql) in INDEXED.items():
        for order, along in SORTED_BY.items():
            with kept.browsing() as connection:
                told = plans(connection, world, Search(filters, order))
            lite = kept.dialect == "sqlite"
            index = sqlite if lite else postgresql or sqlite
            assert any(index in plan for plan in told), (name, order, told)
            if lite and order is Order.ADDRESS:
                assert f"SCAN contact USING COVERING INDEX {along}" in told[0], name
            elif not lite:
                assert name == "source" or any(along in plan for plan in told), (name, told)
            if not lite or order is Order.ADDRESS:
                assert not [plan for plan in told if BARE.search(plan)], (name, told)


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(language="de", source=Source.API), "ix_contact_source_id"),
        (Filters(text="example.", language="nl"), "ix_email_address_language"),
    ],
)
def test_a_combination_begins_with_the_filter_that_finds_the_fewest(
    kept: Database, world: World, filters: Filters, index: str
) -> None:
    """Two of "de" and one by the API; four of "example." and one of "nl"."""
    with kept.browsing() as connection, overheard() as said:
        contact_list.page(connection, world.catalog, Search(filters), NOW)
    among = [(sql, values) for sql, values in said if "AS among" in sql]
    explain = "EXPLAIN QUERY PLAN " if kept.dialect == "sqlite" else "EXPLAIN "
    with kept.browsing() as connection:
        if kept.dialect == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = str(connection.exec_driver_sql(explain + among[-1][0], among[-1][1]).all())
    assert index in plan


def test_without_filters_the_list_goes_along_its_order(kept: Database, world: World) -> None:
    for order, along in SORTED_BY.items():
        with kept.browsing() as connection:
            (first, *_) = plans(connection, world, Search(order=order), "seqscan sort")
        if kept.dialect == "postgresql":
            read = "Index Only Scan" if order is Order.ADDRESS else "Index Scan Backward"
            assert f"{read} using {along}" in first
            assert "Sort" not in first
        else:
            assert "TEMP B-TREE" not in first


def test_what_many_match_is_counted_along_the_order_and_not_sorted(
    crowd: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6, grow: SQLite read six of ten million by their source, and sorted them to count."""
    for name, value in {"PAGE": 5, "COUNTED": 10, "ALONG": (6, 8, 20)}.items():
        monkeypatch.setattr(contact_list, name, value)
    for order, along in SORTED_BY.items():
        search = Search(Filters(source=Source.IMPORT), order)
        with crowd.browsing() as connection:
            (_, counting, *_) = plans(connection, world, search, "seqscan sort bitmapscan")
        assert "TEMP B-TREE" not in counting
        assert "Sort" not in counting
        assert order is Order.NEWEST or along in counting


def traces(database: Database, word: str) -> int:
    """How often a word is in the file and what was written ahead of it."""
    path = str(database.url.database)
    with database.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    files = (Path(path + end).read_bytes() for end in ("", "-wal"))
    return sum(file.count(word.encode()) for file in files)


@ON_SQLITE
def test_an_erased_contact_leaves_no_trace_in_the_file(database: Database, world: World) -> None:
    """R-79: nor, once the worker has rewritten it, in the index of what is searched, which has the
    end of a trigram after what it shares with the one before."""
    person = Person("ξψζ ωφ", "ξψζωφ@example.com")
    keep(database, *CROWD, person)
    keep(database, BEN)
    assert traces(database, "ξψζ") > 0
    database.write(erasure.erase, _keys(person.address), by(Hand.USER))
    assert found(database, world, text="ξψζωφ") == []
    assert traces(database, "ξψζ") == 0
    assert traces(database, "ψζ") > 0
    parts = 0
    while not database.write(search.forget_a_bit):
        parts += 1
    assert parts > 0
    assert [end for end in ("ψζ", "ζω", "ωφ") if traces(database, end)] == []
    assert found(database, world, text="reader001") == ["reader001@mail.example"]
    assert found(database, world, text="jansen") == [BEN.address]
