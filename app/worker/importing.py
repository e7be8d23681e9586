"""Imports in the worker: the file read and sorted once, then its rows some hundreds at a time."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from app.domain.address import AddressKeys
from app.domain.importing.columns import Kind
from app.domain.importing.orders import Order
from app.domain.importing.packing import pack, pack_broken
from app.domain.importing.repeats import carried
from app.domain.importing.wishes import Broken, Problem
from app.domain.words import HOUR, MINUTE, Instant
from app.files.marks import marked
from app.files.rows import Row
from app.files.shapes import Unreadable
from app.files.staging import Stage, Staged
from app.queries import imports as known
from app.services import importing, imports, run_rows, runs
from app.services.import_rows import Job
from app.services.importing import Ready
from app.services.runs import CHUNK, Progress, Work
from app.store import file_debts
from app.store.runs import Run
from app.web.site import Site
from app.worker.import_erasing import erase_from
from app.worker.import_files import Reader, reader_of, rows_of

HOLD_SECONDS = 5.0
PACKED_AS = 5
"""One more whenever rows are read or packed otherwise: those of an earlier release are then sorted
anew."""


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
    """Read the next rows and work out what they come to, holding no lock; to be done in the
    transaction."""
    stage = _sorted(site, run)
    if stage is None:
        return _nothing
    staged, job = stage.after(int(run.cursor or 0), CHUNK), job_of(site, run)
    with site.database.reading() as connection:
        ready = importing.work_out(connection, job, staged)
    return Chunk(site, job, staged, ready)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, and what they come to."""

    site: Site
    job: Job
    staged: Sequence[Staged]
    ready: Ready

    def __call__(self, connection: Connection, found: Run) -> Progress:
        """Do them, and note it."""
        if file_debts.of_run(connection, found.id):
            return _nothing(connection, found)  # somebody in the file was erased just now
        now = self.site.now()
        rows = importing.carry_out(connection, self.job, self.staged, self.ready, now)
        return importing.done(connection, found, rows, self.last)

    @property
    def last(self) -> bool:
        """Whether no rows follow."""
        return len(self.staged) < CHUNK

    @property
    def then(self) -> Run | None:
        """Where the run is once these are done, but for what was counted; None: at its end."""
        return None if self.last else replace(self.job.run, cursor=str(self.staged[-1].position))


class ForgettingFiles:
    """Forgets files that are needed no more."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._next: Instant = 0
        self._hourly: Instant = 0

    def work(self) -> int:
        """Once a minute; how many files were forgotten."""
        site = self._site
        if 0 < self._next - site.now() <= MINUTE:
            return 0  # a longer wait was begun when the clock was ahead
        self._next = site.now() + MINUTE
        with site.database.reading() as connection:
            ids = imports.left_behind(connection, site.now())
        if ids:
            site.database.write(imports.tidy, ids, site.now())
        forget_stages(site)
        if not 0 < self._hourly - site.now() <= HOUR:
            self._hourly = site.now() + HOUR
            forget_contents(site)
        return len(ids)


def forget_contents(site: Site) -> None:
    """Empty the rows of imports that ended long ago of people's words."""
    with site.database.reading() as connection:
        outdated = imports.outdated(connection, site.now())
    for id_ in outdated:
        while site.database.write(run_rows.forget_contents, id_):
            pass


def forget_stages(site: Site) -> None:
    """Remove sorted rows from this machine, but for those of imports that still need them."""
    with site.database.reading() as connection:
        kept = {_stage(site, run).path.stem for run in known.waiting(connection)}
    for path in (site.settings.data_dir / "imports").glob("*.*"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)


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
    """The run went on, or ended, or its file was changed, while it was read."""
    return Progress(0, {}, run.cursor, finished=False)


def _sorted(site: Site, run: Run) -> Stage | None:
    """The file's rows in the order of keys: made once on each machine. None where the file cannot
    be read, or the import was cancelled."""
    with site.database.reading() as connection:
        owes = file_debts.of_run(connection, run.id)
    if owes:
        erase_from(site, run.id)
        return None
    stage = _stage(site, run)
    if stage.ready:
        return stage
    return _filled(site, run, stage)


def _filled(site: Site, run: Run, stage: Stage) -> Stage | None:
    held_at = time.monotonic()
    try:
        for _ in stage.fill(staged(site, run), carried):
            if time.monotonic() - held_at > HOLD_SECONDS:
                held_at = time.monotonic()
                if not site.database.write(runs.hold, run.id, site.now()):
                    return None
    except Unreadable as fault:
        why = f"{fault.fault}:{fault.line}"
        site.database.write(imports.refuse, run, why, site.now())
        return None
    return stage


def _stage(site: Site, run: Run) -> Stage:
    """Where its sorted rows lie on this machine: elsewhere once anything about it changed."""
    told = json.dumps([PACKED_AS, run.parameters], sort_keys=True)
    digest = hashlib.sha256(told.encode()).hexdigest()
    return Stage(site.settings.data_dir / "imports" / f"{run.id}-{digest[:16]}.rows")


def staged(site: Site, run: Run) -> Iterator[tuple[bytes | None, int, str]]:
    """Each row of the file: key, line and what it asks for, or why it cannot be read."""
    return _each(rows_of(site, run), reader_of(site, run), site.keys)


def _each(
    found: Iterator[Row], reader: Reader, keys: AddressKeys
) -> Iterator[tuple[bytes | None, int, str]]:
    for line, cells in found:
        try:
            wish = reader.read(cells)
        except Broken as broken:
            yield _unread(line, cells, broken, keys)
        else:
            yield keys(wish.address), line, pack(wish)


def _unread(
    line: int, cells: Sequence[str], broken: Broken, keys: AddressKeys
) -> tuple[bytes | None, int, str]:
    """A row that is broken, or of which somebody's erasure left only its place."""
    key = marked(cells)
    if key is not None:
        return (bytes.fromhex(key), line, "") if key else (None, line, pack_broken(ERASED))
    if left := broken.left:
        only = replace(left, broken=(broken.problem, broken.column))
        return keys(left.address), line, pack(only)
    return None, line, pack_broken(broken)


ERASED = Broken(Problem.ERASED)
