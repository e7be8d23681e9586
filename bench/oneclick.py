"""One-click unsubscribing (RFC 8058), committed, beside the same rows written by the bare driver.

Every request is for another address that never said anything about the type, so each one writes.
"""

from __future__ import annotations

from itertools import islice
from urllib.request import Request

from app.domain.leaving import Leaving, leaving
from app.domain.words import Scope, Via
from app.links.purposes import Purpose
from app.services import choices
from app.services.choices import Press
from app.services.preferences import Source
from bench import load, serving, world
from bench.databases import Kind
from bench.filled import Filled, filled, written
from bench.floors import Script
from bench.load import Answered, Load
from bench.page import answer_of
from bench.report import Measured, of_load
from bench.serving import Running
from bench.sizes import SECONDS
from bench.tape import Statement, taping
from bench.turns import PAIRS, in_turns

WARMING = 1
EACH = 2_500 * SECONDS
"""How many addresses there are for one turn."""
EVIDENCE = {"of": "provider", "ip": "127.0.0.1", "user_agent": "x" * 70}


def measure(kind: Kind) -> list[Measured]:
    """Opt-outs a second against the floor, each on a database of its own."""
    made = filled(kind)
    whole = EACH * (PAIRS + 1)
    aside = (
        whole if kind.holds else 0
    )  # where both write to the same database, each does for others
    paths = dict(islice(made.paths(Purpose.TYPE).items(), whole + aside))
    file, script = written(paths, kind.home / "clicks"), kind.home / "clicks.script"

    def put(server: Running, turn: int, past: int = 0) -> Answered:
        asked = Load(file, "POST", 1 + past + EACH * turn, EACH - 1)
        return load.put(asked, server, SECONDS if turn else WARMING)

    statements = _statements(made, paths)  # before anybody else may write to that database
    with serving.sayso(kind.copy(made.url), kind.home) as ours:
        body = b"List-Unsubscribe=One-Click"
        answer = answer_of(ours, Request(f"{ours.url}{next(iter(paths))}", body))
        Script(answer, statements).save(script)
        with serving.floor("oneclick", kind.copy(made.url), str(script)) as floor:
            pairs = in_turns(lambda turn: put(ours, turn), lambda turn: put(floor, turn, aside))
    return of_load("one-click POST", kind.name, pairs, "≥ 0.75", "≤ 1.5")


def _statements(made: Filled, paths: dict[str, bytes]) -> dict[str, list[Statement]]:
    seen = {}
    left = leaving(made.catalog, Scope.type(made.never_chosen))
    with taping(made.url) as tape:
        for path, key in paths.items():
            choices.leave(tape, _press(made, left, key), left)  # type: ignore[arg-type]
            seen[path] = tape.cut()
    return seen


def _press(made: Filled, left: Leaving, key: bytes) -> Press:
    source = Source(812, Purpose.TYPE, left.scope.id)
    return Press(key, made.catalog, Via.ONE_CLICK, world.MADE_AT, source, evidence=EVIDENCE)
