"""What runs said again of leaving, and left no event of: an undo of an earlier one heeds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, exists, func, select

from app.domain.runs import RunState
from app.domain.standing import Place
from app.store.runs import Run, row_of
from app.store.tables import run, run_row

OF_NO_FILE = "none"
"""In place of a digest, like no other: each bulk edit is a word of its own."""


def said_again(
    connection: Connection, undone: Run | None, keys: Sequence[bytes]
) -> Mapping[bytes, Mapping[Place, int]]:
    """Of each of these addresses where other runs than the one undone said a no again, and after
    which event. Not of such as are taken back, nor of the same file: who imported it twice by
    mistake undoes one of the two."""
    if undone is None or not keys:
        return {}
    undoing, file = run.alias(), run.c.parameters["digest"].as_string()
    taken_back = exists().where(
        undoing.c.undoes == run_row.c.run, undoing.c.state != RunState.CANCELLED
    )
    asked = select(run_row).join(run, run.c.id == run_row.c.run)
    rows = connection.execute(
        asked.where(
            run_row.c.address_key.in_(keys),
            run_row.c.again.is_not(None),
            run_row.c.run != undone.id,
            func.coalesce(file, OF_NO_FILE) != undone.parameters.get("digest", ""),
            ~taken_back,
        )
    )
    found: dict[bytes, dict[Place, int]] = {}
    for row in map(row_of, rows):
        for place, number in row.again if row.key else ():
            numbers = found.setdefault(row.key or b"", {})
            numbers[place] = max(number, numbers.get(place, 0))
    return found
