"""The report of an import, as it is downloaded: what became of its rows, or would."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response

from app.files import cells
from app.queries import imports as known
from app.queries.imports import Import
from app.store.doors import Database


def report(database: Database, run: Import, only: str) -> Response:
    """All rows, or, `only`, those that were "refused" or "broken"."""
    name = f"sayso-import-{run.id}.csv"
    return Response(
        cells.lines(known.HEADING, _told(database, run, only)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _told(database: Database, run: Import, only: str) -> Iterator[tuple[object, ...]]:
    headings = run.words["headings"]
    with database.browsing() as connection:
        for row in known.report(connection, run, only):
            yield row.cells(headings)
