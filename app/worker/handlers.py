"""What workers do for each kind of run: one chunk read outside, and done in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from app.domain.catalog import Catalog
from app.domain.runs import RunKind, RunState
from app.services import bulk, undoing
from app.services.runs import Work
from app.store.runs import Run
from app.web.site import Site
from app.worker import importing

Prepare = Callable[[Site, Run], Work]
"""Reads what the next chunk needs, holding no lock; what is then to be done in the transaction."""


class Handler(NamedTuple):
    """How a kind of run is checked, where it is, and carried out."""

    check: Prepare | None
    carry_out: Prepare


def _undo(site: Site, _: Run) -> Work:
    now = site.now()
    return lambda connection, run: undoing.carry_out(connection, run, now)


def _bulk_edit(site: Site, _: Run) -> Work:
    catalog, now = _catalog(site), site.now()
    return lambda connection, run: bulk.carry_out(connection, run, catalog, now)


def _catalog(site: Site) -> Catalog:
    with site.database.reading() as connection:
        return site.catalogs.current(connection)


HANDLERS: Mapping[RunKind, Handler] = {
    RunKind.BULK_EDIT: Handler(None, _bulk_edit),
    RunKind.IMPORT: Handler(importing.check, importing.carry_out),
    RunKind.UNDO: Handler(None, _undo),
}


def prepared(site: Site, run: Run) -> Work:
    """The next chunk of `run`."""
    handler = HANDLERS[run.kind]
    prepare = handler.check if run.state is RunState.CHECKING else handler.carry_out
    if prepare is None:
        raise LookupError(f"runs of kind {run.kind.name} are not checked")
    return prepare(site, run)
