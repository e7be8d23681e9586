"""Taking in a file to import, wherever it comes from: recognised, and kept in parts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from app.domain.deeds import Doer
from app.domain.importing.guessing import guessed
from app.domain.importing.orders import Order, What
from app.files.marks import marked
from app.files.parts import joined, parts
from app.files.rows import counted, first_rows
from app.files.shapes import BY_ITSELF, HEAD_BYTES, Chosen, Shape, recognise
from app.queries import imports as known
from app.services import imports
from app.services.imports import Given
from app.store.doors import Database
from app.web.site import Site

LARGEST_UPLOAD = 256 * 1024 * 1024
"""Larger ones go by the command line."""
COUNTED = 16 * 1024 * 1024
"""Of larger ones the rows are not counted before they are checked."""
SAMPLE = 5
"""How many rows are shown of a file."""


class Sample(NamedTuple):
    """The beginning of a file: the headings of its columns, and their first cells."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def of(self, column: int) -> list[str]:
        """The first cells of a column."""
        return [row[column] if column < len(row) else "" for row in self.rows]


def receive(
    site: Site,
    source: BinaryIO,
    what: What,
    given: tuple[str, str],
    by: Doer,
    chosen: Chosen = BY_ITSELF,
) -> int:
    """Keep a file as an import that is to be made; its id. `given`: the file's name, and the
    reference of who gave it. Raises Unreadable where it is no list, and nothing is kept."""
    head = source.read(HEAD_BYTES)
    shape = recognise(head, chosen)
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    order = Order(what, size, shape.encoding, shape.delimiter, shape.headed, len(shape.headings))
    if size <= COUNTED:
        order = replace(order, rows=counted(source, shape))
        source.seek(0)
    sample = [row.cells for row in first_rows(head, shape, SAMPLE)]
    with site.database.reading() as connection:
        catalog = site.catalogs.current(connection)
        properties = [(each.slug, each.name) for each in known.properties(connection)]
    order = guessed(order, shape.headings, sample, catalog, properties)
    name, reference = given
    id_ = site.database.write(imports.begin, order, Given(name, shape.headings, reference), by)
    digest = sha256()
    for number, part in enumerate(parts(source, digest.update)):
        site.database.write(imports.add_part, id_, number, part)
    site.database.write(imports.whole, id_, replace(order, digest=digest.hexdigest()))
    return id_


def sample_of(database: Database, id_: int, order: Order, headings: Sequence[str]) -> Sample:
    """The beginning of a file that was received."""

    def part(number: int) -> bytes | None:
        with database.reading() as connection:
            return known.part(connection, id_, order.first + number)

    head = joined(part).read(HEAD_BYTES)
    shape = Shape(order.encoding, order.delimiter, tuple(headings), order.headed)
    found = first_rows(head, shape, SAMPLE)
    return Sample(headings, [row.cells for row in found if marked(row.cells) is None])
