"""How fast links are made: from address text to all URLs and headers, in processor time.

Beside it in the same run, in turns: the bare `hmac.digest` of the address and of each token, which
is what no signed link can do without in plain Python.
"""

from __future__ import annotations

import hmac
import os
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path

from app.config import ROOT
from app.links.mailing import mailing_links
from bench import world
from bench.report import Measured
from bench.serving import SAYSO
from bench.sizes import LINKS
from bench.turns import in_turns, medians, ratio

PAIRS = 3
DIGESTS = 4
"""For an address: its key, and its tokens of three URLs."""
MAILING = {"brand": 3, "type": 7, "message": 812}


def measure() -> list[Measured]:
    """Addresses a second by the library, and by the command `sayso links` as a whole process."""
    addresses = [*map(world.address, range(LINKS))]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.csv"
        file.write_text("\n".join(["email", *addresses]), "utf-8")
        return [
            _measured("links by the library", lambda: _by_library(addresses)),
            _measured("links by `sayso links`", lambda: _by_command(folder, file)),
        ]


def _measured(what: str, make: Callable[[], None]) -> Measured:
    pairs = in_turns(lambda _: _rate(make), lambda _: _rate(_signed), PAIRS)
    ours, floor = medians(pairs, float)
    return Measured(what, "none", f"{ours:,.0f}/s", f"{floor:,.0f}/s", ratio(pairs, float))


def _rate(work: Callable[[], None]) -> float:
    """Addresses for a second of processor time, of this process and of those it started."""
    start = _spent()
    work()
    return LINKS / (_spent() - start)


def _spent() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _by_library(addresses: list[str]) -> None:
    made = mailing_links(world.LINKS, addresses, **MAILING, phrase="News")
    deque(made, maxlen=0)


def _by_command(folder: str, file: Path) -> None:
    ids = [f"--{name}={number}" for name, number in MAILING.items()]
    subprocess.run(
        [*SAYSO, "links", *ids, str(file)],
        check=True,
        cwd=ROOT,
        env={
            **os.environ,
            **world.environment(f"sqlite:///{folder}/none.db", folder),
            "SAYSO_BASE_URL": world.BASE_URL,
        },
        stdout=subprocess.DEVNULL,
    )


def _signed() -> None:
    """As many bare signatures."""
    secret, message = world.ADDRESS_SECRET.encode(), bytes(25)
    for _ in range(LINKS * DIGESTS):
        hmac.digest(secret, message, "sha256")
