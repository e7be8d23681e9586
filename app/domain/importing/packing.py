"""Wishes as text, as they wait sorted for their turn."""

from __future__ import annotations

import json

from app.domain.contacts import Processing
from app.domain.importing.columns import Kind
from app.domain.importing.formats import Suppressed
from app.domain.importing.wishes import Broken, Problem, Wish
from app.domain.words import Basis, Cause, Status

WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
READ = json.JSONDecoder().raw_decode
LONGEST_VALUE = 80
"""How much of a cell that cannot be read is shown."""


def pack(wish: Wish) -> str:
    """As text; what was not said takes little room."""
    said = wish.suppressed
    packed = [
        wish.address,
        wish.name,
        wish.language,
        wish.properties or 0,
        wish.types or 0,
        wish.brands or 0,
        int(wish.everything),
        wish.basis,
        wish.explanation,
        wish.processing_basis,
        wish.processing_explanation,
        [said.causes, said.at, said.types] if said else 0,
        wish.basis_ends,
    ]
    return WRITTEN(packed)


def unpack(text: str) -> Wish:
    """The wish again."""
    (
        address,
        name,
        language,
        properties,
        types,
        brands,
        everything,
        basis,
        explanation,
        processing,
        processing_explanation,
        said,
        *ends,
    ) = READ(text)[0]
    return Wish(
        address,
        {Kind.NAME: name} if name else {},
        language,
        properties or {},
        {int(id_): Status(status) for id_, status in types.items()} if types else {},
        brands or [],
        bool(everything),
        basis and Basis(basis),
        ends[0] if ends else None,
        explanation,
        processing and Processing(processing),
        processing_explanation,
        Suppressed(tuple(map(Cause, said[0])), said[1], tuple(said[2])) if said else None,
    )


def pack_broken(broken: Broken) -> str:
    """Why a row is broken, the column, and the beginning of what stands there."""
    return json.dumps([broken.problem, broken.column, broken.value[:LONGEST_VALUE]])


def unpack_broken(text: str) -> tuple[Problem, int | None, str]:
    """The problem, the column and the value."""
    problem, column, value = json.loads(text)
    return Problem(problem), column, value
