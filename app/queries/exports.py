"""Lists to take away: contacts, what stands, what happened, and whom not to mail (issue 5).

Each is read by pages in the order of keys, every page a short read of its own: no memory grows and
nothing is held open. What is written meanwhile may be in it or not; decisions are those of `now`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, select, tuple_

from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.decision import decide
from app.domain.ledger import Event
from app.domain.moments import moment
from app.domain.standing import Held, Place, Standing
from app.domain.words import Instant, Reason, Scope, ScopeKind
from app.files.listing import Column
from app.queries import contact_list, contacts, feed, lists
from app.queries.contact_filters import Filters
from app.queries.contacts import CONTACT, Contact
from app.queries.history import COLUMNS, EVIDENCE, KEPT, evidence_of, scope_name, told
from app.queries.lists import Listed, Reading
from app.store.addresses import Known, known_each, standing
from app.store.tables import contact, contact_value, event

PAGE = 1_000
SUPPRESSION_ONLY = "SUPPRESSION_ONLY"
"""What `use` says of a row that nobody may be mailed by now (R-61)."""
CONTACT_FIELDS = (
    "email addressKey name language source createdAt processing processingExplanation use"
)
PREFERENCE_FIELDS = (
    "email addressKey scope scopeId name cause status until since number actor via legalBasis "
    "basisEnds use"
)
LEDGER_FIELDS = f"email addressKey {' '.join(COLUMNS)} use"
Told = dict[str, Any]
Pages = Iterator[Sequence[Told]]
Mark = TypeVar("Mark")


class What(StrEnum):
    """What is taken away."""

    CONTACTS = "contacts"
    PREFERENCES = "preferences"
    LEDGER = "ledger"
    SUPPRESSIONS = "suppressions"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which list, as decisions are at `now`. With a type or a brand: preferences and events that
    may decide about it; contacts by whether they may be mailed it; the suppressions of it.
    `filters`: of contacts, only those that match."""

    what: What
    catalog: Catalog
    now: Instant
    type: SubscriptionType | None = None
    brand: Brand | None = None
    filters: Filters | None = None

    @property
    def scopes(self) -> frozenset[Scope] | None:
        """What rows are to be about; None: whatever they are about."""
        if self.type is None and self.brand is None:
            return None
        types = [] if self.type is None else [self.type.id]
        brands = [] if self.brand is None else [self.brand.id]
        return frozenset(feed.concerning(self.catalog, types=types, brands=brands))

    @property
    def types(self) -> Sequence[SubscriptionType]:
        """What contacts might be mailed."""
        if self.type is not None:
            return [self.type]
        brands = self.catalog.active_brands if self.brand is None else [self.brand]
        types = [type_ for brand in brands for type_ in brand.types]
        return [type_ for type_ in types if not type_.archived and not type_.transactional]

    def use(self, known: Known, types: Sequence[SubscriptionType | None]) -> str:
        """What a row about these types may be used for."""
        policy = self.catalog.policy
        may = (decide(t, known.held, known.stored_at, policy, self.now).allowed for t in types)
        return "" if any(may) else SUPPRESSION_ONLY

    def about(self, scope: Scope) -> Sequence[SubscriptionType | None]:
        """The type that a row is about. One about a brand or the account is no ground to mail."""
        return [self.catalog.types.get(scope.id)] if scope.kind is ScopeKind.TYPE else []


class Export(NamedTuple):
    """A list: its columns, and its rows page by page, in the words of the API."""

    columns: Sequence[Column]
    pages: Pages


def export(reading: Reading, wanted: Wanted) -> Export:
    """The list that is wanted. Its pages are read when they are asked for."""
    return EXPORTS[wanted.what](reading, wanted)


def _contacts(reading: Reading, wanted: Wanted) -> Export:
    with reading() as connection:
        slugs = {p.id: p.slug for p in contacts.properties(connection) if not p.archived}

    def page(connection: Connection, after: int | None) -> tuple[list[Told], int | None]:
        asked = CONTACT.where(_among(connection, wanted, after or 0))
        rows_of = connection.execute(asked.order_by(contact.c.id).limit(PAGE))
        found = [contacts.read(row) for row in rows_of]
        known = known_each(connection, [each.key for each in found])
        values = _values(connection, [each.id for each in found], slugs)
        rows = [
            {
                **_contact(each),
                "use": wanted.use(known[each.key], wanted.types),
                "properties": values.get(each.id, {}),
            }
            for each in found
        ]
        return rows, found[-1].id if len(found) == PAGE else None

    columns = (*_columns(CONTACT_FIELDS), *(("properties", slug) for slug in slugs.values()))
    return Export(columns, _paged(reading, page))


def _among(connection: Connection, wanted: Wanted, after: int) -> ColumnElement[bool]:
    """The next contacts."""
    if wanted.filters is None:
        return contact.c.id > after
    found = contact_list.matching(connection, wanted.catalog, wanted.filters, after, PAGE)
    return contact.c.id.in_([each.id for each in found])


def _contact(found: Contact) -> Told:
    return {
        "email": found.address,
        "addressKey": found.key.hex(),
        "name": found.name,
        "language": found.language,
        "source": found.source.name,
        "createdAt": moment(found.created_at),
        "processing": found.processing and found.processing.name,
        "processingExplanation": found.explanation,
    }


