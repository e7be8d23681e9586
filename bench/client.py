"""The load generator where wrk is not installed: kept connections, one thread, HTTP/1.1 only."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter

DONE = (b"HTTP/1.1 200", b"HTTP/1.1 302")


@dataclass(slots=True)
class Line:
    """One connection and the answer that comes over it."""

    socket: socket.socket
    sent_at: float = 0.0
    got: bytearray = field(default_factory=bytearray)

    def send(self, request: bytes) -> None:
        self.got.clear()
        self.sent_at = perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take what came; whether the answer is whole."""
        self.got += self.socket.recv(65536) or b"\r\n\r\n"
        head, found, body = self.got.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-le")]
        return bool(found) and len(body) >= sum(int(line.split(b":")[1]) for line in lengths)


def ask(requests: Iterator[bytes], connections: int, port: int, seconds: int) -> dict[str, float]:
    """Send them in turn, one after the other on each connection, and tell what wrk's script
    tells."""
    waiting = selectors.DefaultSelector()
    for _ in range(connections):
        line = Line(socket.create_connection(("127.0.0.1", port), 10))
        line.send(next(requests))
        waiting.register(line.socket, selectors.EVENT_READ, line)
    start, times, failed = perf_counter(), list[float](), 0
    while (now := perf_counter()) < start + seconds:
        for key, _ in waiting.select(1):
            line = key.data
            if line.is_answered():
                failed += not line.got.startswith(DONE)
                times.append(perf_counter() - line.sent_at)
                line.send(next(requests))
    for key in list(waiting.get_map().values()):
        key.data.socket.close()
    cuts = quantiles(times, n=100)
    took = {"p50": cuts[49] * 1000, "p99": cuts[98] * 1000}
    return {"requests": len(times), "seconds": now - start, "failed": failed, **took}
