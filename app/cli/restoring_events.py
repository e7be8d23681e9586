"""sayso restore-events: what a restored database does not know, from copies of the feed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TextIO

import click

from app.cli.numbers import so_many
from app.cli.site import catalog, here
from app.services.restoring import OptOut, opt_out_again, opt_out_in

PART = 500
NO_CHANGE = ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError
"""What reading a line raises that tells of no change, whatever it holds."""
OF_THEM = ("of them was missing and now stands", "of them were missing and now stand")


@click.command("restore-events")
@click.argument("file", type=click.File("r", encoding="utf-8", errors="surrogateescape"))
def restore_events(file: TextIO) -> None:
    """Write again the opt-outs and pauses that FILE tells of and the ledger lacks, by their makers.

    FILE (- for standard input) holds answers of /api/v1/changes, or single changes of them, one a
    line. Nothing but opt-outs, bounces, complaints, pauses that last and ends of exceptions is
    taken. It may be read in again.
    """
    found, told, missing = catalog(), _told(file), 0
    total = 0
    while part := list(islice(told, PART)):
        total += len(part)
        missing += here().database.write(opt_out_again, found, part, here().now())
    click.echo(
        f"{so_many(total, 'opt-out or pause was', 'opt-outs and pauses were')} told of, "
        f"{so_many(missing, *OF_THEM)}."
    )


def _told(file: TextIO) -> Iterator[OptOut]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield from _of_line(line)
            except json.JSONDecodeError as fault:
                raise click.ClickException(
                    f"Line {number} is not whole JSON ({fault.msg} at its character {fault.pos + 1}"
                    f" of {len(line.rstrip())}): was it cut off, or does an answer stand on several"
                    " lines? What stood before it is done."
                ) from None
            except NO_CHANGE:
                raise click.ClickException(
                    f"Line {number} is no answer of /api/v1/changes. What stood before it is done."
                ) from None


def _of_line(line: str) -> Sequence[OptOut]:
    answer = json.loads(line)
    changes = answer.get("changes", [answer])
    told = (opt_out_in(c, _moment(c["at"]), _end(c["until"])) for c in changes)
    return [opt_out for opt_out in told if opt_out is not None]


def _end(text: str | None) -> int | None:
    return None if text is None else _moment(text)


def _moment(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
