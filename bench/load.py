"""Load: kept connections on the loopback, by wrk where the machine has it."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import client
from bench.serving import Running

CONNECTIONS = 32
THREADS = 2
SCRIPT = Path(__file__).with_suffix(".lua")
FORM = "application/x-www-form-urlencoded"
COMMON = "Host: 127.0.0.1\r\nAccept-Language: en-GB,en;q=0.9\r\nUser-Agent: bench\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked: paths `first` to `first + lines` of a file, by GET or by POST of a form."""

    paths: Path
    method: str
    first: int
    lines: int
    body: str = "List-Unsubscribe=One-Click"
    connections: int = CONNECTIONS


@dataclass(frozen=True, slots=True)
class Answered:
    """How a server bore a load: requests a second, latencies in milliseconds, and the processor
    time of its workers for a request, in microseconds, which other work disturbs least."""

    rate: float
    p50: float
    p99: float
    cpu: float


def put(load: Load, server: Running, seconds: int) -> Answered:
    """Put `load` on a server for some seconds. Raises RuntimeError where an answer was wrong."""
    ask = _by_wrk if shutil.which("wrk") else _by_client
    before = server.cpu_seconds()
    result = ask(load, server.port, seconds)
    spent = server.cpu_seconds() - before
    requests = result["requests"]
    if result["failed"] or not requests:
        raise RuntimeError(f"{result['failed']} of {requests} requests failed")
    if load.method == "POST" and requests > load.lines:
        raise RuntimeError("more requests than addresses: some changed nothing")
    rate = requests / result["seconds"]
    return Answered(rate, result["p50"], result["p99"], 1e6 * spent / requests)


def generator() -> str:
    """What makes the load here."""
    return "wrk" if shutil.which("wrk") else "a Python client (wrk is not installed)"


def _by_wrk(load: Load, port: int, seconds: int) -> dict[str, float]:
    threads = min(THREADS, load.connections)
    done = subprocess.run(
        (
            *("wrk", f"-t{threads}", f"-c{load.connections}", f"-d{seconds}s", "--timeout", "10s"),
            *("-s", str(SCRIPT), f"http://127.0.0.1:{port}/", "--", str(load.paths)),
            *(str(load.first), str(load.lines), load.method, str(threads), load.body),
        ),
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    )
    if done.returncode:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.partition("RESULT ")[2])
    return found


def _by_client(load: Load, port: int, seconds: int) -> dict[str, float]:
    return client.ask(_requests(load), load.connections, port, seconds)


def _requests(load: Load) -> Iterator[bytes]:
    """POSTs in the order of the file, each of which changes something; GETs in none."""
    with load.paths.open() as file:
        lines = list(itertools.islice(file, load.first, load.first + load.lines))
    form = f"Content-Type: {FORM}\r\nContent-Length: {len(load.body)}\r\n\r\n{load.body}"
    rest = form if load.method == "POST" else "\r\n"
    whole = [f"{load.method} {line.strip()} HTTP/1.1\r\n{COMMON}{rest}".encode() for line in lines]
    if load.method == "POST":
        return itertools.cycle(whole)
    return (random.choice(whole) for _ in itertools.count())
