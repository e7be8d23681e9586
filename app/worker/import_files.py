"""The file of an import, read row by row, wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from app.domain.contacts import PropertyKind, canonical
from app.domain.importing.columns import LEFT_OUT, Kind
from app.domain.importing.orders import Order, What
from app.domain.importing.reading import ContactRows, OptOutRows
from app.files.parts import joined
from app.files.rows import Row, rows
from app.files.shapes import Shape
from app.queries import imports as known
from app.store.runs import Run
from app.web.site import Site

Reader = ContactRows | OptOutRows


def rows_of(site: Site, run: Run) -> Iterator[Row]:
    """The rows below its headings. Raises Unreadable."""
    order = Order.from_json(run.parameters)
    headings = tuple(run.words["headings"])
    shape = Shape(order.encoding, order.delimiter, headings, order.headed)
    return rows(joined(partial(_part, site, run.id, order.first)), shape)


def reader_of(site: Site, run: Run) -> Reader:
    """What says what a row asks for."""
    order = Order.from_json(run.parameters)
    if order.what is What.OPT_OUTS:
        types = {at: int(t.of) for at, t in enumerate(order.targets) if t.kind is Kind.TYPE}
        return OptOutRows(run.words["headings"], order.address or 0, order.export, types)
    with site.database.reading() as connection:
        kinds = {each.slug: PropertyKind(each.kind) for each in known.properties(connection)}
    there = [t if t.kind is not Kind.PROPERTY or t.of in kinds else LEFT_OUT for t in order.targets]
    zone = site.settings.time_zone
    return ContactRows(there, lambda slug, value: canonical(kinds[slug], value), zone)


def _part(site: Site, run: int, first: int, number: int) -> bytes | None:
    with site.database.reading() as connection:
        return known.part(connection, run, first + number)
