"""A real receiver of webhooks, which answers as a test says."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, NamedTuple

from app.domain.webhooks import AT_ONCE

POLL_SECONDS = 0.02
"""How soon it sees that it is to end."""
BIT_SECONDS, A_BIT = 0.05, 1_000
"""How often it says a little, and how many bytes."""


class Heard(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        """What was told."""
        told: dict[str, Any] = json.loads(self.body)["data"]
        return told


class Receiver:
    """What was heard, and what is answered: a status by path, 200 where none is set. The answer
    at /endless has no end, that at /hanging none at all until it may, and that at /trickling comes
    in bits that never make a whole."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: dict[str, int] = {}
        self.hung_up = threading.Event()
        """Whoever was told without an end has gone."""
        self.may_answer = threading.Event()
        """Who hangs goes on."""
        self.port = 0

    def url(self, path: str = "/hook") -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> Counter[str]:
        """How many were heard at each path."""
        return Counter(h.path for h in self.heard)

    def numbers(self, key: bytes) -> list[int]:
        """The numbers of the events told about an address, in their order."""
        return [h.data["number"] for h in self.heard if h.data.get("addressKey") == key.hex()]


class Server(ThreadingHTTPServer):
    """It takes as many at once as a worker calls: others would be hung up on."""

    request_queue_size = AT_ONCE


@contextmanager
def receiving(tls: SSLContext | None = None) -> Iterator[Receiver]:
    """Listen until the test is over."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(length := int(self.headers["Content-Length"]))
            if len(body) < length:
                return None  # who was telling it was killed in its midst
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.heard.append(Heard(self.path, headers, body))
            if self.path == "/hanging":
                receiver.may_answer.wait()
            if self.path == "/trickling":
                return self._say_to_the_end(b"HTTP/1.1 200 OK\r\nX-More: ", b"x" * A_BIT)
            status = receiver.answers.get(self.path, 200)
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", receiver.url("/elsewhere"))
            if self.path != "/endless":
                self.send_header("Content-Length", "0")
            self.end_headers()
            if self.path == "/endless":
                self._say_to_the_end(b"", bytes(65_536))
            return None

        def _say_to_the_end(self, first: bytes, again: bytes) -> None:
            try:
                self.wfile.write(first)
                while not receiver.may_answer.wait(BIT_SECONDS if first else 0):
                    self.wfile.write(again)
            except OSError:
                receiver.hung_up.set()
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()
