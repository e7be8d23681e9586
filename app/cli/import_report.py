"""What `sayso import` prints: the file as it was understood, how far it is, what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import click

from app.cli.import_words import WHY
from app.cli.numbers import so_many
from app.cli.site import here
from app.domain.catalog import Catalog
from app.domain.importing.columns import Kind, Target
from app.domain.importing.guessing import suppressing
from app.domain.importing.orders import Order
from app.domain.importing.wishes import Problem
from app.domain.runs import RowOutcome, tallies, time_left
from app.files.cells import lines
from app.queries import imports as known
from app.store.runs import Run
from app.web.receiving import sample_of

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LEFT_OUT = (RowOutcome.REFUSED, RowOutcome.BROKEN, RowOutcome.ONLY_OPTED_OUT)
LOOKS_LIKE = (
    "It looks like a suppression export of {whose}. Do `sayso import opt-outs` first: as contacts, "
    "its opt-outs, bounces and complaints may be lost."
)
LINES_SHOWN = 20
SHOWN = 60
"""How much of the first cells of a column."""


def print_columns(name: str, order: Order, run: Run, catalog: Catalog) -> None:
    """How the file was understood, with the beginning of its first rows."""
    by = DELIMITERS[order.delimiter]
    whose = f", a suppression export of {order.export.name}" if order.export else ""
    click.echo(f"{name}: {order.encoding}, separated by {by}{whose}")
    headings = run.words["headings"]
    widest = max((len(heading) for heading in headings), default=0)
    held = [_called(target, catalog) for target in order.targets]
    longest = max(map(len, held), default=0)
    sample = sample_of(here().database, run.id, order, headings)
    for at, holds in enumerate(held):
        heading = headings[at] or f"column {at + 1}"
        line = f"  {heading:<{widest}}  {holds:<{longest}}  {_shown(sample.of(at))}"
        click.echo(line.rstrip())
    if looks_like := suppressing(order, headings):
        click.echo(LOOKS_LIKE.format(whose=looks_like), err=True)


def _shown(cells: Sequence[str]) -> str:
    """Some cells, without what a terminal would obey."""
    told = ", ".join(cell.strip() for cell in cells if cell.strip())
    return "".join(c if c.isprintable() else "?" for c in told)[:SHOWN]


def _called(target: Target, catalog: Catalog) -> str:
    if target.kind is Kind.TYPE and int(target.of) in catalog.types:
        return f"status of {catalog.types[int(target.of)].slug}"
    return f"{target.kind.value.replace('-', ' ')} {target.of}".strip()


def print_counts(counts: Mapping[str, int], run: Run, was: str, were: str) -> None:
    """How many rows had which outcome, and the lines of broken ones."""
    for outcome, reason, rows in tallies(counts):
        name = outcome.name.lower().replace("_", " ")
        why = f": {WHY[reason]}" if reason else ""
        click.echo(f"{so_many(rows, was, were, width=12)} {name}{why}")
    if not any(isinstance(tally.reason, Problem) for tally in tallies(counts)):
        return
    with here().database.browsing() as connection:
        for row in known.unread(connection, run, LINES_SHOWN):
            click.echo(f"line {row.line}: {WHY[row.reason] if row.reason else ''}", err=True)


def left_over(counts: Mapping[str, int]) -> bool:
    """Whether rows were refused or broken."""
    return any(tally.outcome in LEFT_OUT for tally in tallies(counts))


def progress_of(stream: TextIO) -> Callable[[Run], None]:
    """Says on a terminal how far a run is."""

    def tell(run: Run) -> None:
        left = time_left(run.done, run.total, run.spent)
        done = f"{run.done:,} of " if run.total else ""
        rows = so_many(run.total or run.done, "row", "rows")
        rest = f", {left // 1000:,} s left" if left is not None else ""
        end = "\r" if run.at_work else "\n"
        stream.write(f"{done}{rows}{rest}".ljust(60) + end)
        stream.flush()

    return tell if stream.isatty() else lambda run: None


def save_report(path: Path, run: Run) -> None:
    """What became of each row, as CSV."""
    headings = run.words["headings"]
    with here().database.browsing() as connection, path.open("w", encoding="utf-8") as file:
        rows = (row.cells(headings) for row in known.report(connection, run))
        file.writelines(lines(known.HEADING, rows))
