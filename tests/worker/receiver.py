"""A real receiver of webhooks, which answers as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

POLL_SECONDS = 0.02
"""How soon it sees that it is to end."""


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
    at /endless has no end."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: dict[str, int] = {}
        self.hung_up = threading.Event()
        """Whoever was told without an end has gone."""
        self.port = 0

    def url(self, path: str = "/hook") -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}{path}"

    def numbers(self, key: bytes) -> list[int]:
        """The numbers of the events told about an address, in their order."""
        return [h.data["number"] for h in self.heard if h.data.get("addressKey") == key.hex()]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen until the test is over."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(length := int(self.headers["Content-Length"]))
            if len(body) < length:
                return  # who was telling it was killed in its midst
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.heard.append(Heard(self.path, headers, body))
            status = receiver.answers.get(self.path, 200)
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", receiver.url("/elsewhere"))
            if self.path != "/endless":
                self.send_header("Content-Length", "0")
            self.end_headers()
            if self.path == "/endless":
                self._say_without_end()

        def _say_without_end(self) -> None:
            try:
                while True:
                    self.wfile.write(bytes(65_536))
            except OSError:
                receiver.hung_up.set()
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
