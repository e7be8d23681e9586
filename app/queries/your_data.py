"""What is kept about one address, as the person it belongs to sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.event_words import Did, what
from app.domain.ledger import Event
from app.domain.page import listed
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Held, Standing, of_brand, of_type
from app.domain.words import Instant, ScopeKind, Status
from app.queries.history import Happened, Search, page
from app.store.addresses import Known, known, known_with_version
from app.store.catalog import CatalogCache
from app.store.tables import rights_request, text_version


@dataclass(frozen=True, slots=True)
class Fact:
    """One type: whether it may be mailed now, and what was chosen, if anything was."""

    type: SubscriptionType
    decision: Decision
    chosen: Standing | None


@dataclass(frozen=True, slots=True)
class OfBrand:
    """A brand's types, and its opt-out or exception where one stands."""

    brand: Brand
    facts: Sequence[Fact]
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Line:
    """What one record did alike to some scopes: their types, or a brand, or neither."""

    did: Did
    types: Sequence[SubscriptionType]
    brand: Brand | None
    until: Instant | None


@dataclass(frozen=True, slots=True)
class Record:
    """One request: who, how and when, what it changed, and what is kept to show for it."""

    first: Event
    lines: Sequence[Line]
    evidence: Mapping[str, str]
    read: Sequence[str]
    """The names of the types as they were read then."""


@dataclass(frozen=True, slots=True)
class YourData:
    """All of it. `older`: the event number before which the history goes on."""

    catalog: Catalog
    brand: Brand
    known: Known
    brands: Sequence[OfBrand]
    everything: Standing | None
    bounce: Standing | None
    complaint: Standing | None
    records: Sequence[Record]
    older: int | None
    spent: bool
    """Whether the link has acted: it acts once."""


def of(
    connection: Connection,
    catalogs: CatalogCache,
    key: bytes,
    brand: int,
    link: bytes,
    now: Instant,
    before: int | None = None,
) -> YourData:
    """What is kept about `key`. `link`: the digest of the access link it is asked by."""
    version, known = known_with_version(connection, key)
    catalog = catalogs.current(connection, version)
    happened, older = page(connection, key, Search(before=before))
    acted = select(rights_request.c.id).where(rights_request.c.link == link)
    return YourData(
        catalog,
        catalog.brand_or_default(brand),
        known,
        of_brands(catalog, known, now),
        known.held.get(ALL),
        known.held.get(BOUNCE),
        known.held.get(COMPLAINT),
        list(records(catalog, happened, _texts(connection, happened))),
        older,
        connection.scalar(acted) is not None,
    )


def remembered(connection: Connection, key: bytes) -> bool:
    """Whether anything ever happened to `key`."""
    return known(connection, key).number > 0


def of_brands(catalog: Catalog, known: Known, now: Instant) -> list[OfBrand]:
    """What stands now, brand by brand."""
    found = []
    for brand in catalog.active_brands:
        facts = [_fact(catalog, type_, known, now) for type_ in listed(brand, known.held)]
        found.append(OfBrand(brand, facts, known.held.get(of_brand(brand.id))))
    return [each for each in found if each.facts or each.standing]


def _fact(catalog: Catalog, type_: SubscriptionType, known: Known, now: Instant) -> Fact:
    held: Held = known.held
    decision = decide(type_, held, known.stored_at, catalog.policy, now)
    return Fact(type_, decision, held.get(of_type(type_.id)))


def records(
    catalog: Catalog, happened: Iterable[Happened], texts: Mapping[int, Any]
) -> Iterable[Record]:
    """The events, newest first, gathered into the records they belong to."""
    for _, group in groupby(happened, key=lambda each: each.event.record):
        events = list(group)[::-1]
        first, kept = events[0].event, events[0].evidence or {}
        yield Record(first, list(_lines(catalog, events)), kept, _read(events, texts))


def _lines(catalog: Catalog, events: Sequence[Happened]) -> Iterable[Line]:
    def alike(each: Happened) -> tuple[str, int, int]:
        one = each.event
        brand = one.scope_id if one.scope_kind == ScopeKind.BRAND else 0
        return what(one, each.ended_exception).value, brand, one.until or 0

    for _, group in groupby(sorted(events, key=alike), key=alike):
        same = list(group)
        one, types = same[0].event, catalog.types
        of_types = [e.event.scope_id for e in same if e.event.scope_kind == ScopeKind.TYPE]
        brand = catalog.brands.get(one.scope_id) if one.scope_kind == ScopeKind.BRAND else None
        did = what(one, same[0].ended_exception)
        yield Line(did, [types[id_] for id_ in of_types if id_ in types], brand, one.until)


def _read(events: Sequence[Happened], texts: Mapping[int, Any]) -> list[str]:
    """How the types that were subscribed were called where the person read it."""
    found = []
    for each in events:
        one = each.event
        asked = one.until is not None or one.status == Status.SUBSCRIBED
        if one.texts and one.texts in texts and asked and one.scope_kind == ScopeKind.TYPE:
            found.append(texts[one.texts].get(one.language or "", {}).get("name", ""))
    return [name for name in dict.fromkeys(found) if name]


def _texts(connection: Connection, happened: Sequence[Happened]) -> dict[int, Any]:
    versions = {each.event.texts for each in happened if each.event.texts}
    return texts_of(connection, versions)


def texts_of(connection: Connection, versions: set[int]) -> dict[int, Any]:
    """The words of these text versions, by language, in one statement."""
    if not versions:
        return {}
    wanted = select(text_version.c.id, text_version.c.content)
    rows = connection.execute(wanted.where(text_version.c.id.in_(versions)))
    return {row.id: row.content for row in rows}
