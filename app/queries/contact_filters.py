"""What contacts are filtered by: how each filter holds, and how its contacts are found first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    not_,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.sql.util import ClauseAdapter

from app.domain.address import unwrapped
from app.domain.catalog import Catalog
from app.domain.contacts import Source, first_id, folded
from app.domain.words import Actor, Cause, Instant, ScopeKind, Status
from app.store.tables import contact, contact_search, email_address, preference

CONTACTS: Select[Any] = select(
    contact.c.id, contact.c.words, contact.c.address_key, contact.c.source
)
"""What an index in the order of addresses has of each contact."""
Question = Select[Any] | CompoundSelect[Any]
MOST_TERMS = 6
TRIGRAM, SOUGHT = 3, 3
FREQUENT = ".@eaionrtlsudhmcgpbkvywfzjxq0123456789"
"""What addresses and names are made of, what they have most of first."""


class Out(StrEnum):
    """By whom, or by what, an address is opted out of everything."""

    ANYBODY = "anybody"
    NOBODY = "nobody"
    CONTACT = "contact"
    USER = "user"
    API = "api"
    WORKFLOW = "workflow"
    IMPORT = "import"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which contacts are wanted; each filter that is set must hold.

    `text`: parts of address or name, without case and accents; of `Name <address>` the
    address. `brand`: something was chosen for it. `out`: an opt-out of everything, of the brand's
    where one is set. Created from `since` to before `until`.
    """

    text: str = ""
    type: int | None = None
    status: Status | None = None
    out: Out | None = None
    since: Instant | None = None
    until: Instant | None = None
    source: Source | None = None
    brand: int | None = None
    language: str | None = None

    @property
    def terms(self) -> list[str]:
        """The parts, folded as what they are looked for in."""
        return folded(unwrapped(self.text)).split()[:MOST_TERMS]

    def to_json(self) -> dict[str, Any]:
        """As a run keeps them."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Filters:
        """What a run kept."""
        read = {"status": Status, "out": Out, "source": Source}
        return cls(**{name: read.get(name, lambda v: v)(value) for name, value in kept.items()})


class Condition(NamedTuple):
    """One filter. `found`: a question for exactly its contacts by an index of its own, where it has
    one; `keys`: for the keys of its addresses, where these are found first. `by_id`: whether an
    index in the order of creation carries it. `at_once`: whether its own index gives nothing before
    it has all."""

    holds: ColumnElement[bool]
    found: Select[Any] | None = None
    keys: Question | None = None
    by_id: bool = False
    at_once: bool = False


def conditions(filters: Filters, catalog: Catalog, dialect: str) -> list[Condition]:
    """Those that are set."""
    return [*_own(filters, dialect), *_chosen(filters, catalog)]


def _own(filters: Filters, dialect: str) -> Iterator[Condition]:
    """What the contact itself, or its address, says."""
    if terms := filters.terms:
        holds = and_(*(contact.c.words.contains(term, autoescape=True) for term in terms))
        searched = _searched(terms, holds, dialect)
        yield Condition(holds, searched, at_once=dialect == "postgresql")
    if filters.since is not None or filters.until is not None:
        first, end = filters.since, filters.until
        holds = and_(
            contact.c.id >= first_id(first or 0),
            *(() if end is None else (contact.c.id < first_id(end),)),
        )
        yield Condition(holds, CONTACTS.where(holds), by_id=True)
    if filters.source is not None:
        holds = contact.c.source == filters.source
        yield Condition(holds, CONTACTS.where(holds), by_id=True)
    if filters.language is not None:
        speaks = email_address.c.language == filters.language
        keys = select(email_address.c.key).where(speaks)
        same = email_address.c.key == contact.c.address_key
        yield Condition(exists().where(same, speaks), with_keys(keys), keys)


def _searched(terms: list[str], holds: ColumnElement[bool], dialect: str) -> Select[Any] | None:
    """By a few trigrams of each term. A term too short to have one is only looked for along the
    way."""
    grams = [*dict.fromkeys(gram for term in terms for gram in _rarest(term))]
    if not grams:
        return None
    if dialect == "postgresql":
        having = [contact.c.words.contains(gram, autoescape=True) for gram in grams]
        # Of `words + ""` PostgreSQL has no index that it might go along as well.
        whole = [(contact.c.words + "").contains(term, autoescape=True) for term in terms]
        return CONTACTS.where(*having, *whole)
    quoted = (gram.replace('"', '""') for gram in grams)
    wanted = " AND ".join(f'"{gram}"' for gram in quoted)
    return CONTACTS.join(contact_search, contact_search.c.rowid == contact.c.id).where(
        text("contact_search MATCH :wanted").bindparams(wanted=wanted), holds
    )


def _rarest(term: str) -> list[str]:
    """Those of its trigrams that few others are likely to have. The longest lists of contacts cost
    most to go along, and leave out least."""
    grams = dict.fromkeys(term[at : at + TRIGRAM] for at in range(len(term) - TRIGRAM + 1))
    return sorted(grams, key=_rarity, reverse=True)[:SOUGHT]


def _rarity(gram: str) -> int:
    """A character that is not among the frequent ones counts most."""
    return sum(FREQUENT.find(character) % 99 for character in gram)


def _chosen(filters: Filters, catalog: Catalog) -> Iterator[Condition]:
    """What stands for its address."""
    if filters.type is not None and filters.status is not None:
        of_type = _at(ScopeKind.TYPE, [filters.type])
        if filters.status is Status.NOT_SPECIFIED:
            yield Condition(not_(_stands(of_type)))
        else:
            yield _standing(and_(of_type, preference.c.status == int(filters.status)))
    if filters.brand is not None:
        types = [type_.id for type_ in catalog.types.values() if type_.brand == filters.brand]
        yield _standing(_at(ScopeKind.BRAND, [filters.brand]), _at(ScopeKind.TYPE, types))
    if filters.out is not None:
        brands = [*catalog.brands] if filters.brand is None else [filters.brand]
        out = [*_opted_out(filters.out, brands)]
        nobody = filters.out is Out.NOBODY
        yield Condition(not_(_stands(*out))) if nobody else _standing(*out)


def _at(kind: ScopeKind, ids: list[int], *causes: Cause) -> ColumnElement[bool]:
    return and_(
        preference.c.scope_kind == int(kind),
        preference.c.scope_id.in_(ids),
        preference.c.cause.in_([int(cause) for cause in causes or (Cause.CHOICE,)]),
    )


def _opted_out(by: Out, brands: list[int]) -> Iterator[ColumnElement[bool]]:
    out = preference.c.status == int(Status.UNSUBSCRIBED)
    if by in (Out.BOUNCE, Out.COMPLAINT):
        yield and_(_at(ScopeKind.ACCOUNT, [0], Cause[by.name]), out)
        return
    causes = [Cause.CHOICE]
    if by in (Out.ANYBODY, Out.NOBODY):
        causes += [Cause.BOUNCE, Cause.COMPLAINT]
    else:
        out = and_(out, preference.c.actor == int(Actor[by.name]))
    yield and_(_at(ScopeKind.ACCOUNT, [0], *causes), out)
    yield and_(_at(ScopeKind.BRAND, brands), out)


def _standing(*where: ColumnElement[bool]) -> Condition:
    """One of these stands. Each is asked for by itself: PostgreSQL would read whole tables to join
    what two parts of an index say."""
    keys = union_all(*(select(preference.c.address_key).where(one) for one in where))
    return Condition(_stands(*where), with_keys(keys), keys)


def _stands(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Looked up for each contact, by its key: all that stands, of which one is asked for. Without
    the offset PostgreSQL, which believes that few are opted out, would read all of those for each
    contact that it looks at."""
    same = preference.c.address_key == contact.c.address_key
    its = select(preference).where(same).correlate(contact).offset(0).subquery("its")
    return select(its.c.address_key).where(or_(*map(ClauseAdapter(its).traverse, where))).exists()


def with_keys(keys: Question) -> Select[Any]:
    """The contacts with these keys."""
    return CONTACTS.where(contact.c.address_key.in_(keys))


def among_keys(keys: Question) -> ColumnElement[bool]:
    """It has one of these keys, which are read once, and not looked up for each contact. What `is
    true` PostgreSQL does not join, which it would do as if there were one key."""
    return contact.c.address_key.in_(keys).is_(true())
