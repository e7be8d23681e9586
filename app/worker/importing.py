"""Imports in the worker: the file read and sorted once, then its rows some hundreds at a time."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from app.domain.address import AddressKeys
from app.domain.contacts import PropertyKind, canonical
from app.domain.importing.columns import LEFT_OUT, Kind
from app.domain.importing.orders import Order, What
from app.domain.importing.packing import pack, pack_broken
from app.domain.importing.wishes import Broken, ContactRows, OptOutRows
from app.domain.words import Instant
from app.files.parts import joined
from app.files.rows import Row, rows
from app.files.shapes import Shape, Unreadable
from app.files.staging import Stage
from app.queries import imports as known
from app.services import importing, imports, runs
from app.services.import_rows import Job
from app.services.runs import CHUNK, Progress, Work
from app.store.runs import Run
from app.web.site import Site

HOLD_SECONDS = 5.0


def check(site: Site, run: Run) -> Work:
    """Foresee the next rows, holding no lock; noted in the transaction."""
    stage = _sorted(site, run)
    if stage is None:
        return _nothing
    staged, job = stage.after(int(run.cursor or 0), CHUNK), job_of(site, run)
    with site.database.reading() as connection:
        judged = importing.check(connection, job, staged)
    last = len(staged) < CHUNK
    return lambda connection, found: importing.checked(connection, found, judged, last)


def carry_out(site: Site, run: Run) -> Work:
    """Read the next rows, to be done in the transaction."""
    stage = _sorted(site, run)
    if stage is None:
        return _nothing
    staged, job = stage.after(int(run.cursor or 0), CHUNK), job_of(site, run)
    last = len(staged) < CHUNK

    def work(connection: Connection, found: Run) -> Progress:
        judged = importing.carry_out(connection, job, staged)
        return importing.done(connection, found, judged, last)

    return work


class Tidying:
    """Forgets files that are needed no more."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._next: Instant = 0

    def work(self) -> int:
        """Once a minute; how many files were forgotten."""
        site = self._site
        if site.now() < self._next:
            return 0
        self._next = site.now() + 60_000
        with site.database.reading() as connection:
            ids = imports.left_behind(connection, site.now())
            kept = {str(id_) for id_ in known.waiting(connection)}
        if ids:
            site.database.write(imports.tidy, ids)
        for path in (site.settings.data_dir / "imports").glob("*.*"):
            if path.name.partition("-")[0] not in kept - {str(id_) for id_ in ids}:
                path.unlink(missing_ok=True)
        return len(ids)


def job_of(site: Site, run: Run) -> Job:
    """What all rows of this import are judged by."""
    with site.database.reading() as connection:
        catalog = site.catalogs.current(connection)
        properties = known.properties(connection)
    order = Order.from_json(run.parameters)
    slugs = {target.of for target in order.targets if target.kind is Kind.PROPERTY}
    ids = {each.slug: each.id for each in properties if each.slug in slugs}
    return Job(run, order, catalog, ids, site.now())


def _nothing(_: Connection, run: Run) -> Progress:
    """The run went on, or ended, while its file was read."""
    return Progress(0, {}, run.cursor, finished=False)


def _sorted(site: Site, run: Run) -> Stage | None:
    """The file's rows in the order of keys: made once on each machine. None where the file cannot
    be read, or the import was cancelled."""
    digest = hashlib.sha256(json.dumps(run.parameters, sort_keys=True).encode()).hexdigest()
    stage = Stage(site.settings.data_dir / "imports" / f"{run.id}-{digest[:16]}.rows")
    if stage.ready:
        return stage
    held_at = time.monotonic()
    try:
        for _ in stage.fill(staged(site, run)):
            if time.monotonic() - held_at > HOLD_SECONDS:
                held_at = time.monotonic()
                if not site.database.write(runs.hold, run.id, site.now()):
                    return None
    except Unreadable as fault:
        why = f"{fault.fault}:{fault.line}"
        site.database.write(imports.refuse, run.id, why, site.now())
        return None
    return stage


def staged(site: Site, run: Run) -> Iterator[tuple[bytes | None, int, str]]:
    """Each row of the file: key, line and what it asks for, or why it cannot be read."""
    order = Order.from_json(run.parameters)
    reader = _reader(site, run, order)
    headings = tuple(run.words["headings"])
    shape = Shape(order.encoding, order.delimiter, headings, order.headed)
    source = joined(partial(_part, site, run.id))
    return _each(rows(source, shape), reader, site.keys)


def _each(
    found: Iterator[Row], reader: ContactRows | OptOutRows, keys: AddressKeys
) -> Iterator[tuple[bytes | None, int, str]]:
    for line, cells in found:
        try:
            wish = reader.read(cells)
        except Broken as broken:
            yield None, line, pack_broken(broken)
        else:
            yield keys(wish.address), line, pack(wish)


def _reader(site: Site, run: Run, order: Order) -> ContactRows | OptOutRows:
    if order.what is What.OPT_OUTS:
        types = {at: int(t.of) for at, t in enumerate(order.targets) if t.kind is Kind.TYPE}
        return OptOutRows(run.words["headings"], order.address or 0, order.export, types)
    with site.database.reading() as connection:
        kinds = {each.slug: PropertyKind(each.kind) for each in known.properties(connection)}
    there = [t if t.kind is not Kind.PROPERTY or t.of in kinds else LEFT_OUT for t in order.targets]
    return ContactRows(there, lambda slug, value: canonical(kinds[slug], value))


def _part(site: Site, run: int, number: int) -> bytes | None:
    with site.database.reading() as connection:
        return known.part(connection, run, number)
