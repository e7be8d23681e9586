"""What the recipients' pages show: one statement, whatever the number of types."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select

from app.domain.address import masked
from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.confirming import open_types
from app.domain.leaving import Leaving, leaving
from app.domain.ledger import Event, mark, of_record
from app.domain.own_move import moved_away
from app.domain.page import Box, boxes, transactional
from app.domain.undo import UNDO_LASTS, Made, Offer, undoable
from app.domain.words import Instant, Reason, Scope
from app.store.addresses import Known, known_with_version
from app.store.catalog import CatalogCache
from app.store.prepared import Prepared
from app.store.tables import event, sign_up


@dataclass(frozen=True, slots=True)
class Page:
    """What one address is shown for one brand."""

    catalog: Catalog
    brand: Brand
    known: Known
    boxes: tuple[Box, ...]
    still: tuple[SubscriptionType, ...]
    covered: Reason | None
    paused_until: Instant | None
    masked: str | None
    """The address as a stranger may see it; None where its text is not known."""
    moved_at: Instant | None = None
    """When the person moved to another address."""
    example: bool = False

    @property
    def other_brands(self) -> bool:
        """Whether "everything" may mean this brand or every one."""
        return any(b.id != self.brand.id for b in self.catalog.active_brands)

    @property
    def received(self) -> tuple[SubscriptionType, ...]:
        """The types that come, a pause aside."""
        return tuple(box.type for box in self.boxes if box.ticked)


def preference_page(
    connection: Connection,
    catalogs: CatalogCache,
    key: bytes,
    brand: int,
    first: int | None,
    now: Instant,
) -> Page:
    """The page a preferences link opens. `first`: the type that ?type= puts first."""
    version, known = known_with_version(connection, key)
    catalog = catalogs.current(connection, version)
    return page_of(catalog, catalog.brand_or_default(brand), known, first, now)


def example_page(connection: Connection, catalogs: CatalogCache, brand: int, now: Instant) -> Page:
    """An invented address that chose nothing, for the previews of mails."""
    catalog = catalogs.current(connection)
    invented = Known(bytes(16), address="somebody@example.com")
    return page_of(catalog, catalog.brand_or_default(brand), invented, None, now, example=True)


def unsubscribe_page(
    connection: Connection, catalogs: CatalogCache, key: bytes, scope: Scope, now: Instant
) -> tuple[Leaving, Page]:
    """The page an unsubscribe link for `scope` opens."""
    version, known = known_with_version(connection, key)
    left = leaving(catalogs.current(connection, version), scope)
    return left, page_of(catalogs.current(connection, version), left.brand, known, None, now)


def page_of(
    catalog: Catalog,
    brand: Brand,
    known: Known,
    first: int | None,
    now: Instant,
    *,
    example: bool = False,
) -> Page:
    """What is shown, given what is known of the address."""
    held, policy = known.held, catalog.policy
    shown = boxes(brand, held, known.stored_at, policy, now)
    if first is not None:
        shown.sort(key=lambda box: box.type.id != first)
    return Page(
        catalog,
        brand,
        known,
        tuple(shown),
        transactional(brand),
        held.covered(brand.id),
        held.paused_until(brand.id, now),
        masked(known.address) if known.address else None,
        moved_away(held, known.address),
        example,
    )


def of_nobody(page: Page, number: int, masked_address: str) -> Page:
    """The page without its person: another event number, another address where one is known."""
    nobody = Known(b"", number=number)
    return replace(page, known=nobody, masked=None if page.masked is None else masked_address)


EVENTS_SINCE = Prepared(
    select(event)
    .where(event.c.address_key == bindparam("key"), event.c.number >= bindparam("number"))
    .order_by(event.c.number)
)


TYPED = Prepared(
    select(sign_up.c.address).where(
        sign_up.c.address_key == bindparam("key"), sign_up.c.record == bindparam("number")
    )
)


def confirmation_page(
    connection: Connection,
    catalogs: CatalogCache,
    key: bytes,
    brand: int,
    record: int,
    now: Instant,
    mark_: str = "",
) -> tuple[list[SubscriptionType], Page]:
    """The types that a confirmation link still can confirm, and the page they belong to: for the
    address that was typed where none is stored. A link without a mark is older than they are."""
    page = preference_page(connection, catalogs, key, brand, None, now)
    if page.masked is None and (typed := TYPED(connection, key=key, number=record)):
        page = replace(page, masked=masked(typed[0][0]))
    events = [Event(*row) for row in EVENTS_SINCE(connection, key=key, number=record)]
    own = of_record(events, record, mark_)
    return open_types(page.catalog, page.known.held, own, now), page


EVENT = Prepared(
    select(event).where(
        event.c.address_key == bindparam("key"), event.c.number == bindparam("number")
    )
)


def mark_of(connection: Connection, key: bytes, number: int) -> str:
    """The mark of event `number`."""
    return mark(Event(*EVENT(connection, key=key, number=number)[0]).hash)


def undoable_record(
    connection: Connection, key: bytes, number: int, link: Made, now: Instant
) -> Offer | None:
    """The record of event `number`, where `link` may undo it now, or None."""
    rows = EVENT(connection, key=key, number=number)
    if not rows or not undoable(made := Event(*rows[0]), link, now):
        return None
    return Offer(made.record, mark(made.hash), made.at + UNDO_LASTS)
