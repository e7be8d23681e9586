"""A list without the rows of some people. Each leaves a mark in its line, so that no other row gets
another line, and none another place in the order of keys."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from app.files.rows import Row

MARK = "\0erased "
_PART = r"[^\s<>()\[\],;:\"']"
# From the beginning of a run alone: from each of its letters it would take the square of the time.
_LIKE_AN_ADDRESS = re.compile(rf"(?<!{_PART}){_PART}+@{_PART}+").findall
_LINE_ENDS = re.compile(r"\r\n|\r|\n").findall


def mark(key: bytes | None) -> list[str]:
    """What is left of a row with this key; without one, of a row that cannot be read."""
    return [MARK + (key.hex() if key else "")]


def marked(cells: Sequence[str]) -> str | None:
    """The key, in hex, of a row of which only the mark is left; "" where it had none."""
    return cells[0][len(MARK) :] if len(cells) == 1 and cells[0].startswith(MARK) else None


def like_addresses(cells: Iterable[str]) -> set[str]:
    """Everything in a row that may be an email address."""
    found = set()
    for cell in cells:
        if "@" in cell:
            found |= {cell.strip(), *_LIKE_AN_ADDRESS(cell)}
    return found


def without(
    found: Iterable[Row],
    headings: Sequence[str] | None,
    delimiter: str,
    instead: Callable[[Sequence[str]], list[str] | None],
) -> Iterator[str]:
    """The headings, where there are any, and the rows as text, a piece each; `instead`: what is
    left of a row, None where it stays."""
    line = 1
    piece = "" if headings is None else _written(headings, delimiter)
    for begins, cells in found:
        line += len(_LINE_ENDS(piece))
        yield piece
        piece = "\n" * (begins - line) + _written(instead(cells) or cells, delimiter)
    yield piece


def _written(cells: Sequence[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return text.getvalue()
