"""The list of contacts: searched, filtered, sorted, page by page (docs/decisions/0020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, select
from sqlalchemy.sql.util import ClauseAdapter

from app.domain.catalog import Catalog
from app.domain.contacts import Source, created_at
from app.domain.overall import Overall, overall
from app.domain.words import Instant
from app.queries.contact_filters import CONTACTS, Condition, Filters, conditions
from app.queries.contact_weights import fewest, held, number
from app.store.addresses import known_each
from app.store.patience import TooSlow, in_time
from app.store.tables import contact

EVERYBODY = Filters()
PAGE = 50
ALONG = (500, 4_000, 20_000)
"""How many contacts, in their order, are looked at before a filter's own index is asked."""
FURTHER = 80_000
"""How many are, where so many match that to sort them all takes longer."""
NEAR = (4, 25)
"""How many times as many as filled a page are looked at to count those that match: the second time
where the first promises twice as many as are wanted."""
COUNTED = 1_000
"""Up to how many matching contacts are counted."""


class Order(Enum):
    """How the list is sorted: by what, and whether downwards."""

    ADDRESS = ("words", False)
    ADDRESS_DOWN = ("words", True)
    NEWEST = ("id", True)
    OLDEST = ("id", False)

    @property
    def column(self) -> str:
        """What it goes by. No two contacts are equal in it."""
        return self.value[0]

    @property
    def down(self) -> bool:
        """Whether the largest comes first."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Search:
    """A page that is wanted: after a contact, or before it, or the first one. `counted`: with how
    many match in all."""

    filters: Filters = EVERYBODY
    order: Order = Order.ADDRESS
    after: int | None = None
    before: int | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A contact as the list shows it."""

    id: int
    key: bytes
    address: str
    name: str
    source: Source
    overall: Overall

    @property
    def created_at(self) -> Instant:
        """When it was made."""
        return created_at(self.id)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in their order; the contacts that the neighbouring pages end and begin at; how many
    match in all, COUNTED + 1 where there are more, None where nobody counted. `slow`: the filters
    together took more than two seconds, and there is no answer."""

    rows: Sequence[Row] = ()
    previous: int | None = None
    next: int | None = None
    matching: int | None = None
    slow: bool = False


class Edge(NamedTuple):
    """From where on, and in which direction, contacts are read."""

    column: str
    down: bool
    beyond: object = None

    def sorted(self, question: Select[Any], columns: Any) -> Select[Any]:
        """In this direction."""
        by = columns[self.column]
        return question.order_by(by.desc() if self.down else by)

    def beyond_it(self, columns: Any) -> list[ColumnElement[bool]]:
        """Only what lies beyond."""
        by = columns[self.column]
        if self.beyond is None:
            return []
        return [by < self.beyond if self.down else by > self.beyond]


def page(connection: Connection, catalog: Catalog, search: Search, now: Instant) -> Page:
    """One page, in at most two statements for each filter and ten more."""
    edge = _edge(connection, search)
    wanted = conditions(search.filters, catalog, connection.dialect.name)
    try:
        with in_time(connection):
            lot = _found(connection, wanted, edge, PAGE + 1)
            found, asked = lot.rows, wanted if search.counted else ()
            whole = edge.beyond is None and len(found) <= PAGE
            matching = len(found) if whole else _count(connection, asked, edge, lot)
    except TooSlow:
        return Page(slow=True)
    more, shown = len(found) > PAGE, found[:PAGE]
    if backward := search.before is not None and edge.beyond is not None:
        shown.reverse()
    before, after = (more, True) if backward else (edge.beyond is not None, more)
    return Page(
        _rows(connection, catalog, shown, now),
        shown[0].id if before and shown else None,
        shown[-1].id if after and shown else None,
        matching,
    )


def _count(
    connection: Connection, wanted: Sequence[Condition], edge: Edge, lot: _Lot
) -> int | None:
    """How many match, up to COUNTED + 1. Nobody counts all contacts there are."""
    if not wanted:
        return None
    if lot.matching is not None:
        return lot.matching
    along = edge.sorted(CONTACTS, contact.c)  # where the first ones were found, more are near
    if 0 < lot.among < ALONG[-1] and all(c.at_once for c in wanted):
        for times in NEAR:
            near = _within(along.limit(lot.among * times), wanted)
            if (counted := number(connection, near.limit(COUNTED + 1))) > COUNTED:
                return counted
            if counted * NEAR[-1] < 2 * COUNTED * times:
                break
    own = None if lot.among == ALONG[0] else fewest(connection, wanted)
    if own is not None:
        return own.matching(connection, COUNTED + 1)
    return number(connection, _within(along.offset(0), wanted).limit(COUNTED + 1))


class _Lot(NamedTuple):
    """What fills a page; among how many contacts in their order, where it was found along it; and
    how many match in all, up to COUNTED + 1, where that had to be known."""

    rows: list[Any]
    among: int = 0
    matching: int | None = None


class Found(NamedTuple):
    """A contact that matches, by id and address key."""

    id: int
    key: bytes


def matching(
    connection: Connection, catalog: Catalog, filters: Filters, after: int, most: int
) -> list[Found]:
    """Up to `most` contacts that match, by ascending id from beyond `after` (0: from the first).
    For those who go through all of them, as slow as it may be."""
    wanted = conditions(filters, catalog, connection.dialect.name)
    lot = _found(connection, wanted, Edge("id", down=False, beyond=after), most)
    return [Found(row.id, bytes(row.address_key)) for row in lot.rows]


def few(
    connection: Connection, catalog: Catalog, filters: Filters, most: int
) -> list[Found] | None:
    """All contacts that match, where they are quickly found and no more than `most`."""
    try:
        with in_time(connection):
            found = matching(connection, catalog, filters, 0, most + 1)
    except TooSlow:
        return None
    return found if len(found) <= most else None


def _edge(connection: Connection, search: Search) -> Edge:
    """Where the page begins: the first one, where the contact it goes by is gone."""
    order = search.order
    at = search.after if search.before is None else search.before
    if at is None:
        return Edge(order.column, order.down)
    beyond = connection.scalar(select(contact.c[order.column]).where(contact.c.id == at))
    backward = search.before is not None and beyond is not None
    return Edge(order.column, order.down != backward, beyond)


def _found(connection: Connection, wanted: Sequence[Condition], edge: Edge, most: int) -> _Lot:
    """First along the order, where what most contacts match fills a page at once; then from the
    filter that has the fewest; where none has an index of its own, along the order to its end."""
    carried = [c for c in wanted if c.by_id and edge.column == "id"]
    left = [c for c in wanted if c not in carried]
    along = CONTACTS.where(*edge.beyond_it(contact.c), *(c.holds for c in carried))
    along = edge.sorted(along, contact.c)

    def first(few: int) -> list[Any]:
        among = _among(along.limit(max(few, most)), left, edge, most)
        return list(connection.execute(among))

    if not left:
        return _Lot(list(connection.execute(along.limit(most))))
    rows: list[Any] = []
    for few in ALONG:
        if few == ALONG[-1]:
            left = [held(connection, c) for c in left]
        rows = first(few)
        if len(rows) == most:
            return _Lot(rows, few)
    own = fewest(connection, [*carried, *left])
    if own is None:
        every = along.where(*(c.holds for c in left)).limit(most)
        return _Lot(list(connection.execute(every)))
    there: int | None = None
    if len(rows) * FURTHER >= ALONG[-1] * most:
        there = own.matching(connection, COUNTED + 1)
        if there > COUNTED and len(rows := first(FURTHER)) == most:
            return _Lot(rows, FURTHER, there)
    inner = own.found.where(*edge.beyond_it(contact.c)).offset(0)
    return _Lot(list(connection.execute(_among(inner, own.others, edge, most))), 0, there)


def _among(inner: Select[Any], wanted: Sequence[Condition], edge: Edge, most: int) -> Select[Any]:
    """The first of `inner` for which all holds."""
    question = _within(inner, wanted)
    return edge.sorted(question, question.selected_columns).limit(most)


def _within(inner: Select[Any], wanted: Sequence[Condition]) -> Select[Any]:
    """Those of `inner` for which all holds, in its order. The database takes it as it is, because
    of its limit or offset: SQLite would rather read a filter's own index, and sort all of it."""
    among = inner.subquery("among")
    adapt = ClauseAdapter(among).traverse
    return select(among).where(*(adapt(c.holds) for c in wanted))


def _rows(
    connection: Connection, catalog: Catalog, found: Sequence[Any], now: Instant
) -> list[Row]:
    """What the list shows of those found, in two statements."""
    ids, keys = [row.id for row in found], [bytes(row.address_key) for row in found]
    named = connection.execute(select(contact.c.id, contact.c.name).where(contact.c.id.in_(ids)))
    names = {row.id: row.name for row in named}
    known = known_each(connection, keys)
    return [
        Row(
            row.id,
            key,
            known[key].address or "",
            names[row.id],
            Source(row.source),
            overall(known[key].held, known[key].stored_at, catalog, now),
        )
        for row, key in zip(found, keys, strict=True)
    ]