def _values(
    connection: Connection, ids: Sequence[int], slugs: Mapping[int, str]
) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for row in connection.execute(select(contact_value).where(contact_value.c.contact.in_(ids))):
        if row.property in slugs:
            found.setdefault(row.contact, {})[slugs[row.property]] = row.value
    return found


def _preferences(reading: Reading, wanted: Wanted) -> Export:
    return Export(_columns(PREFERENCE_FIELDS), _preference_pages(reading, wanted))


def _preference_pages(reading: Reading, wanted: Wanted) -> Pages:
    scopes = wanted.scopes
    for page in lists.pages(reading):
        rows: list[Told] = []
        for (key, address, stored_at), found in groupby(page, key=itemgetter(0, 1, 2)):
            held = Held(standing(row[3:]) for row in found)
            known = Known(bytes(key), address, stored_at=stored_at, held=held)
            rows += [
                _preference(wanted, known, place, what)
                for place, what in held.items()
                if scopes is None or place.scope in scopes
            ]
        yield rows


def _preference(wanted: Wanted, known: Known, place: Place, what: Standing) -> Told:
    return {
        **_whose(known),
        "scope": place.scope.kind.name,
        "scopeId": place.scope.id,
        "name": scope_name(wanted.catalog, place.scope.kind, place.scope.id),
        "cause": place.cause.name,
        "status": what.status.name,
        "until": moment(what.until),
        "since": moment(what.at),
        "number": what.number,
        "actor": what.actor.name,
        "via": what.via.name,
        "legalBasis": what.basis and what.basis.name,
        "basisEnds": moment(what.basis_ends),
        "use": wanted.use(known, wanted.about(place.scope)),
    }


def _ledger(reading: Reading, wanted: Wanted) -> Export:
    scopes = wanted.scopes
    place = tuple_(event.c.address_key, event.c.number)

    def page(
        connection: Connection, after: tuple[bytes, int] | None
    ) -> tuple[list[Told], tuple[bytes, int] | None]:
        beyond = () if after is None else (place > after,)
        asked = KEPT.where(*beyond).order_by(event.c.address_key, event.c.number).limit(PAGE)
        found = connection.execute(asked).all()
        known = known_each(connection, [bytes(row.address_key) for row in found])
        rows = [
            _event(wanted, known[bytes(row.address_key)], tuple(row))
            for row in found
            if scopes is None or Scope(ScopeKind(row.scope_kind), row.scope_id) in scopes
        ]
        last = (bytes(found[-1].address_key), found[-1].number) if len(found) == PAGE else None
        return rows, last

    evidence = [("evidence", name) for name in EVIDENCE]
    return Export((*_columns(LEDGER_FIELDS), *evidence), _paged(reading, page))


def _event(wanted: Wanted, known: Known, row: Sequence[Any]) -> Told:
    happened = Event(*row[:-3])
    scope = Scope(ScopeKind(happened.scope_kind), happened.scope_id)
    what = told(wanted.catalog, happened, evidence_of(*row[-3:]))
    return {**_whose(known), **what, "use": wanted.use(known, wanted.about(scope))}


def _suppressions(reading: Reading, wanted: Wanted) -> Export:
    if wanted.type is not None:
        of = lists.suppressed_for_type(wanted.type, wanted.catalog.policy, wanted.now)
    elif wanted.brand is not None:
        of = lists.suppressed_for_brand(wanted.brand.id, wanted.now)
    else:
        of = lists.suppressed_for_account()
    pages = (list(map(listed, page)) for page in lists.walk(reading, b"", of))
    return Export(LISTED, pages)


def listed(one: Listed) -> Told:
    """An address of a list of suppressions or subscribers."""
    return {
        "email": one.address,
        "addressKey": one.key.hex(),
        "reason": one.reason.name,
        "until": moment(one.until),
        "exceptedBrands": list(one.brands),
        "use": "" if one.reason is Reason.SUBSCRIBED else SUPPRESSION_ONLY,
    }


def _paged(
    reading: Reading,
    page: Callable[[Connection, Mark | None], tuple[list[Told], Mark | None]],
) -> Pages:
    """Every page; `page` answers its rows, and after what the next one begins, if there is one."""
    after: Mark | None = None
    while True:
        with reading() as connection:
            rows, after = page(connection, after)
        yield rows
        if after is None:
            return


def _whose(known: Known) -> Told:
    return {"email": known.address, "addressKey": known.key.hex()}


def _columns(names: str) -> list[Column]:
    return [(name,) for name in names.split()]


LISTED = _columns("email addressKey reason until exceptedBrands use")
NAMES = {what: what.value for what in What} | {What.SUPPRESSIONS: "suppressions-SUPPRESSION-ONLY"}
"""What files are called, so that nobody takes one for a list to mail (R-61)."""
EXPORTS: Mapping[What, Callable[[Reading, Wanted], Export]] = {
    What.CONTACTS: _contacts,
    What.PREFERENCES: _preferences,
    What.LEDGER: _ledger,
    What.SUPPRESSIONS: _suppressions,
}
