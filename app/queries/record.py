"""A contact's record: what stands for the address, type by type, who decided it, and what an admin
may do about it. A fixed number of statements, whatever the number of types and brands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from app.domain import offers
from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.ledger import Event, worded
from app.domain.limits import Limit
from app.domain.mail import Mailed, MailKind
from app.domain.mailbox import link_refused
from app.domain.offers import Offer
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Held, Place, Standing, of_brand, of_type
from app.domain.words import Instant, Reason
from app.queries import contacts
from app.queries.contacts import CONTACT, Contact
from app.queries.references import Called, called
from app.store.addresses import Known, known
from app.store.catalog import CatalogCache
from app.store.mail import latest
from app.store.tables import account, contact, event


@dataclass(frozen=True, slots=True)
class Person:
    """The contact whose record it is, the catalogue, and what is known of the address."""

    contact: Contact
    catalog: Catalog
    known: Known

    @property
    def id(self) -> int:
        """The contact's."""
        return self.contact.id

    @property
    def key(self) -> bytes:
        """What everything about the address is bound to."""
        return self.contact.key

    @property
    def called(self) -> str:
        """The name, or the address where none is known."""
        return self.contact.called

    @property
    def held(self) -> Held:
        """What stands for the address."""
        return self.known.held


class Stand(NamedTuple):
    """Something that stands, with the event that made it so."""

    standing: Standing
    event: Event


class Line(NamedTuple):
    """One type: what stands, and what may be done."""

    type: SubscriptionType
    stands: Stand | None
    offers: Sequence[Offer]
    awaits: bool


class Whole(NamedTuple):
    """All email of a brand or of every brand: the opt-out that stands, and what may be done."""

    stands: Stand | None
    offer: Offer


@dataclass(frozen=True, slots=True)
class Group:
    """A brand: all its email, the exception and the pause that stand, what covers its types, and
    these."""

    brand: Brand
    whole: Whole
    exception: Stand | None
    paused_until: Instant | None
    covered: Reason | None
    lines: Sequence[Line]


class Post(NamedTuple):
    """The last mail with the preferences link, and why none may be sent now."""

    mail: Mailed | None
    refused: Reason | Limit | None


@dataclass(frozen=True, slots=True)
class Record:
    """All that the Subscriptions tab shows. `last`: the address's last event."""

    person: Person
    whole: Whole
    suppressions: Sequence[Whole]
    groups: Sequence[Group]
    called: Called
    last: Event | None
    post: Post


def person(connection: Connection, catalogs: CatalogCache, id_: int) -> Person | None:
    """The contact, the catalogue, and what stands, in two statements."""
    if not 0 < id_ < 2**63:
        return None
    version = select(account.c.version).scalar_subquery().label("version")
    found = CONTACT.add_columns(version).where(contact.c.id == id_)
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    catalog = catalogs.current(connection, row.version)
    return Person(contacts.read(row), catalog, known(connection, bytes(row.address_key)))


def record(connection: Connection, person: Person, brand: int | None, now: Instant) -> Record:
    """The record, of all brands or of one, in three statements."""
    numbers = {s.number for s in person.held.values()} | {person.known.number}
    made = _events(connection, person.key, numbers)
    stands = {p: Stand(s, made[s.number]) for p, s in person.held.items()}
    policy = person.catalog.policy
    return Record(
        person,
        Whole(_out(stands, person.held, ALL), offers.for_account(person.held, policy, now)),
        list(_suppressions(person, stands, now)),
        [_group(person, b, stands, now) for b in _brands(person, brand)],
        called(connection, (e.reference for e in made.values())),
        made.get(person.known.number),
        post(connection, person, now),
    )


def post(connection: Connection, person: Person, now: Instant) -> Post:
    """What became of the preferences link, in one statement."""
    mails = latest(connection, person.key)
    last = next((m for m in mails if m.kind is MailKind.PREFERENCES_LINK), None)
    return Post(last, link_refused(person.known.address, person.held, mails, now))


def _events(connection: Connection, key: bytes, numbers: Iterable[int]) -> dict[int, Event]:
    asked = select(event).where(event.c.address_key == key, event.c.number.in_(sorted(numbers)))
    return {row.number: worded(Event(*row)) for row in connection.execute(asked)}


def _suppressions(person: Person, stands: dict[Place, Stand], now: Instant) -> Iterable[Whole]:
    held, policy = person.held, person.catalog.policy
    if held.opted_out(BOUNCE):
        yield Whole(stands[BOUNCE], offers.for_bounce(held, policy, now))
    if held.opted_out(COMPLAINT):
        yield Whole(stands[COMPLAINT], offers.for_complaint(held, policy, now))


def _brands(person: Person, chosen: int | None) -> Iterable[Brand]:
    """Those that send, and those archived of which something stands."""
    for brand in person.catalog.brands.values():
        if chosen in (None, brand.id) and (not brand.archived or _shown(brand, person.held)):
            yield brand


def _group(person: Person, brand: Brand, stands: dict[Place, Stand], now: Instant) -> Group:
    held, policy, place = person.held, person.catalog.policy, of_brand(brand.id)
    return Group(
        brand,
        Whole(_out(stands, held, place), offers.for_brand(brand.id, held, policy, now)),
        stands[place] if held.excepts(brand.id) else None,
        held.paused_until(brand.id, now),
        held.covered(brand.id),
        [_line(person, type_, stands, now) for type_ in _types(brand, held)],
    )


def _types(brand: Brand, held: Held) -> Iterable[SubscriptionType]:
    return (t for t in brand.types if not t.archived or of_type(t.id) in held)


def _shown(brand: Brand, held: Held) -> bool:
    return of_brand(brand.id) in held or any(_types(brand, held))


def _line(
    person: Person, type_: SubscriptionType, stands: dict[Place, Stand], now: Instant
) -> Line:
    return Line(
        type_,
        stands.get(of_type(type_.id)),
        offers.for_type(type_, person.held, person.catalog.policy, now),
        person.held.awaits(type_.id, now),
    )


def _out(stands: dict[Place, Stand], held: Held, place: Place) -> Stand | None:
    return stands[place] if held.opted_out(place) else None
