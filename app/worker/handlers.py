"""What workers do for each kind of run: one chunk read outside, and done in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from app.domain.runs import RunKind, RunState
from app.queries.contact_filters import Filters
from app.queries.contact_list import matching
from app.services import bulk, undoing
from app.services.runs import SEARCH, Work
from app.store.runs import Run
from app.web.site import Site
from app.worker import enrolling, importing

CHECKED = 1_000
"""How many contacts are looked at together before anything is written."""
Prepare = Callable[[Site, Run], Work]
"""Reads what the next chunk needs, holding no lock; what is then to be done in the transaction."""


class Handler(NamedTuple):
    """How a kind of run is checked, where it is, and carried out."""

    check: Prepare | None
    carry_out: Prepare


def _undo(site: Site, _: Run) -> Work:
    now = site.now()
    return lambda connection, run: undoing.carry_out(connection, run, now)


def _check_bulk_edit(site: Site, run: Run) -> Work:
    """The next contacts that match, and what would become of them."""
    search, after = run.words[SEARCH], int(run.cursor or 0)
    if bulk.OF_RUN in search:
        return _check_again(site, run, search[bulk.OF_RUN], after)
    with site.database.browsing() as connection:
        catalog = site.catalogs.current(connection)
        found = matching(connection, catalog, Filters.from_json(search), after, CHECKED)
        keys = {each.id: each.key for each in found}
        return _foreseen(connection, site, run, keys)


def _check_again(site: Site, run: Run, earlier: int, after: int) -> Work:
    """The next addresses of an earlier bulk edit. A replica may not have them all yet."""
    with site.database.reading() as connection:
        keys = bulk.keys_of(connection, earlier, after, CHECKED)
        return _foreseen(connection, site, run, keys)


def _foreseen(connection: Connection, site: Site, run: Run, keys: Mapping[int, bytes]) -> Work:
    catalog = site.catalogs.current(connection)
    rows = bulk.foresee(connection, run, list(keys.values()), catalog, site.now())
    cursor = str(max(keys)) if keys else run.cursor
    return partial(bulk.check, rows=rows, cursor=cursor, finished=len(keys) < CHECKED)


def _bulk_edit(site: Site, _: Run) -> Work:
    catalog, now = site.catalog(), site.now()
    return lambda connection, run: bulk.carry_out(connection, run, catalog, now)


HANDLERS: Mapping[RunKind, Handler] = {
    RunKind.BULK_EDIT: Handler(_check_bulk_edit, _bulk_edit),
    RunKind.IMPORT: Handler(importing.check, importing.carry_out),
    RunKind.ENROLMENT: Handler(None, enrolling.carry_out),
    RunKind.UNDO: Handler(None, _undo),
}


def prepared(site: Site, run: Run) -> Work:
    """The next chunk of `run`."""
    handler = HANDLERS[run.kind]
    prepare = handler.check if run.state is RunState.CHECKING else handler.carry_out
    if prepare is None:
        raise LookupError(f"runs of kind {run.kind.name} are not checked")
    return prepare(site, run)
