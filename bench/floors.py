"""Yardsticks as WSGI applications under the program's own server: what cannot be done without.

    python -m bench.floors page|oneclick|hello PORT [URL SCRIPT]

`page` answers fixed bytes after one statement, `oneclick` after one transaction; both do by the
bare driver, on kept connections, the statements that the program was seen to do (tape.py), whose
values lie ready. `hello` is Flask's shortest application.
"""

from __future__ import annotations

import fcntl
import logging
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from app.logs import configure
from app.server import Master, Server
from bench.tape import Statement, connect

Answer = tuple[str, list[tuple[str, str]], bytes]
"""Status, headers, body."""
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Script:
    """The answer to every request, and the statements for each path."""

    answer: Answer
    statements: dict[str, list[Statement]]

    def save(self, path: Path) -> None:
        path.write_bytes(pickle.dumps(self))

    @classmethod
    def load(cls, path: str) -> Script:
        loaded: Script = pickle.loads(Path(path).read_bytes())
        return loaded


def page(url: str, script: Script) -> Application:
    """Read what the page reads, on a connection kept by each thread."""
    kept = threading.local()

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if not hasattr(kept, "connection"):
            kept.connection = connect(url)
        for sql, values in script.statements.get(environ["PATH_INFO"], ()):
            kept.connection.execute(sql, values).fetchall()
        return _answered(script.answer, start)

    return application


def one_click(url: str, script: Script) -> Application:
    """Write what one click writes."""
    write = (_SqliteTurns if url.startswith("sqlite") else _PostgresTurns)(url)

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        write(script.statements.get(environ["PATH_INFO"], ()))
        return _answered(script.answer, start)

    return application


def _answered(answer: Answer, start: Callable[..., Any]) -> Iterable[bytes]:
    status, headers, body = answer
    start(status, headers)
    return [body]


class _SqliteTurns:
    """Threads wait at a lock, processes at a file, then BEGIN IMMEDIATE on a kept connection."""

    def __init__(self, url: str) -> None:
        self._threads = threading.Lock()
        self._queue = os.open(f"{url.removeprefix('sqlite:///')}-writers", os.O_RDWR | os.O_CREAT)
        self._connection = connect(url)

    def __call__(self, statements: Iterable[Statement]) -> None:
        with self._threads:
            fcntl.flock(self._queue, fcntl.LOCK_EX)
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                for sql, values in statements:
                    self._connection.execute(sql, values).fetchall()
                self._connection.execute("COMMIT")
            finally:
                fcntl.flock(self._queue, fcntl.LOCK_UN)


class _PostgresTurns:
    """A connection for each thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._kept = threading.local()

    def __call__(self, statements: Iterable[Statement]) -> None:
        if not hasattr(self._kept, "connection"):
            self._kept.connection = connect(self._url)
        execute = self._kept.connection.execute
        execute("BEGIN")
        for sql, values in statements:
            if (cursor := execute(sql, values)).description:
                cursor.fetchall()
        execute("COMMIT")


def hello() -> Flask:
    """Flask's shortest application."""
    app = Flask("hello")

    @app.get("/")
    @app.get("/healthz")
    def greet() -> str:
        return "Hello"

    return app


class Floor(Server):
    """The program's server with another application in it."""

    def __init__(self, port: int, make: Callable[[], Any]) -> None:
        self._make = make
        super().__init__(f"127.0.0.1:{port}", workers=2, threads=8)

    def load_config(self) -> None:
        super().load_config()
        for hook in ("post_worker_init", "worker_exit"):
            self.cfg.set(hook, self.cfg.settings[hook].default)

    def load(self) -> Any:
        return self._make()


FLOORS = {"page": page, "oneclick": one_click}


def main() -> None:
    name, port = sys.argv[1], int(sys.argv[2])
    configure("text", logging.WARNING)
    if name == "hello":
        Master(Floor(port, hello), Path("nothing"), 0, "").run()
        return
    url, script = sys.argv[3], Script.load(sys.argv[4])
    Master(Floor(port, lambda: FLOORS[name](url, script)), Path("nothing"), 0, "").run()


if __name__ == "__main__":
    main()
