"""The load generator where wrk is not installed: kept connections, one thread, HTTP/1.1 only."""

from __future__ import annotations

import itertools
import random
import selectors
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.load import Load

FORM = "application/x-www-form-urlencoded"
COMMON = "Host: 127.0.0.1\r\nAccept-Language: en-GB,en;q=0.9\r\nUser-Agent: bench\r\n"
DONE = (b"HTTP/1.1 200", b"HTTP/1.1 302")


@dataclass(slots=True)
class Line:
    """One connection and the answer that comes over it."""

    socket: socket.socket
    sent_at: float = 0.0
    got: bytearray = field(default_factory=bytearray)

    def send(self, path: str, load: Load) -> None:
        self.got.clear()
        self.sent_at = perf_counter()
        form = f"Content-Type: {FORM}\r\nContent-Length: {len(load.body)}\r\n\r\n{load.body}"
        rest = form if load.method == "POST" else "\r\n"
        self.socket.sendall(f"{load.method} {path} HTTP/1.1\r\n{COMMON}{rest}".encode())

    def is_answered(self) -> bool:
        """Take what came; whether the answer is whole."""
        self.got += self.socket.recv(65536) or b"\r\n\r\n"
        head, found, body = self.got.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-le")]
        return bool(found) and len(body) >= sum(int(line.split(b":")[1]) for line in lengths)


def ask(load: Load, port: int, seconds: int) -> dict[str, float]:
    """The same measurements that wrk's script prints."""
    paths = _paths(load)
    waiting = selectors.DefaultSelector()
    for _ in range(load.connections):
        line = Line(socket.create_connection(("127.0.0.1", port), 10))
        line.send(next(paths), load)
        waiting.register(line.socket, selectors.EVENT_READ, line)
    start, times, failed = perf_counter(), list[float](), 0
    while (now := perf_counter()) < start + seconds:
        for key, _ in waiting.select(1):
            line = key.data
            if line.is_answered():
                failed += not line.got.startswith(DONE)
                times.append(perf_counter() - line.sent_at)
                line.send(next(paths), load)
    for key in list(waiting.get_map().values()):
        key.data.socket.close()
    cuts = quantiles(times, n=100)
    took = {"p50": cuts[49] * 1000, "p99": cuts[98] * 1000}
    return {"requests": len(times), "seconds": now - start, "failed": failed, **took}


def _paths(load: Load) -> Iterator[str]:
    with load.paths.open() as file:
        lines = list(itertools.islice(file, load.first, load.first + load.lines))
    paths = [line.strip() for line in lines]
    if load.method == "POST":
        return itertools.cycle(paths)
    return (random.choice(paths) for _ in itertools.count())
