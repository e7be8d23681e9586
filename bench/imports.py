"""Imports of contacts, beside the same rows parsed and upserted by the bare driver; and one-click
opt-outs while one runs."""

from __future__ import annotations

import csv
import os
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import psycopg

from app.config import ROOT, from_environment
from app.domain.address import matching_form
from app.domain.deeds import Doer
from app.domain.importing.orders import Order, What
from app.domain.runs import Press
from app.domain.words import Basis
from app.links.purposes import Purpose
from app.services import imports, runs
from app.store.runs import Run, read
from app.web.receiving import receive
from app.web.site import Site, make_site
from bench import load, serving, world
from bench.databases import Kind
from bench.filled import filled, written
from bench.load import Answered, Load
from bench.report import Measured
from bench.sizes import ROWS, SECONDS
from bench.turns import in_turns, medians, ratio

FEW = 2_000
PAIRS = 1
WITH_BASIS = ("--legal-basis", "CONSENT_WITH_NOTICE", "--explanation", "Asked in the shop.")
SPEED = attrgetter("speed")
PART = 1_000
BESIDE = 100_000
"""Rows of the import beside which others click: it is to go on until they have."""
HOW = "one at a time", "32 at once"
CLICKS = 2_500
"""Addresses for a second of one-click opt-outs, of whom each may do it once."""
_numbers = count(1)


class Went(NamedTuple):
    """Rows a second, and the most that was ever resident, in kB."""

    speed: float
    peak: int = 0


def measure(kind: Kind) -> list[Measured]:
    """Rows a second, how much memory grew, and the p99 of one-click POSTs beside an import."""
    small, file = _file(kind.home / "small.csv", FEW), _file(kind.home / "import.csv", ROWS)
    made = filled(kind)
    floor = {"sqlite": _sqlite_floor, "postgresql": _postgresql_floor}[kind.name]

    def ours(turn: int) -> Went:
        return _imported(kind, made.url, *((file, ROWS) if turn else (small, FEW)))

    def bare(turn: int) -> Went:
        url, size = kind.copy(made.url), ROWS if turn else FEW
        began = time.perf_counter()
        floor(url, file, size)
        return Went(size / (time.perf_counter() - began))

    least = _imported(kind, made.url, small, FEW).peak
    pairs = in_turns(ours, bare, PAIRS)
    own, other = (f"{speed:,.0f} rows/s" for speed in medians(pairs, SPEED))
    aim = "≥ 0.18" if kind.name == "sqlite" else "≥ 0.20"
    what = f"import of {ROWS:,} contacts"
    rate = Measured(what, kind.name, own, other, ratio(pairs, SPEED), aim)
    grew = (max(went.peak for went, _ in pairs) - least) / 1024
    memory = Measured(f"{what}, growth", kind.name, f"{grew:.0f} MiB", "32 MiB", grew / 32, "≤ 1")
    return [rate, memory, *_beside(kind)]


def _imported(kind: Kind, url: str, file: Path, rows: int) -> Went:
    """An import by the command, from its start to its end."""
    home = str(kind.home / f"data-{next(_numbers)}")
    settings = {**os.environ, **world.environment(kind.copy(url), home)}
    command = [*serving.SAYSO, "import", "contacts", str(file), "--yes", *WITH_BASIS]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = _peak(process.pid) or peak
        time.sleep(0.05)
    if process.returncode:
        raise RuntimeError("the import failed")
    return Went(rows / (time.perf_counter() - began), peak)


def _peak(process: int) -> int:
    """The most that it ever had resident since it began, in kB; what wait4 tells counts what it was
    forked from too."""
    told = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next((int(line.split()[1]) for line in told.splitlines() if "VmHWM" in line), 0)


