"""Lists as files: CSV for people and spreadsheets, NDJSON for programs, a piece of text a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.files import cells

Column = tuple[str, ...]
"""Where a cell stands in its row: a name, and one within it."""
Pages = Iterable[Sequence[Mapping[str, Any]]]


class Format(StrEnum):
    """How a list is written."""

    CSV = "csv"
    NDJSON = "ndjson"

    @property
    def media_type(self) -> str:
        """As it is served."""
        return MEDIA_TYPES[self]


MEDIA_TYPES = {Format.CSV: "text/csv", Format.NDJSON: "application/x-ndjson"}


def written(form: Format, columns: Sequence[Column], pages: Pages) -> Iterator[str]:
    """The list. In CSV no cell is a formula; in NDJSON everything is exact (R-132)."""
    if form is Format.NDJSON:
        return _ndjson(pages)
    found = ([[_cell(row, column) for column in columns] for row in page] for page in pages)
    return cells.sheet(_headings(columns), found)


def name_of(what: str, at: int, form: Format) -> str:
    """What the file is called: the list, and the time it was begun."""
    begun = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H%M%SZ")
    return f"sayso-{what}-{begun}.{form}"


def _ndjson(pages: Pages) -> Iterator[str]:
    for page in pages:
        yield "".join(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in page
        )


def _headings(columns: Sequence[Column]) -> list[str]:
    """The innermost names; the whole way where that is a name of its own already."""
    plain = {column[0] for column in columns if len(column) == 1}
    return [
        ".".join(column) if len(column) > 1 and column[-1] in plain else column[-1]
        for column in columns
    ]


def _cell(row: Mapping[str, Any], column: Column) -> object:
    """None is an empty cell; a list's items stand side by side."""
    found: Any = row
    for name in column:
        found = (found or {}).get(name)
    return " ".join(map(str, found)) if isinstance(found, list) else found
