"""Wishes as text, as they wait sorted for their turn."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from app.domain.contacts import Processing
from app.domain.importing.columns import Kind
from app.domain.importing.formats import Suppressed
from app.domain.importing.wishes import Broken, Problem, Wish
from app.domain.words import Basis, Cause, Instant, Status

WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
READ = json.JSONDecoder().raw_decode
LONGEST_VALUE = 80
"""How much of a cell that cannot be read is shown."""


def pack(wish: Wish) -> str:
    """As text; what was not said takes little room. What is the person's own comes first, and what
    many rows have alike after a line's end."""
    said = wish.suppressed
    own = [wish.address, wish.name, wish.language, wish.properties or 0]
    asks = [
        wish.types or 0,
        wish.brands or 0,
        wish.everything,
        wish.basis,
        wish.basis_ends,
        wish.explanation,
        wish.processing_basis,
        wish.processing_explanation,
        [said.since, said.types] if said else 0,
        wish.broken or 0,
    ]
    return f"{WRITTEN(own)}\n{WRITTEN(asks)}"


def unpack(text: str) -> Wish:
    """The wish again. What rows have alike is one and the same, and is not to be changed."""
    own, _, asks = text.partition("\n")
    address, name, language, properties = READ(own)[0]
    names = {Kind.NAME: name} if name else {}
    return Wish(address, names, language, properties or {}, *_asked(asks))


@lru_cache(1_024)
def _asked(text: str) -> tuple[Any, ...]:
    asked, _ = READ(text)
    types, brands, everything, basis, ends, explanation, processing, why, said, broken = asked
    return (
        {int(id_): Status(status) for id_, status in types.items()} if types else {},
        {int(id_): opted_out for id_, opted_out in brands.items()} if brands else {},
        everything,
        basis and Basis(basis),
        ends,
        explanation,
        processing and Processing(processing),
        why,
        _suppressed(*said) if said else None,
        text,
        (Problem(broken[0]), broken[1]) if broken else None,
    )


def _suppressed(since: dict[str, Instant | None], types: list[int]) -> Suppressed:
    return Suppressed({Cause(int(cause)): at for cause, at in since.items()}, tuple(types))


def pack_broken(broken: Broken) -> str:
    """Why a row is broken, the column, and the beginning of what stands there."""
    return json.dumps([broken.problem, broken.column, broken.value[:LONGEST_VALUE]])


def unpack_broken(text: str) -> tuple[Problem, int | None, str]:
    """The problem, the column and the value."""
    problem, column, value = json.loads(text)
    return Problem(problem), column, value