def _beside(kind: Kind) -> list[Measured]:
    """One-click POSTs with an import by the same server, and without: by one who waits for each
    answer, and by as many as the server can bear."""
    made, each = filled(kind), CLICKS * SECONDS
    paths = dict(islice(made.paths(Purpose.TYPE, 8).items(), 4 * each + 1))
    links, file = written(paths, kind.home / "beside"), _file(kind.home / "beside.csv", BESIDE)
    url = kind.copy(made.url)

    def put(turn: int, connections: int) -> Answered:
        asked = Load(links, "POST", 1 + turn * each, each, connections=connections)
        return load.put(asked, server, SECONDS)

    with serving.sayso(url, kind.home) as server:
        alone = put(0, 1), put(1, load.CONNECTIONS)
        site = _site(url, kind.home)
        id_ = _begun(site, file)
        site.database.write(runs.press, id_, Press.START, Doer(None, site.now()))
        while _run(site, id_).done == 0:
            time.sleep(0.05)
        busy = put(2, 1), put(3, load.CONNECTIONS)
        ended = "" if _run(site, id_).at_work else " (which ended earlier)"
    return [
        Measured(
            f"one-click POST, {how}, beside an import{ended}, p99",
            kind.name,
            f"{ours.p99:.0f} ms",
            f"{other.p99:.0f} ms",
            ours.p99 / other.p99,
            aim,
        )
        for how, aim, ours, other in zip(HOW, ("< 200 ms", ""), busy, alone, strict=True)
    ]


def _file(path: Path, rows: int) -> Path:
    """Contacts in no order."""
    numbers = list(range(10_000_000, 10_000_000 + rows))
    random.Random(3).shuffle(numbers)
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,lang,surveys\n")
        file.writelines(f"{world.address(n)},Reader {n},en,yes\n" for n in numbers)
    return path


def _site(url: str, home: Path) -> Site:
    settings = world.environment(url, str(home / f"data-{next(_numbers)}"))
    return make_site(from_environment(settings))


def _begun(site: Site, file: Path) -> int:
    with file.open("rb") as source:
        by = Doer(None, site.now())
        id_ = receive(site, source, What.CONTACTS, (file.name, "bench"), by)
    order = Order.from_json(_run(site, id_).parameters)
    with_basis = order.__class__.from_json({**order.as_json(), "basis": Basis.CONSENT_WITH_NOTICE})
    site.database.write(imports.order, id_, with_basis, {"explanation": "Asked in the shop."})
    return id_


def _run(site: Site, id_: int) -> Run:
    with site.database.reading() as connection:
        found = read(connection, id_)
    if found is None:
        raise LookupError(id_)
    return found


def _rows(file: Path, most: int) -> Iterator[tuple[bytes, str, str]]:
    """Parsed and normalised, with their keys."""
    with file.open(encoding="utf-8", newline="") as source:
        reader = csv.reader(source)
        next(reader)
        for address, name, *_ in islice(reader, most):
            yield world.KEYS(matching_form(address)), address, name


def _sqlite_floor(url: str, file: Path, most: int) -> None:
    rows = _rows(file, most)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as bare:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            bare.execute(f"PRAGMA {pragma}").fetchall()
        bare.execute("DROP TABLE IF EXISTS bare")
        bare.execute(
            "CREATE TABLE bare (key BLOB PRIMARY KEY, address TEXT, name TEXT) WITHOUT ROWID"
        )
        while part := list(islice(rows, PART)):
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany(
                "INSERT INTO bare VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
                " SET address = excluded.address, name = excluded.name",
                part,
            )
            bare.execute("COMMIT")


def _postgresql_floor(url: str, file: Path, most: int) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as bare:
        bare.execute("DROP TABLE IF EXISTS bare, staged")
        bare.execute("CREATE TABLE bare (key bytea PRIMARY KEY, address text, name text)")
        bare.execute("CREATE UNLOGGED TABLE staged (key bytea, address text, name text)")
        with bare.cursor().copy("COPY staged FROM STDIN") as copy:
            for row in _rows(file, most):
                copy.write_row(row)
        bare.execute(
            "INSERT INTO bare SELECT * FROM staged ON CONFLICT (key) DO UPDATE"
            " SET address = excluded.address, name = excluded.name"
        )
