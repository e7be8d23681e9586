"""Servers as processes of their own: the program as it is installed, and its yardsticks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from app.config import ROOT
from bench import world

PATIENCE = 60.0
SAYSO = (sys.executable, "-c", "from app.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    name: str
    port: int
    process: int
    started_in: float = 0.0
    """Seconds until it answered."""

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> list[int]:
        """The most that each worker ever had resident, in kB."""
        return [_high_water((worker / "status").read_text()) for worker in self._workers()]

    def forget_memory(self) -> None:
        """Let the most that was resident be what is resident now."""
        for worker in self._workers():
            (worker / "clear_refs").write_text("5")

    def cpu_seconds(self) -> float:
        """What its workers have used of the processor so far."""
        ticks = sum(_cpu_ticks((worker / "stat").read_text()) for worker in self._workers())
        return ticks / os.sysconf("SC_CLK_TCK")

    def cpu_seconds_of_all(self) -> float:
        """The same of all its processes, the one beside the web and the master with them."""
        children = self._children()
        ticks = sum(_cpu_ticks((each / "stat").read_text()) for each in children)
        own = _cpu_ticks(Path(f"/proc/{self.process}/stat").read_text())
        return (ticks + own) / os.sysconf("SC_CLK_TCK")

    def _workers(self) -> list[Path]:
        return [c for c in self._children() if b"app.worker" not in (c / "cmdline").read_bytes()]

    def _children(self) -> list[Path]:
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text()
        return [Path("/proc") / child for child in children.split()]


@contextmanager
def sayso(url: str, home: Path) -> Iterator[Running]:
    """`sayso serve` on this database."""
    port = free_port()
    data = home / f"data-{port}"
    settings = {**world.environment(url, str(data)), "SAYSO_BASE_URL": f"http://127.0.0.1:{port}"}
    settings["SAYSO_API_CALLS"] = "0"
    command = [*SAYSO, "serve", "--port", str(port)]
    with _running("sayso", command, port, settings) as running:
        yield running


@contextmanager
def floor(name: str, *arguments: str) -> Iterator[Running]:
    """One of floors.py."""
    port = free_port()
    command = [sys.executable, "-m", "bench.floors", name, str(port), *arguments]
    with _running(name, command, port, {"SAYSO_WORKER": "off"}) as running:
        yield running


@contextmanager
def other(name: str, python: str, application: str, settings: dict[str, str]) -> Iterator[Running]:
    """Another program's WSGI application in gunicorn as our server runs it, by another Python."""
    port = free_port()
    like_ours = ("--workers=2", "--threads=8", "--keep-alive=5", "--no-control-socket")
    where = (f"--bind=127.0.0.1:{port}", "--log-level=error", application)
    command = [python, "-m", "gunicorn", *like_ours, *where]
    with _running(name, command, port, settings) as running:
        yield running


@contextmanager
def _running(
    name: str, command: list[str], port: int, settings: dict[str, str]
) -> Iterator[Running]:
    begun = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        took = time.monotonic() - begun
        time.sleep(1)  # for the other worker
        yield Running(name, port, process.pid, took)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until a worker answers."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"the server on port {port} did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cpu_ticks(stat: str) -> int:
    """User and system time of a process."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _high_water(status: str) -> int:
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
