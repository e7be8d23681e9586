"""The production server: gunicorn with threads, started in code.

The master imports nothing of the application. Each worker loads it after the fork, so that SIGHUP
brings new code and settings. Only the first workers are forked by the command, which has loaded
it already, and which then becomes the master (docs/decisions/0106).
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn
from wsgiref.types import WSGIApplication, WSGIEnvironment

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.sock import create_sockets
from gunicorn.workers.gthread import ThreadWorker

from app.garbage import look_seldom, not_looking
from app.logs import Redacting, configure

GRACE_SECONDS = 30
PATIENCE_SECONDS = 5
BESIDE_SECONDS = 5
"""How often at most the process beside the web is started: one that cannot run fills no log."""
MASTER = [sys.executable, "-P", "-m", "app.server"]
TRY = """from app.factory import create_app
create_app()
from app.config import from_environment
print(from_environment().link_secrets_told)"""

log = logging.getLogger("app.server")


def begin(
    bind: str, workers: int, threads: int, log_format: str, watched: Path, told: str
) -> NoReturn:
    """Start the first workers from this process, which holds what they need; then turn it into the
    bare master: same process, same children, nothing of the application loaded. Whenever the file
    `watched` is written, it reloads. Once it serves, `told` is in its log."""
    written_at = _written_at(watched)  # before anything is read from it
    master = Master(Server(bind, workers, threads), watched, written_at, told)
    master.pid = os.getpid()
    master.LISTENERS = create_sockets(master.cfg, master.log)
    signal.pthread_sigmask(signal.SIG_BLOCK, Arbiter.SIGNALS)  # till somebody is there to obey
    master.spawn_workers()
    kept = [f"{pid}:{_kept(worker.tmp)}" for pid, worker in master.WORKERS.items()]
    listening = ",".join(str(_kept(listener)) for listener in master.LISTENERS)
    written = [bind, str(workers), str(threads), log_format, listening]
    command = [*MASTER, *written, str(watched), str(written_at), told, *kept]
    os.execv(sys.executable, command)  # noqa: S606 - this very program, and no shell to be misled


def _kept(open_: Any) -> int:
    """The number of something open, which outlives what this process runs."""
    os.set_inheritable(open_.fileno(), True)
    return int(open_.fileno())


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings."""

    def __init__(self, bind: str, workers: int, threads: int) -> None:
        self._settings = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": PatientWorker,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "logger_class": RedactingLogger,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "keepalive": 5,
            "limit_request_line": 8190,
            "control_socket_disable": True,
            "forwarder_headers": "",
        }
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings, those that it knows."""
        for name, value in self._settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in each worker."""
        with not_looking():
            made = import_module("app.factory").create_app()
        look_seldom()
        return made


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Threads that wait for a silent sender no longer than PATIENCE_SECONDS (H-20)."""

    def init_signals(self) -> None:
        """Obey from now on, also what was asked since the command blocked it."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, Arbiter.SIGNALS)

    def handle(self, conn: Any) -> Any:
        """The kernel ends a receive that gets nothing for so long."""
        patience = struct.pack("ll", PATIENCE_SECONDS, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        return super().handle(conn)

    def load_wsgi(self) -> None:
        """The application, whose answers say it where the connection ends with them."""
        self.wsgi = _ending_what_is_too_large(self.app.wsgi())

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Answer one. Where the connection then ends, some of what is left of the body is taken
        from it first: a sender who is still sending would else lose the answer."""
        goes_on = bool(super().handle_request(req, conn))
        if not goes_on:
            with suppress(Exception):  # it is answered, and ends either way
                conn.parser.finish_body(deadline=time.monotonic() + PATIENCE_SECONDS)
        return goes_on


def _ending_what_is_too_large(app: WSGIApplication) -> WSGIApplication:
    """Nobody reads a body that is too large to its end, so no other request can follow it."""

    def answer(environ: WSGIEnvironment, start: Any) -> Iterable[bytes]:
        def begin(status: str, *rest: Any) -> Any:
            if status.startswith("413"):
                start.__self__.force_close()
            return start(status, *rest)

        return app(environ, begin)

    return answer


class Master(Arbiter):  # type: ignore[misc]
    """Reloads only what can start: gunicorn would end with the first worker that cannot. Keeps a
    process beside the web that does what is owed, unless the settings leave that to others: from
    when the web serves, for nobody waits for it to begin."""

    def __init__(self, app: Server, watched: Path, written_at: int, told: str) -> None:
        super().__init__(app)
        self._watched, self._written_at = watched, written_at
        self._since, self._to_tell = 0, told
        self._beside: subprocess.Popen[bytes] | None = None
        self._next = 0.0
        self._ending = os.environ.get("SAYSO_WORKER", "").strip() == "off"

    def init_signals(self) -> None:
        """Obey from now on, also what was asked since the command blocked it."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.SIGNALS)

    def adopt(self, listening: Sequence[int], workers: Sequence[str]) -> None:
        """Take over open sockets, and the workers that this process forked before it was one, each
        as PID:FILE. Who has ended meanwhile is looked for at once."""
        self.LISTENERS = create_sockets(self.cfg, self.log, listening)
        for age, (pid, file) in enumerate((each.split(":") for each in workers), 1):
            self.worker_age, self.WORKERS[int(pid)] = age, Adopted(age, Pulse(int(file)))
        self.SIG_QUEUE.put_nowait(signal.SIGCHLD)

    def manage_workers(self) -> None:
        """As many as wanted; asked for each second. After a reload the old ones go when those that
        take their place serve: requests need not wait until the program is loaded anew."""
        newest = sorted(self.WORKERS.values(), key=lambda worker: worker.age)[-self.num_workers :]
        if len(self.WORKERS) <= self.num_workers or all(map(_serves, newest)):
            super().manage_workers()
        self._tell_when_all_serve()
        if self._written_at != (written_at := _written_at(self._watched)):
            self._written_at = written_at
            self.SIG_QUEUE.put_nowait(signal.SIGHUP)
        gone = self._beside is None or self._beside.poll() is not None
        serving = any(map(_serves, self.WORKERS.values()))
        if gone and serving and not self._ending and time.monotonic() >= self._next:
            self._next = time.monotonic() + BESIDE_SECONDS
            self._beside = subprocess.Popen([sys.executable, "-P", "-m", "app.worker"])

    def _tell_when_all_serve(self) -> None:
        new = [each for each in self.WORKERS.values() if each.age > self._since and _serves(each)]
        if self._to_tell and len(new) >= self.num_workers:
            log.info(self._to_tell)
            self._to_tell = ""

    def reap_workers(self) -> None:
        """Note who ended. Gunicorn's reload does nothing else until the old ones are gone, which go
        only when they are told to: here, once the new ones serve."""
        super().reap_workers()
        if len(self.WORKERS) > self.num_workers:
            self.manage_workers()

    def reload(self) -> None:
        """Try it in a process of its own first. Where it fails, what runs goes on; else it is told
        when it is done, and with which link secrets."""
        command = [sys.executable, "-P", "-c", TRY]
        tried = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        if tried.returncode:
            why = tried.stderr.strip().rpartition("\n")[2]
            self.log.error("Not reloaded, the running workers go on: %s", why)
            return
        secrets = tried.stdout.strip()
        self._since = self.worker_age
        self._to_tell = f"Reloaded: new processes serve. Link secrets: {secrets}"
        super().reload()
        if self._beside is not None:
            self._beside.terminate()  # when it is done with what it is at, another one is started

    def stop(self, graceful: bool = True) -> None:
        """End the process beside the web with it."""
        self._ending = True
        if self._beside is not None:
            self._beside.terminate()
        super().stop(graceful)
        if self._beside is not None:
            try:
                self._beside.wait(GRACE_SECONDS if graceful else 0)
            except subprocess.TimeoutExpired:
                self._beside.kill()


class Pulse:
    """The file that a worker touches as long as it lives, as gunicorn's own reads it."""

    def __init__(self, file: int) -> None:
        self._file = file

    def last_update(self) -> float:
        """When it was touched last, by the worker's monotonic clock."""
        return os.fstat(self._file).st_mtime

    def close(self) -> None:
        """The worker is gone."""
        os.close(self._file)


@dataclass
class Adopted:
    """A worker, as far as a master asks one that it did not start."""

    age: int
    tmp: Pulse
    aborted: bool = False


def _serves(worker: Any) -> bool:
    """A worker that serves tells so by its monotonic time; before, its file has that of the day."""
    return bool(worker.tmp.last_update() <= time.monotonic())


def _written_at(file: Path) -> int:
    """When it was written last, in nanoseconds; 0: there is none."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


class RedactingLogger(Logger):  # type: ignore[misc]
    """Gunicorn names the requested URL when it fails; no token may reach a log."""

    def setup(self, cfg: Any) -> None:
        """Redact whatever it writes, in lines like ours."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logging.getLogger().handlers[0].formatter)
        self.error_log.addFilter(Redacting())


if __name__ == "__main__":
    _, bind, processes, threads, log_format, listening, watched, at, told, *workers = sys.argv
    configure(log_format)
    server = Server(bind, int(processes), int(threads))
    master = Master(server, Path(watched), int(at), told)
    master.adopt([int(number) for number in listening.split(",")], workers)
    master.run()
