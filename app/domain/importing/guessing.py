"""What a new file likely is: its columns, and whose export it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.domain.catalog import Catalog
from app.domain.importing.columns import ADDRESS, LEFT_OUT, Kind, Target, guess
from app.domain.importing.formats import FORMATS, Format, recognised
from app.domain.importing.orders import Order, What
from app.domain.importing.vocabulary import CAUSES, folded

OF_AN_OPT_OUT = (Kind.ADDRESS, Kind.TYPE)
"""What the columns of an opt-out list may hold; types only in exports that tell of them."""


def guessed(
    order: Order,
    headings: Sequence[str],
    cells: Sequence[Sequence[str]],
    catalog: Catalog,
    properties: Iterable[tuple[str, str]],
) -> Order:
    """`order` with its columns guessed from the headings and the first rows."""
    if order.what is What.CONTACTS:
        targets = guess(headings, catalog, properties)
        return order.mapped(_with_address(targets, cells))
    found = recognised(headings) if order.headed else None
    names = [_without_prefix(heading, found) for heading in headings]
    targets = guess(names, catalog, ())
    kinds = OF_AN_OPT_OUT if found and found.others is not None else (Kind.ADDRESS,)
    kept = [t if t.kind in kinds else LEFT_OUT for t in targets]
    whose = FORMATS.index(found) if found else _headless(order, cells)
    return replace(order.mapped(_with_address(kept, cells)), format=whose)


def suppressing(order: Order, headings: Sequence[str]) -> str | None:
    """Whose suppression export a list of contacts likely is, of which something would be lost: who
    is on it would become a contact that mail may be sent to."""
    if order.what is not What.CONTACTS or not order.headed:
        return None
    found = recognised(headings)
    return found.name if found and _loses(found, order, headings) else None


def _loses(found: Format, order: Order, headings: Sequence[str]) -> bool:
    """Whether a column that says that somebody is suppressed goes nowhere that opts them out."""
    telling = {folded(reading.column) for reading in found.readings}
    return "" in telling or any(
        target.kind is not Kind.OPTED_OUT_OF_ALL
        for heading, target in zip(headings, order.targets, strict=True)
        if folded(heading) in telling or (found.others and heading.startswith(found.others))
    )


def _with_address(targets: list[Target], cells: Sequence[Sequence[str]]) -> list[Target]:
    """Where no heading tells, the address is in the column with an @ in its first rows."""
    if ADDRESS in targets or not cells:
        return targets
    for at, target in enumerate(targets):
        if target is LEFT_OUT and all(at < len(row) and "@" in row[at] for row in cells):
            return [*targets[:at], ADDRESS, *targets[at + 1 :]]
    return targets


def _headless(order: Order, cells: Sequence[Sequence[str]]) -> int | None:
    """Two columns without headings, address and cause, are what SES takes (-1)."""
    two = not order.headed and order.columns == 2 and bool(cells)
    return -1 if two and all(folded(row[-1]) in CAUSES for row in cells) else None


def _without_prefix(heading: str, found: Format | None) -> str:
    return heading.removeprefix(found.others).strip() if found and found.others else heading
