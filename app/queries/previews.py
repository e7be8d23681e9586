"""The preference page as it would be with a brand or type that is not saved yet."""

from __future__ import annotations

from dataclasses import replace

from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.standing import Held, Standing, of_type
from app.domain.words import Actor, Instant, Status, Via
from app.queries.recipient import Page, page_of
from app.store.addresses import Known

SOMEBODY = "somebody@example.com"


def preview(catalog: Catalog, brand: Brand, now: Instant) -> Page:
    """What an invented address would see of this brand."""
    return _page(catalog, brand, Held(), now)


def preview_with(catalog: Catalog, brand: Brand, type_: SubscriptionType, now: Instant) -> Page:
    """The same with this type among the brand's, or for it where it is there already. A private
    one is shown as those see it who are subscribed."""
    others = [type_ if t.id == type_.id else t for t in brand.types]
    types = others if type_ in others else [*others, type_]
    held = Held()
    if not type_.public:
        yes = Standing(Status.SUBSCRIBED, Actor.CONTACT, Via.PREFERENCE_PAGE, now, 1)
        held[of_type(type_.id)] = yes
    return _page(catalog, replace(brand, types=tuple(types)), held, now)


def _page(catalog: Catalog, brand: Brand, held: Held, now: Instant) -> Page:
    shown = replace(catalog, brands={**catalog.brands, brand.id: brand})
    somebody = Known(bytes(16), address=SOMEBODY, held=held)
    return page_of(shown, brand, somebody, None, now, example=True)
