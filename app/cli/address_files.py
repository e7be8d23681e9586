"""Files of addresses as people hand them to a command: CSV with comma, semicolon or tab."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import TextIO

import click

from app.domain.address import unwrapped

FILE = click.File("r", encoding="utf-8-sig", errors="surrogateescape")
"""What is no UTF-8 spoils its own row, where it is the address, and no other."""
EMAIL_COLUMNS = ("email", "e-mail", "email address", "email_address", "address", "mail")
DELIMITERS = (",", ";", "\t")


def emails(file: TextIO) -> Iterator[tuple[int, str]]:
    """Line number and address of each row that has one."""
    heading = next(file, "")
    if not heading:
        return
    if "\0" in heading:
        raise _no_text()
    rows = csv.reader(itertools.chain([heading], file), delimiter=_delimiter(heading))
    try:
        first = next(rows)
        at, is_header = _column(first)
        if not is_header:
            yield 1, unwrapped(first[at])
        for row in rows:
            if row:
                yield rows.line_num, unwrapped(row[at]) if at < len(row) else ""
    except csv.Error as wrong:
        raise click.UsageError(f"line {rows.line_num}: {wrong}. Is a quote left open?") from None


def _delimiter(heading: str) -> str:
    """What divides the first line best; a comma where nothing can, which reading it then tells."""
    with suppress(csv.Error):
        return max(DELIMITERS, key=lambda candidate: _fit(heading, candidate))
    return ","


def _fit(heading: str, delimiter: str) -> tuple[bool, int]:
    """How well it divides the first line: whether a column is named email, and into how many."""
    cells = next(csv.reader([heading], delimiter=delimiter))
    return _named(cells) is not None, len(cells)


def _column(first: list[str]) -> tuple[int, bool]:
    """Where the addresses stand, and whether the first line says so."""
    if (at := _named(first)) is not None:
        return at, True
    if (unnamed := next((i for i, cell in enumerate(first) if "@" in cell), None)) is not None:
        return unnamed, False
    if any("\udc80" <= character <= "\udcff" for cell in first for character in cell):
        raise _no_text()
    raise click.UsageError("The first line names no column called email.")


def _named(cells: list[str]) -> int | None:
    names = [cell.strip().lower() for cell in cells]
    return next((names.index(name) for name in EMAIL_COLUMNS if name in names), None)


def _no_text() -> click.UsageError:
    return click.UsageError("This is no text: save the list as CSV.")
