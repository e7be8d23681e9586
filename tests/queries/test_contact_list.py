"""The list of contacts, on both databases: what is found, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.changes import Change, Except, Hand, Report, Subscribe, Unsubscribe
from app.domain.contacts import Source
from app.domain.words import ACCOUNT, DAY, Actor, Cause, Scope, Status
from app.queries import contact_list, contact_weights
from app.queries.contact_filters import Filters, Out
from app.queries.contact_list import PAGE, Order, Page, Search
from app.services import erasure
from app.store import search
from app.store.doors import Database
from tests.databases import ON_SQLITE
from tests.queries.listed import ALL, ANA, BEN, CLEO, CROWD, JOSE, found, keep, page
from tests.queries.overhearing import overheard
from tests.world import NOW, Person, World, _keys, by, say

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
