"""What an import is to do: kept with its run, without a person's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.domain.catalog import Catalog, Policy
from app.domain.contacts import Processing
from app.domain.importing.columns import ADDRESS, LEFT_OUT, Kind, Target, repeated
from app.domain.importing.formats import FORMATS, HEADLESS, Format
from app.domain.words import ACCOUNT, Basis, Instant, Scope, ScopeKind


class What(StrEnum):
    """What a file is a list of."""

    CONTACTS = "contacts"
    OPT_OUTS = "opt-outs"


@dataclass(frozen=True, slots=True)
class Order:
    """An import's file as it is to be read, and what its rows are to do.

    `format`: of which known export an opt-out list is, by its place among FORMATS (-1: the one
    without headings). `scope`: of what an opt-out list opts out. `first`: the number of the file's
    first part. `basis_ends`: when `basis` does. `rows`: how many are below the headings, where they
    were counted. `digest`: SHA-256 of the file as it was handed in.
    """

    what: What
    size: int
    encoding: str
    delimiter: str
    headed: bool
    columns: int
    targets: tuple[Target, ...] = ()
    format: int | None = None
    scope: Scope = ACCOUNT
    basis: Basis | None = None
    processing: Processing | None = None
    first: int = 0
    basis_ends: Instant | None = None
    rows: int | None = None
    digest: str = ""

    @property
    def export(self) -> Format | None:
        """The known export that the list is."""
        if self.format is None:
            return None
        return HEADLESS if self.format < 0 else FORMATS[self.format]

    @property
    def address(self) -> int | None:
        """Which column holds the address."""
        return self.targets.index(ADDRESS) if ADDRESS in self.targets else None

    def has(self, *kinds: Kind) -> bool:
        """Whether a column is of one of these kinds."""
        return any(target.kind in kinds for target in self.targets)

    def as_json(self) -> dict[str, Any]:
        """As a run keeps it."""
        return {
            "what": self.what,
            "size": self.size,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "headed": self.headed,
            "columns": self.columns,
            "targets": [str(target) for target in self.targets],
            "format": self.format,
            "scope": [int(self.scope.kind), self.scope.id],
            "basis": self.basis,
            "processing": self.processing,
            "first": self.first,
            "basis_ends": self.basis_ends,
            "rows": self.rows,
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Order:
        """As a run kept it."""
        kind, id_ = kept["scope"]
        return cls(
            **{
                **kept,
                "what": What(kept["what"]),
                "targets": tuple(map(Target.parse, kept["targets"])),
                "scope": Scope(ScopeKind(kind), id_),
                "basis": kept["basis"] and Basis(kept["basis"]),
                "processing": kept["processing"] and Processing(kept["processing"]),
            }
        )

    def mapped(self, targets: Sequence[Target]) -> Order:
        """The same with these columns."""
        return replace(self, targets=tuple(targets))


def lacking(order: Order, explained: bool, policy: Policy) -> dict[str, str]:
    """What an order still lacks, by the field that would give it; empty where it can be checked."""
    problems = {}
    if order.address is None:
        problems["targets"] = "no-address-column"
    elif repeated(order.targets):
        problems["targets"] = "column-twice"
    if order.basis_ends is not None and order.basis is None:
        problems["ends"] = "ends-of-nothing"
    if order.what is What.OPT_OUTS or not policy.data_privacy:
        return problems
    if order.basis is None and not order.has(Kind.BASIS):
        problems["basis"] = "basis-required"
    if not explained and not order.has(Kind.EXPLANATION):
        problems["explanation"] = "explanation-required"
    return problems


def fitting(order: Order, catalog: Catalog, slugs: Sequence[str]) -> Order:
    """The same without columns whose type, brand or property is there no more."""
    return order.mapped([t if _exists(t, catalog, slugs) else LEFT_OUT for t in order.targets])


def _exists(target: Target, catalog: Catalog, slugs: Sequence[str]) -> bool:
    if target.kind is Kind.TYPE:
        return target.of.isdecimal() and int(target.of) in catalog.types
    if target.kind is Kind.OPTED_OUT_OF_BRAND:
        return target.of.isdecimal() and int(target.of) in catalog.brands
    return target.kind is not Kind.PROPERTY or target.of in slugs
