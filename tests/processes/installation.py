"""A Sayso of its own: a directory, settings, and real processes started there."""

from __future__ import annotations

import http.client
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from app.config import from_environment
from app.domain.catalog import Catalog
from app.domain.standing import Held, of_type
from app.links.tokens import Link, Purpose
from app.store.addresses import known
from app.web.site import Site, make_site

T = TypeVar("T")
PATIENCE = 90.0
LOWEST_PORT, SHARES, SHARE = 10_000, 20, 1_100
SAYSO = str(Path(sys.executable).with_name("sayso"))
LINK_SECRET = "a-link-secret-for-tests-of-processes"
SECRETS = {
    "SAYSO_ADDRESS_SECRET": "an-address-secret-for-tests-of-processes",
    "SAYSO_LINK_SECRETS": LINK_SECRET,
}
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def until(answer: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Ask until the answer is true; fail at the deadline."""
    ends = time.monotonic() + patience
    while not (found := answer()):
        assert time.monotonic() < ends, f"waited {patience} s in vain: {what}"
        time.sleep(0.02)
    return found


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def says_come_back(self) -> bool:
        """503, and when to try again."""
        return self.status == 503 and self.headers.get("Retry-After", "").isdecimal()


def free_port() -> int:
    """A port nobody listens at. Lower ones than the kernel gives to outgoing connections: those
    come and go, and might take it before a server does. So might another of the suite's own
    processes, so each draws from a share of its own."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    lowest = LOWEST_PORT + number % SHARES * SHARE
    while True:
        port = random.randrange(lowest, lowest + SHARE)
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port


@contextmanager
def taken_port() -> Iterator[int]:
    """A port at which somebody listens already."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that still run, in the order of their numbers. Asked
    often: to look through all of the machine's would take more than what is waited for."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return sorted(filter(runs, map(int, found)))


def runs(pid: int) -> bool:
    """Whether a process still does anything. A zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _beside(pid: int) -> bool:
    """Whether a child of the server is its worker, and answers no request."""
    try:
        return b"app.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


class Started(NamedTuple):
    """A process, and the files it writes to."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path
    port: int

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> list[str]:
        """The lines on its standard output."""
        return self.out.read_text().splitlines()

    @property
    def log(self) -> str:
        """What it wrote to standard error."""
        return self.err.read_text()

    @property
    def workers(self) -> list[int]:
        """The processes that answer requests."""
        return [pid for pid in children(self.process.pid) if not _beside(pid)]

    @property
    def beside(self) -> list[int]:
        """The process that does what is owed."""
        return [pid for pid in children(self.process.pid) if _beside(pid)]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request over a connection of its own. Raises OSError where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            with connection.getresponse() as response:
                return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def get(self, url: str) -> Answer:
        """Open a URL of this server, or a path."""
        return self.ask("GET", url.removeprefix(self.url))

    def open(self, url: str) -> Answer:
        """Open a URL as a browser does, which is led on where it is not signed in."""
        answer = self.get(url)
        for _ in range(3):
            if "Location" not in answer.headers:
                break
            answer = self.get(answer.headers["Location"])
        return answer

    def post(self, path: str, body: bytes) -> Answer:
        """Send a form."""
        return self.ask("POST", path, body, **FORM)

    def one_click(self, token: str) -> Answer:
        """What a mailbox provider posts (RFC 8058)."""
        return self.post(f"/u/{token}", ONE_CLICK)

    def is_ready(self) -> bool:
        """Whether /healthz says so."""
        if self.process.poll() is not None:
            raise AssertionError(f"ended with {self.process.returncode}: {self.log}")
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def reload(self) -> None:
        """SIGHUP, until only new workers are left."""
        with self.renewed():
            self.process.send_signal(signal.SIGHUP)

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Something meanwhile makes it reload: afterwards only new workers are left."""
        before = set(self.workers)
        yield
        until(lambda: self.workers and not before & set(self.workers), "new workers")

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """SIGKILL for the whole process group at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


@contextmanager
def no_room(server: Server, file: Path, more: int = 0) -> Iterator[None]:
    """The kernel lets the server's processes write no file beyond `more` octets after this one's
    end: what SQLite sees is a disk that takes a part of its write and no more."""
    limit = file.stat().st_size + more
    kept = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in server.workers}
    for pid, (_, hard) in kept.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        for pid, limits in kept.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@dataclass
class Installation:
    """A directory in which Sayso runs, its settings, and what runs it, as setpriv."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    @property
    def var(self) -> Path:
        """The data directory."""
        return self.home / "var"

    @property
    def database_file(self) -> Path:
        """The database of an installation on SQLite."""
        return self.var / "sayso.db"

    @property
    def environment(self) -> dict[str, str]:
        """That of its processes: nothing of Sayso's comes from ours."""
        ours = {n: v for n, v in os.environ.items() if not n.startswith("SAYSO_")}
        return {**ours, "SAYSO_DATA_DIR": str(self.var), **self.settings}

    def site(self) -> Site:
        """The site its settings describe, as one more process would see it."""
        return make_site(from_environment(self.environment))

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [*self.before, SAYSO, *arguments],
            check=False,
            cwd=self.home,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    @contextmanager
    def started(self, *command: str) -> Iterator[Started]:
        """Any command, in a process group of its own, killed at the end where it still runs."""
        number = len(list(self.home.glob("*.err")))
        out, err = self.home / f"{number}.out", self.home / f"{number}.err"
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = subprocess.Popen(
                command,
                cwd=self.home,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
                start_new_session=True,
            )
        try:
            yield Started(process, out, err)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)

    @contextmanager
    def serving(self, *arguments: str, workers: int = 1) -> Iterator[Server]:
        """`sayso serve` on a free port, when it is ready with so many workers."""
        port = free_port()
        where = ("--port", str(port), "--workers", str(workers))
        with self.started(*self.before, SAYSO, "serve", *where, *arguments) as started:
            server = Server(*started, port)
            until(server.is_ready, "the server is ready")
            until(lambda: len(server.workers) == workers, "all workers run")
            yield server


class Shop:
    """What is in an installation with the example: links to its types and brand, its ledger."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @property
    def catalog(self) -> Catalog:
        """Its brands and types."""
        with self.site.database.reading() as connection:
            return self.site.catalogs.current(connection)

    def type_id(self, slug: str = "offers") -> int:
        """The id of a type."""
        found = self.catalog.named_type(slug)
        assert found
        return found.id

    def held(self, address: str) -> Held:
        """What stands for an address."""
        with self.site.database.reading() as connection:
            return known(connection, self.site.keys(address)).held

    def is_out(self, address: str, slug: str = "offers") -> bool:
        """Whether the address is opted out of one of the types."""
        return self.held(address).opted_out(of_type(self.type_id(slug)))

    def token(self, address: str, slug: str = "offers") -> str:
        """An unsubscribe link's token for one of the types."""
        link = Link(Purpose.TYPE, self.site.keys(address), self.type_id(slug), 0)
        return self.site.tokens.mint(link)
