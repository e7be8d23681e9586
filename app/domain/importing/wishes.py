"""What a row of a file asks for, and why one cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.contacts import Processing
from app.domain.importing.columns import Kind
from app.domain.importing.formats import Suppressed
from app.domain.words import Basis, Instant, Status, Word


class Problem(Word):
    """Why a row is broken. Beside the reasons of refusals, so the numbers begin elsewhere. ERASED:
    while the file waited somebody was erased whose row it was, or may have been."""

    NO_ADDRESS = 101
    NO_AT = 102
    SPACE_INSIDE = 103
    BAD_ADDRESS = 104
    NOT_SENDABLE = 105
    UNKNOWN_STATUS = 106
    UNKNOWN_BASIS = 107
    UNKNOWN_LANGUAGE = 108
    UNREADABLE = 109
    CONTROL = 110
    TOO_LONG = 111
    CELLS = 112
    BAD_VALUE = 113
    ERASED = 114
    UNKNOWN_DATE = 115


class Broken(Exception):
    """A row that cannot be read: the problem, the column it is in, and what stands there. `left`:
    what it says of leaving all the same, where its address can be read."""

    left: Wish | None = None

    def __init__(self, problem: Problem, column: int | None = None, value: str = "") -> None:
        super().__init__(problem.name)
        self.problem = problem
        self.column = column
        self.value = value


@dataclass(slots=True)
class Wish:
    """What a row asks for. Empty cells ask for nothing."""

    address: str
    names: dict[Kind, str] = field(default_factory=dict)
    language: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    types: dict[int, Status] = field(default_factory=dict)
    brands: dict[int, bool] = field(default_factory=dict)
    """By brand, whether the row says that its address opted out of it."""
    everything: bool | None = None
    basis: Basis | None = None
    basis_ends: Instant | None = None
    explanation: str = ""
    processing_basis: Processing | None = None
    processing_explanation: str = ""
    suppressed: Suppressed | None = None
    asks: str = ""
    """All of it but what is the person's own, as it waited (packing.py): the same of rows alike."""
    broken: tuple[Problem, int | None] | None = None
    """Of a row that is broken, of which only what it says of leaving counts: why, and where."""

    @property
    def name(self) -> str:
        """The whole name, from one column or two."""
        if name := self.names.get(Kind.NAME):
            return name
        parts = [self.names.get(kind, "") for kind in (Kind.FIRST_NAME, Kind.LAST_NAME)]
        return " ".join(filter(None, parts))
