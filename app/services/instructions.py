"""What the one writer of consent is asked: changes for one address, by whom, and what shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from app.domain.changes import By, Change
from app.domain.evidence import Evidence
from app.domain.ledger import Event
from app.domain.words import Scope
from app.store.addresses import Known


@dataclass(frozen=True, slots=True)
class Shown:
    """The versions of the texts a person saw: language, program, brand, and those of scopes."""

    language: str | None = None
    program: int | None = None
    brand: int | None = None
    scopes: Mapping[Scope, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a change came from: number of the mailing, link (purpose and scope id), reference, run.

    `run_evidence` is the digest of the run's common explanation, which lies once with the run.
    """

    message: int = 0
    link_purpose: int | None = None
    link_scope: int | None = None
    reference: str | None = None
    run: int | None = None
    run_evidence: bytes | None = None


Plan = Callable[[Known, Sequence[Event]], Sequence[Change]]
"""What is to change, given what is known under the lock and the events since. It must be pure."""


class Instruction(NamedTuple):
    """Changes for one address. Where events came after number `since`, the plan is given that one
    and those; else none."""

    key: bytes
    by: By
    plan: Plan
    since: int | None = None
    evidence: Evidence = MappingProxyType({})
    source: Source = Source()
    shown: Shown = Shown()
