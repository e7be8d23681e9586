"""The cast that every test knows, in memory (`WORLD`) and in a database (`settled`).

Fernway sells books by mail and holds workshops: two brands of one account.

- fernway sends `novels` and `offers` (public), `circle` (private), `letter` (asks for confirmation
  by mail) and `receipts` (transactional);
- workshops sends `evenings` (public).

Ana is the recipient whose stories are told. Ben is another one. Of Cleo only the address key is
known. Dora works at Fernway and uses the admin pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection

from app.domain.address import AddressKeys, fingerprint
from app.domain.catalog import Brand, Catalog, Look, Policy, SubscriptionType, Texts
from app.domain.changes import By, Change, Hand
from app.domain.standing import Held, Place, Standing
from app.domain.words import DAY, Actor, Instant, Status, Via
from app.services import catalog
from app.services.catalog import NewAccount, NewBrand, NewType
from app.services.preferences import Instruction, Outcome, always, apply
from app.store import catalog as stored
from app.store.doors import Database

ADDRESS_SECRET = b"an address secret for tests only"
NOW: Instant = 1_780_315_200_000  # 2026-06-01T12:00Z
YESTERDAY, TOMORROW = NOW - DAY, NOW + DAY
DORA = "user:dora"

ACTORS = {
    Hand.CONTACT: Actor.CONTACT,
    Hand.USER: Actor.USER,
    Hand.API: Actor.API,
    Hand.USER_BULK: Actor.USER,
    Hand.API_BATCH: Actor.API,
    Hand.API_V3: Actor.API,
    Hand.AUTOMATIC: Actor.IMPORT,
}
ROUTES = {
    Actor.CONTACT: Via.PREFERENCE_PAGE,
    Actor.USER: Via.ADMIN,
    Actor.API: Via.API,
    Actor.WORKFLOW: Via.WORKFLOW,
    Actor.IMPORT: Via.IMPORT,
    Actor.COMPLAINT: Via.ARF,
    Actor.BOUNCE: Via.PROVIDER_EVENT,
}
OTHERS = [actor for actor in Actor if actor is not Actor.CONTACT]

_keys = AddressKeys(ADDRESS_SECRET)


class Person(NamedTuple):
    """Somebody with a mailbox."""

    name: str
    address: str

    @property
    def key(self) -> bytes:
        """The key everything about the mailbox is bound to."""
        return _keys(self.address)


ANA = Person("Ana", "ana@example.com")
BEN = Person("Ben", "ben@example.org")
CLEO = Person("Cleo", "cleo@example.net")


class _Type(NamedTuple):
    brand: str
    slug: str
    special: Mapping[str, bool]


TYPES = (
    _Type("fernway", "novels", {}),
    _Type("fernway", "offers", {}),
    _Type("fernway", "circle", {"public": False}),
    _Type("fernway", "letter", {"confirms": True}),
    _Type("fernway", "receipts", {"transactional": True}),
    _Type("workshops", "evenings", {}),
)
NAMES = {"fernway": "Fernway", "workshops": "Fernway Workshops"}


@dataclass(frozen=True, slots=True)
class World:
    """The account as it stands, each part by its name."""

    catalog: Catalog

    def brand(self, slug: str) -> Brand:
        """The brand called so."""
        return next(b for b in self.catalog.brands.values() if b.slug == slug)

    def type(self, slug: str) -> SubscriptionType:
        """The type called so."""
        return next(t for t in self.catalog.types.values() if t.slug == slug)

    @property
    def fernway(self) -> Brand:
        """The brand that sells books."""
        return self.brand("fernway")

    @property
    def workshops(self) -> Brand:
        """The brand that holds workshops."""
        return self.brand("workshops")

    @property
    def novels(self) -> SubscriptionType:
        """A public type of fernway."""
        return self.type("novels")

    @property
    def offers(self) -> SubscriptionType:
        """Another public type of fernway."""
        return self.type("offers")

    @property
    def circle(self) -> SubscriptionType:
        """A private type of fernway."""
        return self.type("circle")

    @property
    def letter(self) -> SubscriptionType:
        """A public type of fernway that asks for confirmation by mail."""
        return self.type("letter")

    @property
    def receipts(self) -> SubscriptionType:
        """The transactional type of fernway."""
        return self.type("receipts")

    @property
    def evenings(self) -> SubscriptionType:
        """The public type of workshops."""
        return self.type("evenings")


def _imagined() -> World:
    """The world without a database: brands 1 and 2, types from 11 on."""
    ids = {"fernway": 1, "workshops": 2}
    types = [
        _imagined_type(id_, ids[made.brand], made, id_ - 10) for id_, made in enumerate(TYPES, 11)
    ]
    brands = [_imagined_brand(ids[slug], slug, types) for slug in ids]
    return World(
        Catalog(
            version=1,
            name="Fernway",
            language="en",
            default_brand=1,
            policy=Policy(),
            texts_version=1,
            fallback_form=True,
            brands={b.id: b for b in brands},
            types={t.id: t for t in types},
        )
    )


def _imagined_type(id_: int, brand: int, made: _Type, position: int) -> SubscriptionType:
    usual = {"transactional": False, "public": True, "confirms": False}
    return SubscriptionType(
        id=id_,
        brand=brand,
        slug=made.slug,
        archived=False,
        position=position,
        texts=Texts(id_, {"en": {"name": made.slug.capitalize()}}),
        **{**usual, **made.special},
    )


def _imagined_brand(id_: int, slug: str, types: Sequence[SubscriptionType]) -> Brand:
    return Brand(
        id=id_,
        slug=slug,
        name=NAMES[slug],
        archived=False,
        language="en",
        sender="",
        postal_address="",
        contact="",
        look=Look(),
        texts=Texts(id_, {}),
        types=tuple(t for t in types if t.brand == id_),
    )


WORLD = _imagined()
FERNWAY, WORKSHOPS = WORLD.fernway, WORLD.workshops
NOVELS, OFFERS, CIRCLE, LETTER = WORLD.novels, WORLD.offers, WORLD.circle, WORLD.letter
RECEIPTS, EVENINGS = WORLD.receipts, WORLD.evenings


def settled(database: Database, *, data_privacy: bool = False, now: Instant = YESTERDAY) -> World:
    """Make the same world in an empty database. Its ids are random: ask the answer for them."""
    database.write(_settle, data_privacy, now)
    return seen(database)


def seen(database: Database) -> World:
    """The world as the database holds it now."""
    with database.reading() as connection:
        return World(stored.read(connection, fingerprint(ADDRESS_SECRET)))


def _settle(connection: Connection, data_privacy: bool, now: Instant) -> None:
    account = NewAccount(
        fingerprint(ADDRESS_SECRET), data_privacy=data_privacy, privacy_decided=True
    )
    fernway, workshops = (NewBrand(slug, name) for slug, name in NAMES.items())
    ids = {
        "fernway": catalog.set_up(connection, account, fernway, now),
        "workshops": catalog.add_brand(connection, workshops, now),
    }
    for made in TYPES:
        texts = {"en": {"name": made.slug.capitalize()}}
        new = NewType(ids[made.brand], made.slug, texts, **made.special)
        catalog.add_type(connection, new, now)


def by(hand: Hand = Hand.CONTACT, at: Instant = NOW, **more: Any) -> By:
    """Who makes a change: the usual actor and route of `hand`, unless `more` says otherwise."""
    actor = more.pop("actor", ACTORS[hand])
    return By(actor=actor, via=more.pop("via", ROUTES[actor]), hand=hand, at=at, **more)


def yes(actor: Actor = Actor.CONTACT, at: Instant = YESTERDAY, **more: Any) -> Standing:
    """A SUBSCRIBED that `actor` made."""
    return _standing(Status.SUBSCRIBED, actor, at, more)


def no(actor: Actor = Actor.CONTACT, at: Instant = YESTERDAY, **more: Any) -> Standing:
    """An UNSUBSCRIBED that `actor` made."""
    return _standing(Status.UNSUBSCRIBED, actor, at, more)


def lasting(end: Instant, at: Instant = YESTERDAY) -> Standing:
    """A pause or an open request that lasts to `end`."""
    return _standing(Status.NOT_SPECIFIED, Actor.CONTACT, at, {"until": end})


def _standing(status: Status, actor: Actor, at: Instant, more: Mapping[str, Any]) -> Standing:
    usual = Standing(status, actor, ROUTES[actor], at, number=1)
    return usual._replace(**more)


def holding(*stands: tuple[Place, Standing]) -> Held:
    """What stands for an address, place by place."""
    return Held(stands)


def private(type_: SubscriptionType) -> SubscriptionType:
    """The same type, were it private."""
    return replace(type_, public=False)


def archived(type_: SubscriptionType) -> SubscriptionType:
    """The same type, were it archived."""
    return replace(type_, archived=True)


def confirming(type_: SubscriptionType) -> SubscriptionType:
    """The same type, did it ask for confirmation by mail."""
    return replace(type_, confirms=True)


def instruction(
    person: Person, *changes: Change, by_: By | None = None, **more: Any
) -> Instruction:
    """What `person` (or, by `by_`, somebody else) wants changed for the person's address."""
    return Instruction(person.key, by_ or by(), always(*changes), **more)


def say(
    database: Database, person: Person, *changes: Change, by_: By | None = None, **more: Any
) -> Outcome:
    """Have the changes written; what became of them."""
    return database.write(apply, instruction(person, *changes, by_=by_, **more))
