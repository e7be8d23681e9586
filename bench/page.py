"""The preference page, with all its features, beside its bytes and its statement alone."""

from __future__ import annotations

from urllib.request import Request, urlopen

from app.links.purposes import Purpose
from app.store.addresses import known_with_version
from bench import load, serving
from bench.databases import Kind
from bench.filled import Filled, filled, written
from bench.floors import Answer, Script
from bench.load import Answered, Load
from bench.report import Measured, of_load
from bench.serving import Running
from bench.sizes import SECONDS
from bench.tape import Statement, taping
from bench.turns import in_turns

WARMING = 1
OF_THE_SERVER = ("server", "date", "connection", "transfer-encoding")


def measure(kind: Kind) -> list[Measured]:
    """Pages a second against the floor; the memory of a worker against one that says hello."""
    made = filled(kind)
    paths = made.paths(Purpose.PREFERENCES)
    asked = Load(written(paths, kind.home / "pages"), "GET", 0, len(paths))
    script = kind.home / "pages.script"
    with serving.sayso(made.url, kind.home) as ours:
        answer = answer_of(ours, Request(f"{ours.url}{next(iter(paths))}"))
        Script(answer, _statements(made, paths)).save(script)
        with serving.floor("page", made.url, str(script)) as floor:
            pairs = in_turns(
                lambda turn: _put(asked, ours, turn), lambda turn: _put(asked, floor, turn)
            )
        memory = ours.memory()
    what = f"page of {len(answer[2]) / 1000:.1f} kB"
    return [*of_load(what, kind.name, pairs, "≥ 0.80", ""), _memory(kind, memory)]


def answer_of(server: Running, request: Request) -> Answer:
    """A whole answer, but for what the server itself adds."""
    with urlopen(request) as got:
        headers = [(n, v) for n, v in got.headers.items() if n.lower() not in OF_THE_SERVER]
        return f"{got.status} {got.reason}", headers, got.read()


def _statements(made: Filled, paths: dict[str, bytes]) -> dict[str, list[Statement]]:
    seen = {}
    with taping(made.url) as tape:
        for path, key in paths.items():
            known_with_version(tape, key)  # type: ignore[arg-type]
            seen[path] = tape.cut()
    return seen


def _put(asked: Load, server: Running, turn: int) -> Answered:
    return load.put(asked, server, SECONDS if turn else WARMING)


def _memory(kind: Kind, ours: list[int]) -> Measured:
    """The most that a worker had resident."""
    nothing = kind.home / "nothing"
    nothing.write_text("/\n", "utf-8")
    with serving.floor("hello") as hello:
        load.put(Load(nothing, "GET", 0, 1), hello, WARMING)
        floor = hello.memory()
    said = [f"{max(kilobytes) / 1024:.0f} MiB" for kilobytes in (ours, floor)]
    return Measured(
        "memory of a worker", kind.name, said[0], said[1], max(ours) / max(floor), "≤ 2"
    )
