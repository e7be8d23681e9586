"""The rows of a list, one after the other, whatever the file holds, in little memory."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

from app.files.shapes import (
    HEAD_BYTES,
    LONGEST_CELL,
    LONGEST_LINE,
    MOST_COLUMNS,
    Fault,
    Shape,
    Unreadable,
    opened,
)


class Row(NamedTuple):
    """The line of the file on which a row begins, counted from 1, and its cells."""

    line: int
    cells: list[str]


def rows(source: BinaryIO, shape: Shape) -> Iterator[Row]:
    """Every row below the headings that is not empty. Raises Unreadable at a line or row that is
    too long or a quotation mark that never ends."""
    return _rows(opened(source, shape), shape)


def _rows(text: io.TextIOWrapper, shape: Shape) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    end = f"\0{secrets.token_hex(8)}"
    lines = _Lines(text)
    reader = csv.reader(chain(lines, [end]), delimiter=shape.delimiter)
    headed = not shape.headed
    while True:
        begins = reader.line_num + 1
        lines.of_row = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable(Fault.OPEN_QUOTE, begins) from None
        if not cells:
            continue
        if cells[-1].endswith(end):
            if len(cells) > 1 or len(cells[0]) > len(end):
                raise Unreadable(Fault.OPEN_QUOTE, begins)  # it swallowed the end
            return
        if not headed:
            headed = True
        elif len(cells) > MOST_COLUMNS:
            raise Unreadable(Fault.MANY_COLUMNS, begins)
        else:
            yield Row(begins, cells)


def first_rows(head: bytes, shape: Shape, most: int) -> list[Row]:
    """The first rows of a file that begins with `head`, which may end anywhere."""
    found: list[Row] = []
    try:
        for row in rows(io.BytesIO(head), shape):
            found.append(row)
            if len(found) > most:
                break
    except Unreadable:
        pass  # it is said when the whole file is read
    whole = len(head) < HEAD_BYTES or len(found) > most
    return found[:most] if whole else found[:-1]


def counted(source: BinaryIO, shape: Shape) -> int | None:
    """How many rows there are; None where not all of them can be read, which is said when they are.
    `source` stays open."""
    text = opened(source, shape)
    try:
        return sum(1 for _ in _rows(text, shape))
    except Unreadable:
        return None
    finally:
        text.detach()


class _Lines:
    """The lines of a file, which may be one line of gigabytes, or one row of many lines: neither a
    line nor the lines `of_row` are longer than LONGEST_LINE."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._at = 0
        self.of_row = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE):
            self._at += 1
            self.of_row += len(line)
            if self.of_row >= LONGEST_LINE:
                raise Unreadable(Fault.LONG_LINE, self._at)
            yield line
