"""A soak: many machines as processes on this one, 70 % of their peak, and one thing after another
going wrong. Prints what was promised, what is missing of it, memory, and what `sayso verify` says.

It stands on the estate of tests/processes, where each of these things has a test of its own.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import quantiles

from bench.database_troubles import disk_full
from bench.scene import Disks, Scene, disks_of_their_own
from bench.troubles import TROUBLES, Trouble
from tests.processes.counting import counted, wrong
from tests.processes.estate import Estate, Node, running_estate
from tests.processes.installation import children
from tests.processes.public import Public

PEOPLE = 12
PEAK_SECONDS = 20.0
SHARE = 0.7
QUIET_SECONDS = 8.0
"""After a trouble, before the next one."""
GROWTH = 1.1
"""What grows by more than a tenth from the first third to the end is not flat."""
KNOWN = 20_000


def measure(minutes: float) -> Iterator[str]:
    """Lines to print, as it goes on. Raises SystemExit at the end where anything is wrong."""
    disks: Disks = {}
    with (
        tempfile.TemporaryDirectory(prefix="sayso-soak-") as home,
        running_estate(Path(home), partial(disks_of_their_own, disks)) as running,
    ):
        scene = Scene(*running, disks)
        public = Public(scene.estate, pace=0.0, known=KNOWN)
        memory = Memory(scene.estate)
        with public.busy(PEOPLE):
            peak = _peak(public)
            public.pace = PEOPLE / (SHARE * peak)
            yield f"peak {peak:.0f} answers a second; {SHARE:.0%} of it for {minutes:g} minutes"
            yield from _go_wrong(scene, public, memory, time.monotonic() + minutes * 60)
        yield from _told(public)
        yield from _judged(scene, public, memory)


def _peak(public: Public) -> float:
    """Answers a second when everybody asks again at once."""
    public.is_answered(100)
    before, begun = public.answered, time.monotonic()
    time.sleep(PEAK_SECONDS)
    return (public.answered - before) / (time.monotonic() - begun)


def _go_wrong(scene: Scene, public: Public, memory: Memory, ends: float) -> Iterator[str]:
    """One trouble after the other, round after round, until the time is over."""
    yield "| trouble | seconds | answered 200 | refused | first answer after it |"
    yield "| --- | --- | --- | --- | --- |"
    if not scene.disks:
        yield "| primary's disk full | not tried: this user may mount no disk | | | |"
    there = [trouble for trouble in TROUBLES if scene.disks or trouble.happens is not disk_full]
    for trouble in itertools.cycle(there):
        if time.monotonic() > ends:
            return
        memory.look()
        yield _gone_wrong(scene, public, trouble)
        time.sleep(QUIET_SECONDS)


def _gone_wrong(scene: Scene, public: Public, trouble: Trouble) -> str:
    answered, refused, begun = public.answered, public.others.total(), time.monotonic()
    with trouble.happens(scene):
        time.sleep(trouble.seconds)
    over = time.monotonic()
    public.is_answered(1)
    again = time.monotonic() - over
    return (
        f"| {trouble.name} | {over - begun:.0f} | {public.answered - answered} | "
        f"{public.others.total() - refused} | {again:.1f} s |"
    )


def _told(public: Public) -> Iterator[str]:
    cuts = quantiles(public.seconds, n=100)
    yield f"\nanswers: p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, troubles and all"
    yield f"refused: {dict(public.others)}"


def _judged(scene: Scene, public: Public, memory: Memory) -> Iterator[str]:
    estate, post, receiver = scene.estate, scene.post, scene.receiver
    memory.look()
    promised = counted(estate, public, post, receiver)
    missing = wrong(estate, public, post, receiver)
    yield from (f"{what}: {number}" for what, number in promised.items())
    yield f"refused by the mail server for good: {len(post.refused)}"
    yield f"lost, missing or twice: {missing or 0}"
    yield from memory.told()
    verified = estate.workers[0].installation.run("verify")
    yield f"verify: {verified.stdout.strip()} {verified.stderr.strip()}"
    if verified.returncode or missing:
        raise SystemExit("The soak found something wrong.")


class Memory:
    """What the processes that nobody kills have resident, from time to time."""

    def __init__(self, estate: Estate) -> None:
        self._nodes = {"web node": estate.webs[1], "worker": estate.workers[1]}
        self._seen: dict[str, list[int]] = {name: [] for name in self._nodes}

    def look(self) -> None:
        """Once more."""
        for name, node in self._nodes.items():
            self._seen[name].append(_resident(node))

    def told(self) -> Iterator[str]:
        """From the first third, when all is loaded, to the end."""
        for name, seen in self._seen.items():
            early, late = max(seen[: len(seen) // 3 + 1]), seen[-1]
            flat = "flat" if late <= early * GROWTH else "NOT flat"
            yield f"memory of a {name}: {early / 1024:.0f} MiB, then {late / 1024:.0f} MiB: {flat}"


def _resident(node: Node) -> int:
    """Of all its processes together, in kB."""
    pids = (node.process.pid, *children(node.process.pid))
    lines = [Path(f"/proc/{pid}/status").read_text().splitlines() for pid in pids]
    return sum(int(line.split()[1]) for text in lines for line in text if line.startswith("VmRSS"))
