"""django-newsletter, from the package index as it is configured here, beside the program: the same
load on the page to unsubscribe and on its press, with the same server program and database."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from itertools import islice
from pathlib import Path

from app.config import ROOT
from app.links.purposes import Purpose
from bench import load, serving
from bench.databases import Kind
from bench.filled import Filled, filled, written
from bench.load import Answered, Load
from bench.report import Measured, of_load
from bench.serving import Running
from bench.sizes import SECONDS
from bench.turns import PAIRS, in_turns

PACKAGES = ("django-newsletter==1.2.1", "sorl-thumbnail", "gunicorn", "psycopg[binary]")
WARMING = 2
EACH = 2_500 * SECONDS
"""How many addresses there are for one turn."""
CODE = "a" * 40
PAGE = f"/newsletter/new-arrivals/subscription/reader.%d@example.com/unsubscribe/activate/{CODE}/"


def measure(kind: Kind) -> list[object]:
    """Pages and presses a second of both; why not, where the peer cannot be installed."""
    python = _python(kind.home)
    if python is None:
        return [f"peer: skipped, {PACKAGES[0]} cannot be installed here"]
    made, empty = filled(kind), kind.bare()
    peers = {"NEWSLETTERS_DATABASE": empty}
    subprocess.run(
        [python, "bench/newsletters.py", str(made.size)], cwd=ROOT, env=peers, check=True
    )
    with (
        serving.sayso(kind.copy(made.url), kind.home) as ours,
        serving.other("peer", python, "bench.newsletters:application", peers) as peer,
    ):
        return [*_pages(made, ours, peer), *_presses(made, ours, peer)]


def _pages(made: Filled, ours: Running, peer: Running) -> list[Measured]:
    paths = made.paths(Purpose.PREFERENCES)
    asked = Load(written(paths, made.kind.home / "pages"), "GET", 0, made.size)
    others = Load(_peers_paths(made), "GET", 0, made.size)

    def put(what: Load, server: Running, turn: int) -> Answered:
        return load.put(what, server, SECONDS if turn else WARMING)

    pairs = in_turns(lambda turn: put(asked, ours, turn), lambda turn: put(others, peer, turn))
    return of_load("page beside a peer's", made.kind.name, pairs, "≥ 2.5", "")


def _presses(made: Filled, ours: Running, peer: Running) -> list[Measured]:
    paths = dict(islice(made.paths(Purpose.TYPE).items(), EACH * (PAIRS + 1)))
    clicks, others = written(paths, made.kind.home / "clicks"), _peers_paths(made)
    code = f"user_activation_code={CODE}"

    def put(server: Running, turn: int) -> Answered:
        first, seconds = 1 + EACH * turn, SECONDS if turn else WARMING
        what = Load(clicks, "POST", first, EACH - 1)
        if server is peer:
            what = Load(others, "POST", first, EACH - 1, code)
        return load.put(what, server, seconds)

    pairs = in_turns(lambda turn: put(ours, turn), lambda turn: put(peer, turn))
    return of_load("unsubscribing beside a peer", made.kind.name, pairs, "≥ 2", "")


def _peers_paths(made: Filled) -> Path:
    file = made.kind.home / "peers"
    file.write_text("".join(f"{PAGE % number}\n" for number in range(made.size)), "utf-8")
    return file


@cache
def _python(home: Path) -> str | None:
    """The Python of an environment that has the peer; None where it cannot be had."""
    environment = home / "peer"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = str(environment / "bin/python")
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=False)
    return None if done.returncode else python
