"""What goes wrong with PostgreSQL in a soak."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg

from app.store import schema
from app.store.doors import Database
from bench.scene import Scene
from tests.processes.cluster import OWNER
from tests.processes.installation import children
from tests.processes.releases import that_fails_half_way

LATE = "$$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$"


@contextmanager
def standby_killed(scene: Scene) -> Iterator[None]:
    """The other one is enough."""
    cluster = scene.estate.cluster
    dead = cluster.standbys[0]
    cluster.kill(dead)
    yield
    cluster.rebuild(dead)


@contextmanager
def primary_killed(scene: Scene) -> Iterator[None]:
    """For good: a standby takes its place, and it comes back as one."""
    cluster = scene.estate.cluster
    cluster.kill(cluster.primary)
    yield
    dead = cluster.promote()
    scene.estate.bouncer.turn_to(cluster.primary)
    cluster.rebuild(dead)


@contextmanager
def primary_restarted(scene: Scene) -> Iterator[None]:
    """As for a new minor version."""
    cluster = scene.estate.cluster
    cluster.restart(cluster.primary)
    yield


@contextmanager
def hanging(scene: Scene) -> Iterator[None]:
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
def slow(scene: Scene) -> Iterator[None]:
    """Each event takes a tenth of a second to be written."""
    with scene.estate.cluster.primary.connected("sayso") as own:
        own.execute(f"CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS {LATE}".encode())
        trigger = "CREATE TRIGGER late BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION late()"
        own.execute(trigger.encode())
        yield
        own.execute("DROP FUNCTION late CASCADE")


@contextmanager
def read_only(scene: Scene) -> Iterator[None]:
    """As a standby is."""
    primary = scene.estate.cluster.primary
    primary.ask("ALTER SYSTEM SET default_transaction_read_only = on")
    primary.ask("SELECT pg_reload_conf()")
    yield
    with primary.connected() as own:
        own.execute("SET default_transaction_read_only = off")
        own.execute("ALTER SYSTEM RESET default_transaction_read_only")
        own.execute("SELECT pg_reload_conf()")


@contextmanager
def full_of_others(scene: Scene) -> Iterator[None]:
    """Every connection is somebody else's."""
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
def locked(scene: Scene) -> Iterator[None]:
    """Somebody else holds all that happened."""
    with scene.estate.cluster.primary.connected("sayso") as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE event IN SHARE MODE")
        yield


@contextmanager
def disk_full(scene: Scene) -> Iterator[None]:
    """There is no room for more; whoever makes some starts it again where it ended of that."""
    cluster = scene.estate.cluster
    primary = cluster.primary
    with scene.disks[primary.name].full():
        yield
    cluster.revive(primary)


@contextmanager
def migration_fails(scene: Scene) -> Iterator[None]:
    """Half-way through an upgrade."""
    url = scene.estate.cluster.primary.url("sayso", OWNER)
    with (
        closing(Database(url)) as database,
        tempfile.TemporaryDirectory() as home,
        that_fails_half_way(Path(home)),
    ):
        try:
            schema.upgrade(database)
        except Exception as failure:
            yield
            if "the power went" not in str(failure):
                raise
        else:
            raise RuntimeError("The upgrade did not fail.")
