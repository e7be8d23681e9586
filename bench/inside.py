"""Where the time of a request goes: the WSGI application in this process, on one thread.

    python -m bench inside

Says the processor time of a request beside that of Flask's shortest application, then, by profile,
what share each library has and which functions are dearest themselves.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import islice
from time import process_time
from typing import Any

from app.config import from_environment
from app.factory import create_app
from app.links.purposes import Purpose
from bench import floors, world
from bench.databases import Kind
from bench.filled import filled
from bench.report import Measured

TIMES, AT_ONCE, DEAREST = 20, 100, 10
BODY = b"List-Unsubscribe=One-Click"
USUAL = {
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "127.0.0.1:8000",
    "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
Application = Callable[..., Iterable[bytes]]


def measure(kind: Kind) -> list[Measured | str]:
    """The processor time of a page and of a click, and the profile of each."""
    made = filled(kind)
    app = create_app(from_environment(world.environment(made.url, str(kind.home))))
    lines: list[Measured | str] = []
    for what, purpose, body in (
        ("page", Purpose.PREFERENCES, b""),
        ("one click", Purpose.TYPE, BODY),
    ):
        paths = iter(made.paths(purpose))
        ours, hello = _microseconds(app, paths, body), _microseconds(*_hello())
        said = (f"{ours:.0f} µs", f"{hello:.0f} µs")
        lines.append(Measured(f"{what}, in process", kind.name, *said, ours / hello))
        lines += _profile(f"{what}, {kind.name}", app, paths, body)
    return lines


def _hello() -> tuple[Application, Iterable[str], bytes]:
    return floors.hello(), iter(["/"] * (TIMES + 1) * AT_ONCE), b""


def _microseconds(app: Application, paths: Iterable[str], body: bytes) -> float:
    """The least of many means: whatever else the machine does only adds to it."""
    _ask(app, islice(paths, AT_ONCE), body)
    return min(_once(app, [*islice(paths, AT_ONCE)], body) for _ in range(TIMES))


def _once(app: Application, paths: list[str], body: bytes) -> float:
    start = process_time()
    _ask(app, paths, body)
    return (process_time() - start) / len(paths) * 1e6


def _ask(app: Application, paths: Iterable[str], body: bytes) -> None:
    for path in paths:
        b"".join(app(_environ(path, body), _start))


def _environ(path: str, body: bytes) -> dict[str, Any]:
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
    return {
        **USUAL,
        **(form if body else {}),
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": path,
        "wsgi.input": BytesIO(body),
    }


def _start(status: str, *_: object) -> None:
    assert status.startswith("200"), status


def _profile(what: str, app: Application, paths: Iterable[str], body: bytes) -> list[str]:
    asked = [*islice(paths, TIMES * AT_ONCE)]
    profile = cProfile.Profile()
    profile.runcall(_ask, app, asked, body)
    own = {name: row[2] for name, row in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]
    whole = sum(own.values())
    shares: Counter[str] = Counter()
    for (file, _, function), seconds in own.items():
        shares[_library(file, function)] += seconds
    dearest = sorted(own.items(), key=lambda item: -item[1])[:DEAREST]
    return [
        f"\nprofile of the {what}: share of each library",
        *(f"  {seconds / whole:4.0%}  {name}" for name, seconds in shares.most_common(DEAREST)),
        "functions by what they take themselves",
        *(f"  {seconds / whole:4.0%}  {_named(*name)}" for name, seconds in dearest),
        "",
    ]


def _library(file: str, function: str) -> str:
    if file == "~":
        return "driver" if "sqlite3" in function or "psycopg" in function else "builtins"
    _, _, inside = file.rpartition("/site-packages/")
    name = inside.split("/")[0].removesuffix(".py")
    if name.startswith("psycopg"):
        return "driver"
    if "/site-packages/" in file:
        return name
    return "ours" if "/app/" in file else "templates" if "/templates/" in file else "Python"


def _named(file: str, line: int, function: str) -> str:
    return function if file == "~" else f"{'/'.join(file.split('/')[-2:])}:{line} {function}"
