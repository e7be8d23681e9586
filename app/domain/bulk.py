"""Bulk edits: what is asked of each of many addresses, and what becomes of it (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from app.domain.catalog import Catalog
from app.domain.changes import By, Change, Hand, Lift, Subscribe, Unsubscribe, Verdict
from app.domain.contacts import Processing
from app.domain.runs import RowOutcome
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Held, covering_reason, of_brand
from app.domain.words import Actor, Basis, Instant, Reason, Scope, Via


class Doing(StrEnum):
    """What a bulk edit does."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    LIFT = "lift"


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """A type subscribed or unsubscribed, or opt-outs of everything removed: those of `brand`, or
    all of them. `processing` is stored with contacts that have none."""

    doing: Doing
    type: int | None = None
    brand: int | None = None
    basis: Basis | None = None
    basis_ends: Instant | None = None
    processing: Processing | None = None

    def kept(self) -> Mapping[str, Any]:
        """As a run keeps it."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> BulkEdit:
        """What `kept` made of one."""
        return cls(
            doing=Doing(kept["doing"]),
            type=kept.get("type"),
            brand=kept.get("brand"),
            basis=Basis(kept["basis"]) if "basis" in kept else None,
            basis_ends=kept.get("basis_ends"),
            processing=Processing(kept["processing"]) if "processing" in kept else None,
        )

    def by(self, catalog: Catalog, now: Instant) -> By:
        """Who makes its changes: a user, with an explanation, which a bulk edit always has."""
        return By(
            Actor.USER,
            Via.BULK_EDIT,
            Hand.USER_BULK,
            now,
            catalog.policy,
            self.basis,
            self.basis_ends,
            explained=True,
        )

    def changes(self, catalog: Catalog, held: Held) -> Sequence[Change]:
        """What is asked of an address for which this stands."""
        if self.doing is Doing.LIFT:
            return self._lifts(held)
        type_ = catalog.types[self.type or 0]
        if self.doing is Doing.SUBSCRIBE:
            return (Subscribe(type_),)
        return (Unsubscribe(Scope.type(type_.id), type_),)

    def _lifts(self, held: Held) -> Sequence[Change]:
        if self.brand is not None:
            return (Lift(of_brand(self.brand)),)
        brands = sorted(place for place in held if place == of_brand(place.scope.id))
        stands = [p for p in (BOUNCE, COMPLAINT, ALL, *brands) if held.opted_out(p)]
        return [Lift(place) for place in stands or [ALL]]


class Became(NamedTuple):
    """What became of an address: changed in part, where a reason stands beside CHANGED."""

    outcome: RowOutcome
    reason: Reason | None = None


def became(changes: Sequence[Change], verdicts: Sequence[Verdict]) -> Became:
    """What these verdicts come to for the address."""
    judged = zip(changes, verdicts, strict=True)
    refused = next((_reason(change, v.refused) for change, v in judged if v.refused), None)
    if any(verdict.effects for verdict in verdicts):
        return Became(RowOutcome.CHANGED, refused)
    return Became(RowOutcome.REFUSED if refused else RowOutcome.UNCHANGED, refused)


def _reason(change: Change, refused: Reason) -> Reason:
    """What may never be lifted in bulk is told by what stands."""
    if isinstance(change, Lift) and refused is Reason.NOT_PERMITTED:
        return covering_reason(change.place)
    return refused
