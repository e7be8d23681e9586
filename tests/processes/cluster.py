"""PostgreSQL as three nodes: a primary and standbys, one of which must have each commit too."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from tests.databases import postgres_binaries, room_for_databases, unprivileged
from tests.processes.installation import children, free_port, runs, until

ROLES = Path(__file__).parents[2] / "deploy/postgresql/roles.sh"
NAMES = ("a", "b", "c")
OWNER, READER = "an-owner-password", "a-reader-password"
PASSWORDS = {"OWNER_PASSWORD": OWNER, "READER_PASSWORD": READER}
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{home}'
max_connections = 80
shared_buffers = 32MB
fsync = off
full_page_writes = off
wal_keep_size = 512MB
hot_standby = on
synchronous_commit = on
synchronous_standby_names = 'ANY 1 ({others})'
cluster_name = '{name}'
"""
"""A process is killed here and no machine, so what was handed to the kernel is there: no fsync."""


@dataclass(frozen=True)
class Node:
    """One server of the cluster, and where it keeps its things."""

    name: str
    home: Path
    port: int

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self.home / self.name

    @property
    def pid(self) -> int:
        """That of its first process."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def connected(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of its superuser, past every pooler. Raises psycopg.Error."""
        return psycopg.connect(
            host=str(self.home), port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def ask(self, question: str) -> Any:
        """One value. Raises psycopg.Error."""
        with self.connected() as connection:
            found = connection.execute(question.encode())
            row = found.fetchone() if found.description else None
            return row and row[0]

    def url(self, user: str, password: str) -> str:
        """The database for a user, over the network."""
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/sayso"


class Cluster:
    """The nodes. `primary` is the one that takes writes; the others follow it."""

    def __init__(self, home: Path) -> None:
        binaries = postgres_binaries()
        assert binaries
        self._binaries, self._identity = binaries, unprivileged()
        self.home = home
        self.nodes = [Node(name, home, free_port()) for name in NAMES]
        self.primary = self.nodes[0]

    @property
    def standbys(self) -> list[Node]:
        """All but the primary."""
        return [node for node in self.nodes if node is not self.primary]

    @property
    def told(self) -> str:
        """All that they wrote to their logs."""
        return "".join(file.read_text() for file in self.home.glob("*.log"))

    def make(self) -> None:
        """Set up and start all of them, with deploy/'s database and roles."""
        self._run(
            "initdb",
            *("-D", str(self.primary.data), "--no-sync", "--username=postgres", "--encoding=UTF8"),
            *("--auth-local=trust", "--auth-host=scram-sha-256"),
        )
        self._settle(self.primary)
        self._start(self.primary)
        for node in self.standbys:
            self.rebuild(node)
        told = {"PGHOST": str(self.home), "PGPORT": str(self.primary.port), **PASSWORDS}
        script = ["sh", str(ROLES)]
        out = subprocess.DEVNULL
        subprocess.run(script, check=True, env={**os.environ, **told}, stdout=out, stderr=out)

    def rebuild(self, node: Node) -> None:
        """Make a node a standby anew, by a copy of the primary."""
        shutil.rmtree(node.data, ignore_errors=True)
        primary = f"host={self.home} port={self.primary.port} user=postgres"
        self._run(
            "pg_basebackup",
            *("-D", str(node.data), "-d", f"{primary} application_name={node.name}"),
            *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
        )
        self._settle(node)
        self._follow(node)
        self._start(node)
        until(lambda: self._has(node), f"{node.name} follows")

    def kill(self, node: Node) -> None:
        """Send SIGKILL to all its processes at once, as when its machine dies."""
        pids = [node.pid, *children(node.pid)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not any(runs(pid) for pid in pids), f"{node.name} is gone")

    def restart(self, node: Node) -> None:
        """As for a new minor version."""
        self._control(node, "restart", "--mode=fast", "-l", str(self.home / f"{node.name}.log"))

    def revive(self, node: Node) -> None:
        """Start it where it ended by itself."""
        try:
            up = runs(node.pid)
        except FileNotFoundError:
            up = False
        if not up:
            self._start(node)

    def promote(self) -> Node:
        """After the primary's death: the standby that has most takes its place, and the other
        follows that. `ANY 1` promises that what was committed is on one of them: which one, only
        how far each has come tells."""
        farthest = "SELECT coalesce(pg_last_wal_receive_lsn(), '0/0') - '0/0'::pg_lsn"
        chosen = max(self.standbys, key=lambda node: int(node.ask(farthest)))
        chosen.ask("SELECT pg_promote(true)")
        dead, self.primary = self.primary, chosen
        for node in self.standbys:
            if node is not dead:
                self._follow(node)
                node.ask("SELECT pg_reload_conf()")
                until(partial(self._has, node), f"{node.name} follows the new one")
        return dead

    def stop(self) -> None:
        """End all that runs."""
        for node in self.nodes:
            if (node.data / "postmaster.pid").exists():
                self._control(node, "stop", "--mode=immediate")

    def _has(self, node: Node) -> bool:
        """Whether the primary hears from this standby, and counts on it."""
        named = f"application_name = '{node.name}' AND sync_state = 'quorum'"
        return bool(self.primary.ask(f"SELECT count(*) FROM pg_stat_replication WHERE {named}"))

    def _follow(self, node: Node) -> None:
        primary = f"host={self.home} port={self.primary.port} user=postgres"
        with (node.data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"primary_conninfo = '{primary} application_name={node.name}'\n")

    def _settle(self, node: Node) -> None:
        """Its own port and name. A copy has another node's settings, which are written over."""
        others = ", ".join(name for name in NAMES if name != node.name)
        with (node.data / "postgresql.conf").open("a") as settings:
            settings.write(
                SETTINGS.format(port=node.port, home=node.home, name=node.name, others=others)
            )

    def _start(self, node: Node) -> None:
        for left in node.home.glob(f".s.PGSQL.{node.port}*"):
            left.unlink()  # of one that was killed, whose number somebody else may have by now
        self._control(node, "start", "-l", str(self.home / f"{node.name}.log"))

    def _control(self, node: Node, *doing: str) -> None:
        self._run("pg_ctl", "-D", str(node.data), "--wait", "--silent", *doing)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        out = subprocess.DEVNULL
        subprocess.run(command, check=True, cwd=self.home, stdout=out, **self._identity)


@contextmanager
def running_cluster(
    around: Callable[[Cluster], AbstractContextManager[object]] = nullcontext,
) -> Iterator[Cluster]:
    """Three nodes in a short temporary directory, until they are no longer needed. `around` it all
    is what must be there before they are."""
    home = Path(tempfile.mkdtemp(prefix="sayso-", dir=room_for_databases()))
    identity = unprivileged()
    if identity:
        os.chown(home, identity["user"], identity["group"])
    home.chmod(0o711)
    cluster = Cluster(home)
    try:
        with around(cluster):
            try:
                cluster.make()
                yield cluster
            finally:
                cluster.stop()
    finally:
        shutil.rmtree(home)
