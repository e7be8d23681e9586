"""Lists that we write: CSV that no spreadsheet takes for formulas (H-38)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

WIDE = "\uff1d\uff0b\uff0d\uff20"
"""The same as = + - @ in programs of those who write with wide letters."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", *WIDE)


def safe(cell: object) -> str:
    """A cell as text. What a spreadsheet would run is put behind an apostrophe (OWASP)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULAS) else text


def lines(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A CSV file, a line a row, CRLF as in RFC 4180."""
    return sheet(heading, ([row] for row in rows))


def sheet(heading: Sequence[str], pages: Iterable[Sequence[Sequence[object]]]) -> Iterator[str]:
    """The same, a piece of text a page of rows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(heading)
    yield _taken(buffer)
    for rows in pages:
        writer.writerows([[safe(cell) for cell in row] for row in rows])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
