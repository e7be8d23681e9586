"""What may be of people who were erased is taken out of the files of imports that wait, out of what
reports say of broken rows, and of what files and columns are called (rules.md, 2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.domain.address import MalformedAddress, unwrapped
from app.domain.importing.columns import ours
from app.domain.importing.orders import Order
from app.domain.importing.wishes import Broken
from app.domain.runs import OVER, RunState
from app.domain.words import HOUR
from app.files.marks import like_addresses, mark, marked, without
from app.files.parts import packed
from app.files.shapes import Unreadable
from app.queries import imports as known
from app.services import imports, run_rows
from app.store import file_debts
from app.store.runs import Run, read
from app.web.site import Site
from app.worker.import_files import Reader, reader_of, rows_of

ABANDONED = HOUR
"""How long a file may take to be handed in."""
ROOM = 2**31 - 2**20
"""Below which the parts of a file begin that is written anew: anywhere, so that what a killed
worker left, or another one writes, is elsewhere."""


class ErasingFromImports:
    """Any number of them may; the last one to come finds it done."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def work(self) -> int:
        """Take them out of all imports that owe it; out of how many."""
        with self._site.database.reading() as connection:
            runs = file_debts.runs_that_owe(connection)
        return sum(erase_from(self._site, run) for run in runs)


def erase_from(site: Site, id_: int) -> bool:
    """Take them out of one import. False: not yet, for its file is still being handed in, or was
    changed meanwhile."""
    with site.database.reading() as connection:
        run, keys = read(connection, id_), file_debts.of_run(connection, id_)
    if run and not run.parameters["size"]:
        if run.created_at > site.now() - ABANDONED:
            return False
        if not site.database.write(imports.refuse, run, "abandoned:0", site.now()):
            return False
    elif run and (run.state not in OVER or run.state is RunState.FAILED):
        if not _write_anew(site, run, keys):
            return False
    else:
        site.database.write(imports.drop_parts, id_)
    while site.database.write(run_rows.forget_values, id_):
        pass
    if run:
        site.database.write(imports.forget_words, id_, _headings(site, run))
    site.database.write(file_debts.settle, id_, keys)
    return True


def _write_anew(site: Site, run: Run, erased: frozenset[bytes]) -> bool:
    """Write it anew, and let that be the file. Sorted rows anywhere are then of another one. False:
    another worker was quicker, who may have known of fewer that were erased."""
    order, parts = Order.from_json(run.parameters), 0
    first = secrets.randbelow(ROOM) + 1
    instead = Instead(site, run, erased)
    headings = _headings(site, run) if order.headed else None
    try:
        for part in packed(without(rows_of(site, run), headings, order.delimiter, instead)):
            site.database.write(imports.add_part, run.id, first + parts, part)
            parts += 1
    except Unreadable as fault:
        why = f"{fault.fault}:{fault.line}"
        return site.database.write(imports.refuse, run, why, site.now())
    anew = replace(order, first=first, encoding="utf-8")
    return site.database.write(imports.swap, run.id, order, anew, parts)


def _headings(site: Site, run: Run) -> list[str]:
    """Those that are nobody's words."""
    with site.database.reading() as connection:
        catalog = site.catalogs.current(connection)
        properties = [(each.slug, each.name) for each in known.properties(connection)]
    return ours(run.words["headings"], catalog, properties)


class Instead:
    """What is left of the rows of a file: a mark of those in which somebody who was erased is
    named, and of those in which nobody is, for they may be anybody's."""

    def __init__(self, site: Site, run: Run, erased: frozenset[bytes]) -> None:
        self._keys, self._erased = site.keys, erased
        mapped = Order.from_json(run.parameters).address is not None
        self._reader: Reader | None = reader_of(site, run) if mapped else None

    def __call__(self, cells: Sequence[str]) -> list[str] | None:
        """What is left of one row; None: it stays."""
        if marked(cells) is not None:
            return None
        named = set(self._named(cells))
        return mark(self._key(cells)) if not named or named & self._erased else None

    def _named(self, cells: Sequence[str]) -> Iterator[bytes]:
        for text in like_addresses(cells):
            try:
                yield self._keys(unwrapped(text))
            except MalformedAddress:
                continue

    def _key(self, cells: Sequence[str]) -> bytes | None:
        """The key by which the row is sorted."""
        try:
            wish = self._reader.read(cells) if self._reader else None
        except Broken as broken:
            wish = broken.left
        return self._keys(wish.address) if wish else None
