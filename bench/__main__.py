"""Benchmarks: each thing beside a floor of its own, in turns; only the ratios say anything."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from time import perf_counter

from bench import (
    api,
    decisions,
    enrolment,
    imports,
    inside,
    links,
    load,
    oneclick,
    page,
    peer,
    rest,
)
from bench.databases import Chosen, Kind, databases, stored
from bench.report import HEAD

ON_DATABASES: dict[str, Callable[[Kind], Sequence[object]]] = {
    "page": page.measure,
    "oneclick": oneclick.measure,
    "decisions": decisions.measure,
    "api": api.measure,
    "suppressions": api.measure_suppressions,
    "imports": imports.measure,
    "enrolment": enrolment.measure,
    "inside": inside.measure,
    "rest": rest.measure,
    "peer": peer.measure,
}
ALONE = {"links": links.measure}
UNLESS_ASKED_FOR = {"inside", "rest", "peer", "soak"}
OF_WHAT_IS_STORED = {"page", "oneclick", "decisions", "api", "suppressions", "imports", "enrolment"}
NAMES = ("sqlite", "postgresql")


def main() -> None:
    asked = _asked()
    start = perf_counter()
    print(f"{os.cpu_count()} cores, load by {load.generator()}\n\n{HEAD}", flush=True)
    took = [_told(name, ALONE[name]) for name in ALONE if name in asked.parts]
    if "soak" in asked.parts:  # which needs the tests', and so what make setup installs
        for line in import_module("bench.soak").measure(asked.minutes):
            print(line, flush=True)
    found = stored(*asked.stored) if asked.stored else databases(asked.database or [*NAMES])
    took += _on_databases(asked.parts, found)
    print("", *took, f"all in {perf_counter() - start:.0f} s", sep="\n")


def _on_databases(parts: set[str], found: AbstractContextManager[Chosen]) -> list[str]:
    """How long each part took, and which databases were left out and why."""
    wanted = {name: measure for name, measure in ON_DATABASES.items() if name in parts}
    if not wanted:
        return []
    with found as chosen:
        return [
            _told(f"{name}, {kind.name}", partial(measure, kind))
            for kind in chosen.kinds
            for name, measure in wanted.items()
        ] + chosen.skipped


def _told(name: str, measure: Callable[[], Sequence[object]]) -> str:
    """Its lines printed; and how long it took."""
    start = perf_counter()
    print(*measure(), sep="\n", flush=True)
    return f"{name} in {perf_counter() - start:.0f} s"


def _asked() -> argparse.Namespace:
    every = (*ON_DATABASES, *ALONE, "soak")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parts = f"{', '.join(every)}; where none is given all but {' '.join(UNLESS_ASKED_FOR)}"
    parser.add_argument("parts", nargs="*", metavar="PART", help=parts)
    parser.add_argument("--database", action="append", choices=NAMES, help="only this one")
    there = "a database that bench.fill filled, and with how many; parts write to it"
    parser.add_argument("--stored", nargs=2, metavar=("URL", "ADDRESSES"), help=there)
    parser.add_argument("--minutes", type=float, default=30.0, help="of the soak; 30 by default")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(every):
        parser.error(f"there is no part {' '.join(unknown)}; there are {', '.join(every)}")
    usual = OF_WHAT_IS_STORED if asked.stored else {*every} - UNLESS_ASKED_FOR
    asked.parts = set(asked.parts) or usual
    if asked.stored:
        asked.stored = asked.stored[0], int(asked.stored[1])
        if others := asked.parts - OF_WHAT_IS_STORED:
            parser.error(f"{' '.join(others)}: not with --stored")
    return asked


if __name__ == "__main__":
    main()
