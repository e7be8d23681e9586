"""The list of contacts, on both databases: by which index it is found, counted and sorted."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from app.domain.contacts import Source
from app.domain.words import Status
from app.queries import contact_list
from app.queries.contact_filters import Filters, Out
from app.queries.contact_list import Order, Search
from app.store.doors import Database
from tests.queries.overhearing import BARE, overheard
from tests.world import NOW, World

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
