"""What goes wrong in a soak: each begins, lasts a while, and ends."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

from bench.database_troubles import (
    disk_full,
    full_of_others,
    hanging,
    locked,
    migration_fails,
    primary_killed,
    primary_restarted,
    read_only,
    slow,
    standby_killed,
)
from bench.scene import Scene
from tests.processes.cluster import OWNER
from tests.processes.estate import Estate, Node
from tests.processes.front import Process
from tests.processes.installation import SAYSO
from tests.processes.post import TAKEN

LONG_SECONDS, MOMENT_SECONDS = 6.0, 3.0
"""How long a trouble lasts; what everything waits for only lasts a moment."""
COMMAND_SECONDS = 600.0


class Trouble(NamedTuple):
    """One thing that goes wrong, in words, for so long."""

    name: str
    happens: Callable[[Scene], AbstractContextManager[None]]
    seconds: float = LONG_SECONDS


def _killed(
    process: Callable[[Estate], Process],
) -> Callable[[Scene], AbstractContextManager[None]]:
    @contextmanager
    def happens(scene: Scene) -> Iterator[None]:
        dead = process(scene.estate)
        dead.kill()
        yield
        dead.start()

    return happens


@contextmanager
def _mail_server(scene: Scene, answer: str) -> Iterator[None]:
    scene.post.to_content = lambda mail: answer
    yield
    scene.post.to_content = lambda mail: TAKEN


@contextmanager
def _receiver_ill(scene: Scene) -> Iterator[None]:
    scene.receiver.answers["/hook"] = 500
    yield
    scene.receiver.answers.clear()


@contextmanager
def _secret_rotated(scene: Scene) -> Iterator[None]:
    """Everybody's links are of the older ones."""
    scene.estate.rotate()
    for node in scene.estate.webs:
        node.process.send(signal.SIGHUP)
    yield


@contextmanager
def _secret_lost(scene: Scene) -> Iterator[None]:
    """A web node comes back with another address secret: it refuses, until it has the right one."""
    node = scene.estate.webs[0]
    node.process.kill()
    other = {"SAYSO_ADDRESS_SECRET": "another-address-secret-than-it-was"}
    done = _run(node, other, "serve", "--port", str(node.port))
    if not done.returncode:
        raise RuntimeError("A node served with another address secret.")
    yield
    node.process.start()


@contextmanager
def _clock_jumps(scene: Scene, days: int) -> Iterator[None]:
    """Of one web node's and one worker's machine."""
    clocks = [nodes[0].clock for nodes in (scene.estate.webs, scene.estate.workers)]
    for clock in clocks:
        clock.set(days)
    yield
    for clock in clocks:
        clock.set(0)


@contextmanager
def _upgraded_twice(scene: Scene) -> Iterator[None]:
    """At once, and a backup beside them, which is then restored into another database."""
    office, primary = scene.estate.workers[0], scene.estate.cluster.primary
    file = str(office.installation.home / f"backup-{time.time_ns()}")
    direct = {"SAYSO_DATABASE_URL": primary.url("sayso", OWNER)}
    with ThreadPoolExecutor() as threads:
        running = [threads.submit(_run, office, direct, "upgrade") for _ in range(2)]
        running.append(threads.submit(_run, office, direct, "backup", file))
        yield
    done = [each.result() for each in running]
    beside = {
        "SAYSO_DATABASE_URL": primary.url("sayso", OWNER).removesuffix("sayso") + "beside",
        "SAYSO_READ_DATABASE_URL": "",
        "SAYSO_BROWSE_DATABASE_URL": "",
    }
    primary.ask("CREATE DATABASE beside OWNER sayso TEMPLATE template0")
    done.append(_run(office, beside, "restore", file))
    primary.ask("DROP DATABASE beside WITH (FORCE)")
    Path(file).unlink()
    if failed := [each for each in done if each.returncode]:
        raise RuntimeError(f"{failed}")


def _run(node: Node, settings: dict[str, str], *command: str) -> CompletedProcess[str]:
    """A command on the machine of a node, with some settings of its own."""
    return subprocess.run(
        [SAYSO, *command],
        cwd=node.installation.home,
        env={**node.installation.environment, **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
    )


TROUBLES = (
    Trouble("web node killed", _killed(lambda estate: estate.webs[0].process)),
    Trouble("mail server says 451", lambda scene: _mail_server(scene, "451 Later")),
    Trouble("worker killed", _killed(lambda estate: estate.workers[0].process)),
    Trouble("PgBouncer killed", _killed(lambda estate: estate.bouncer.process)),
    Trouble("primary hangs", hanging, MOMENT_SECONDS),
    Trouble("webhook's receiver says 500", _receiver_ill),
    Trouble("a standby killed", standby_killed),
    Trouble("primary restarted", primary_restarted, MOMENT_SECONDS),
    Trouble("mail server says 550", lambda scene: _mail_server(scene, "550 No"), MOMENT_SECONDS),
    Trouble("primary read-only", read_only),
    Trouble("link secret rotated, web nodes reloaded", _secret_rotated),
    Trouble("primary full of others", full_of_others),
    Trouble("mail server away", lambda scene: scene.post.away()),
    Trouble("clock a day ahead", lambda scene: _clock_jumps(scene, 1)),
    Trouble("two upgrades, a backup, its restore", _upgraded_twice),
    Trouble("primary slow", slow),
    Trouble("table of events locked", locked, LONG_SECONDS + 2),
    Trouble("address secret lost on a web node", _secret_lost),
    Trouble("clock a day back", lambda scene: _clock_jumps(scene, -1)),
    Trouble("primary's disk full", disk_full),
    Trouble("a migration fails half-way", migration_fails, MOMENT_SECONDS),
    Trouble("mail server hangs", lambda scene: scene.post.holds()),
    Trouble("primary killed, a standby promoted", primary_killed, MOMENT_SECONDS),
)
