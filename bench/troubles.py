"""What goes wrong in a soak: each begins, lasts a while, and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

import psycopg

from tests.processes.cluster import OWNER
from tests.processes.estate import Estate
from tests.processes.front import Process
from tests.processes.installation import SAYSO, children
from tests.processes.post import TAKEN, Post
from tests.worker.receiver import Receiver

LONG_SECONDS, MOMENT_SECONDS = 6.0, 3.0
"""How long a trouble lasts; what everything waits for only lasts a moment."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where it happens."""

    estate: Estate
    post: Post
    receiver: Receiver


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
def _standby_killed(scene: Scene) -> Iterator[None]:
    cluster = scene.estate.cluster
    dead = cluster.standbys[0]
    cluster.kill(dead)
    yield
    cluster.rebuild(dead)


@contextmanager
def _primary_killed(scene: Scene) -> Iterator[None]:
    """For good: a standby takes its place, and it comes back as one."""
    cluster = scene.estate.cluster
    cluster.kill(cluster.primary)
    yield
    dead = cluster.promote()
    scene.estate.bouncer.turn_to(cluster.primary)
    cluster.rebuild(dead)


@contextmanager
def _primary_restarted(scene: Scene) -> Iterator[None]:
    cluster = scene.estate.cluster
    cluster.restart(cluster.primary)
    yield


@contextmanager
def _hanging(scene: Scene) -> Iterator[None]:
    """All its processes are stopped, and go on."""
    pid = scene.estate.cluster.primary.pid
    stopped = [pid, *children(pid)]
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for process in stopped:
            with suppress(ProcessLookupError):
                os.kill(process, number)
        if number == signal.SIGSTOP:
            yield


@contextmanager
def _read_only(scene: Scene) -> Iterator[None]:
    primary = scene.estate.cluster.primary
    primary.ask("ALTER SYSTEM SET default_transaction_read_only = on")
    primary.ask("SELECT pg_reload_conf()")
    yield
    with primary.connected() as own:
        own.execute("SET default_transaction_read_only = off")
        own.execute("ALTER SYSTEM RESET default_transaction_read_only")
        own.execute("SELECT pg_reload_conf()")


@contextmanager
def _full_of_others(scene: Scene) -> Iterator[None]:
    primary = scene.estate.cluster.primary
    with ExitStack() as others:
        primary.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE usename LIKE 'sayso%'"
        )
        with suppress(psycopg.OperationalError):
            while True:  # until it says "too many clients"
                others.enter_context(primary.connected())
        yield


@contextmanager
def _locked(scene: Scene) -> Iterator[None]:
    with scene.estate.cluster.primary.connected("sayso") as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE event IN SHARE MODE")
        yield


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
def _reloaded(scene: Scene) -> Iterator[None]:
    for node in scene.estate.webs:
        node.process.send(signal.SIGHUP)
    yield


@contextmanager
def _upgraded_twice(scene: Scene) -> Iterator[None]:
    """At once, and a backup beside them, straight from the server."""
    office = scene.estate.workers[0].installation
    direct = {"SAYSO_DATABASE_URL": scene.estate.cluster.primary.url("sayso", OWNER)}
    file = office.home / f"backup-{time.time_ns()}"
    commands = (("upgrade",), ("upgrade",), ("backup", str(file)))
    running = [
        subprocess.Popen(
            [SAYSO, *command],
            env={**office.environment, **(direct if command[0] == "backup" else {})},
            stdout=subprocess.DEVNULL,
        )
        for command in commands
    ]
    yield
    for command, process in zip(commands, running, strict=True):
        if process.wait(120):
            raise RuntimeError(f"sayso {command[0]} failed")
    file.unlink()


TROUBLES = (
    Trouble("web node killed", _killed(lambda estate: estate.webs[0].process)),
    Trouble("mail server says 451", lambda scene: _mail_server(scene, "451 Later")),
    Trouble("worker killed", _killed(lambda estate: estate.workers[0].process)),
    Trouble("PgBouncer killed", _killed(lambda estate: estate.bouncer.process)),
    Trouble("primary hangs", _hanging, MOMENT_SECONDS),
    Trouble("webhook's receiver says 500", _receiver_ill),
    Trouble("a standby killed", _standby_killed),
    Trouble("primary restarted", _primary_restarted, MOMENT_SECONDS),
    Trouble("mail server says 550", lambda scene: _mail_server(scene, "550 No"), MOMENT_SECONDS),
    Trouble("primary read-only", _read_only),
    Trouble("web nodes reloaded", _reloaded),
    Trouble("primary full of others", _full_of_others),
    Trouble("two upgrades and a backup", _upgraded_twice),
    Trouble("table of events locked", _locked, LONG_SECONDS + 2),
    Trouble("mail server hangs", lambda scene: scene.post.holds()),
    Trouble("primary killed, a standby promoted", _primary_killed, MOMENT_SECONDS),
)
