"""Who calls: the key in the header Authorization, what it may do, and how often (issue 4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import g, request
from limits import RateLimitItemPerSecond

from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.deeds import Doer
from app.domain.keys import ApiKey, KeyScope
from app.domain.words import MINUTE, Instant
from app.queries.keys import presented
from app.store.catalog import Missing
from app.web.api.problems import Fault, Problem
from app.web.current import site
from app.web.recipient.opening import network

log = logging.getLogger(__name__)
WINDOW_SECONDS = 10
USED_EVERY = MINUTE
"""How exactly it is known when a key was last used."""
_noted: dict[int, Instant] = {}


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that works, and the catalogue as far as it may be seen."""

    key: ApiKey
    catalog: Catalog
    now: Instant

    @property
    def doer(self) -> Doer:
        """Who it is, as the audit trail knows it."""
        return Doer(None, self.now, self.key)

    def brands(self) -> list[Brand]:
        """The brands it reaches, in their order."""
        return [b for b in self.catalog.brands.values() if self.key.reaches(b.id)]

    def types(self) -> list[SubscriptionType]:
        """The types it reaches, archived ones too, in their order."""
        return [t for t in self.catalog.types.values() if self.key.reaches(t.brand)]

    def brand(self, id_: int, where: str = "/brand") -> Brand:
        """The brand with this id. Raises Problem."""
        found = self.catalog.brands.get(id_)
        if found is None:
            raise Problem("malformed", faults=[Fault(where, f"There is no brand {id_}")])
        if not self.key.reaches(id_):
            raise Problem("brand")
        return found

    def type(self, id_: int, where: str = "/type") -> SubscriptionType:
        """The type with this id. Raises Problem."""
        found = self.catalog.types.get(id_)
        if found is None:
            raise Problem("malformed", faults=[Fault(where, f"There is no type {id_}")])
        if not self.key.reaches(found.brand):
            raise Problem("brand")
        return found

    def whole_account(self) -> None:
        """Raises Problem where the key is restricted to brands."""
        if self.key.brands is not None:
            raise Problem("brand", "This concerns the whole account.")


def identify(scope: KeyScope | None) -> Caller:
    """Whoever calls, where the key may do this. Raises Problem. Counts the call."""
    here, now = site(), site().now()
    secret = _presented()
    with here.database.reading() as connection:
        version, key = presented(connection, secret)
        if version is None:
            raise Missing
        catalog = here.catalogs.current(connection, version)
    if key is None or not key.works(now):
        log.warning("A call with a key that does not work, from %s", network())
        raise Problem("bad-key", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    _count(key)
    _note_use(key, now)
    if scope is not None and not key.may(scope):
        log.warning("Key %s was refused: it lacks the scope %s", key.id, scope)
        raise Problem("scope", f"It lacks the scope {scope}.", requiredScope=scope.value)
    return Caller(key, catalog, now)


def _presented() -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if "hapikey" in request.args or kind.lower() != "bearer" or not secret.strip():
        raise Problem("no-key", headers={"WWW-Authenticate": "Bearer"})
    return secret.strip()


def _count(key: ApiKey) -> None:
    """Spend one call of the window, and keep what is left for the headers."""
    amount = site().settings.api_calls
    if not amount:
        return
    limit = RateLimitItemPerSecond(amount, WINDOW_SECONDS)
    left, seconds = site().counts.spend(limit, "api", key.reference)
    g.quota = (amount, max(left, 0), seconds)
    if left < 0:
        raise Problem("too-many", headers={"Retry-After": str(max(seconds, 1))})


def quota_headers() -> dict[str, str]:
    """What is left of the key's calls, as the RateLimit fields say it; HubSpot's clients read
    theirs."""
    if "quota" not in g:
        return {}
    amount, left, seconds = g.quota
    return {
        "RateLimit-Policy": f'"key";q={amount};w={WINDOW_SECONDS}',
        "RateLimit": f'"key";r={left};t={seconds}',
        "X-HubSpot-RateLimit-Max": str(amount),
        "X-HubSpot-RateLimit-Remaining": str(left),
        "X-HubSpot-RateLimit-Interval-Milliseconds": str(WINDOW_SECONDS * 1000),
    }


def _note_use(key: ApiKey, now: Instant) -> None:
    if now - _noted.get(key.id, 0) >= USED_EVERY:
        _noted[key.id] = now
        site().counts.see(key.reference, now)
