"""What an unsubscribe link opts out of (rules.md, 5)."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.changes import Unsubscribe
from app.domain.standing import Held, Place, Standing
from app.domain.words import ACCOUNT, Cause, Scope, ScopeKind


@dataclass(frozen=True, slots=True)
class Leaving:
    """The scopes opted out of, the one the page names last, and whose look the page wears.

    `type` is the marketing type it is about; `must_send` the transactional one whose link it is.
    """

    brand: Brand
    scopes: tuple[Scope, ...]
    type: SubscriptionType | None = None
    must_send: SubscriptionType | None = None

    @property
    def scope(self) -> Scope:
        """The scope that the page names."""
        return self.scopes[-1]

    @property
    def changes(self) -> tuple[Unsubscribe, ...]:
        """The opt-outs to make."""
        return tuple(Unsubscribe(scope, self.type) for scope in self.scopes)

    def standing(self, held: Held) -> Standing | None:
        """The opt-out that already stands for what the page names."""
        place = Place(self.scope, Cause.CHOICE)
        return held[place] if held.opted_out(place) else None


def leaving(catalog: Catalog, scope: Scope) -> Leaving:
    """What a link for `scope` opts out of.

    A transactional type's link opts out of its brand. One for a type or brand that nobody knows
    opts out under that id and of the account.
    """
    if scope.kind is ScopeKind.TYPE:
        return _leaving_type(catalog, scope)
    if scope.kind is ScopeKind.BRAND and scope.id in catalog.brands:
        return Leaving(catalog.brands[scope.id], (scope,))
    default = catalog.brand_or_default(0)
    return Leaving(default, (scope,) if scope == ACCOUNT else (scope, ACCOUNT))


def _leaving_type(catalog: Catalog, scope: Scope) -> Leaving:
    type_ = catalog.types.get(scope.id)
    if type_ is None:
        return Leaving(catalog.brand_or_default(0), (scope, ACCOUNT))
    brand = catalog.brands[type_.brand]
    if type_.transactional:
        return Leaving(brand, (Scope.brand(brand.id),), must_send=type_)
    return Leaving(brand, (scope,), type=type_)
