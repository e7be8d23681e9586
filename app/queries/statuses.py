"""What addresses have chosen, and what it amounts to, for whoever sends the mail (rules.md, 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from app.domain.catalog import Policy, SubscriptionType
from app.domain.effective import Effective, Wide, effective, wide
from app.domain.evidence import opened
from app.domain.standing import Held, Place
from app.domain.words import Instant
from app.store.addresses import PART, Known, known_each, parts, place
from app.store.tables import event, evidence, preference


@dataclass(frozen=True, slots=True)
class Statuses:
    """One address: what stands, and why, as far as that was asked for and is kept."""

    known: Known
    explanations: Mapping[Place, str] = field(default_factory=dict)

    @property
    def held(self) -> Held:
        """What stands."""
        return self.known.held

    def of(self, type_: SubscriptionType, policy: Policy, now: Instant) -> Effective:
        """One type's status."""
        return effective(type_, self.held, self.known.stored_at, policy, now)

    def wide(self) -> list[Wide]:
        """What stands above the types."""
        return wide(self.held)


def statuses(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, Statuses]:
    """Each address, known or not, in two statements for every 500 of them."""
    known = known_each(connection, keys)
    given = [key for key in known if any(s.basis for s in known[key].held.values())]
    why = _explanations(connection, given)
    return {key: Statuses(known[key], why.get(key, {})) for key in known}


def _explanations(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, dict[Place, str]]:
    """Why each standing with a legal basis holds."""
    found: dict[bytes, dict[Place, str]] = {}
    asked = (
        select(
            preference.c.address_key,
            preference.c.scope_kind,
            preference.c.scope_id,
            preference.c.cause,
            evidence.c.content,
        )
        .join(
            event,
            (event.c.address_key == preference.c.address_key)
            & (event.c.number == preference.c.number),
        )
        .join(
            evidence,
            (evidence.c.address_key == event.c.address_key) & (evidence.c.record == event.c.record),
        )
        .where(preference.c.basis.is_not(None))
    )
    for part in parts(sorted(keys), PART):
        for row in connection.execute(asked.where(preference.c.address_key.in_(part))):
            said = opened(row.content, None) or {}
            if why := said.get("explanation"):
                where = place(row.scope_kind, row.scope_id, row.cause)
                found.setdefault(bytes(row.address_key), {})[where] = why
    return found
