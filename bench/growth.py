"""What grows with what is stored: every screen and call at each size (asks.py).

    python -m bench.growth measure sqlite:///var/1m.db 1000000 --into 1m.json [--plans PART]
    python -m bench.growth stream sqlite:///var/1m.db 1000000
    python -m bench.growth table 100k.json 1m.json 10m.json

The application runs in this process, on a database that fill.py filled. Of each request the least
of some turns, each about somebody else: its statements, the processor's time of this process and of
the database's (which other work on the machine hardly stretches), and the clock's. Searches are not
given up after two seconds, so that it is seen what they would take.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from flask import Flask
from werkzeug.test import Client, TestResponse

from app.config import from_environment
from app.domain.deeds import Doer
from app.domain.keys import KeyScope
from app.domain.users import Role, TokenPurpose
from app.factory import create_app
from app.links.purposes import Purpose
from app.links.timed import Request
from app.links.tokens import Link
from app.queries import contacts, lists
from app.services import credentials, keys, users
from app.services.keys import NewKey
from app.store import patience
from app.web.admin import passwords
from app.web.site import Site
from bench import world
from bench.asks import EVERY, Ask
from bench.overheard import Said, overheard

TURNS, MANY, BATCH, PATIENCE_SECONDS = 5, 10_000, 1_000, 300.0
WARMING = 30
"""How many pages are asked for first, in all languages that people speak: each is compiled once."""
SETTLED, CALLED = 20_000, f"growth {os.getpid()}"
OWNER, PASSWORD = "owner@example.com", "a password for benchmarks only"
INPUT = re.compile(r'<input type="(hidden|checkbox)"[^>]*?name="(\w+)" value="([^"]*)"( checked)?')


class Took(NamedTuple):
    """A request: milliseconds of processor and clock, statements, status, the answer's length."""

    processor: float
    clock: float
    statements: int
    status: int
    length: int


class Asking:
    """Somebody with a browser and a program with a key, at an application of this process."""

    def __init__(self, app: Flask, size: int, said: list[Said]) -> None:
        self.site: Site = app.extensions["sayso"]
        self.said, self._size, self._random = said, size, random.Random(7)
        with self.site.database.reading() as connection:
            self._catalog = self.site.catalogs.current(connection)
        by = Doer(None, self.site.now())
        new = NewKey("bench", frozenset(KeyScope))
        self._key = self.site.database.write(keys.create, new, by)
        self._client = Client(app, TestResponse)
        self._hire(by)
        self._backends = _Backends(self.site)
        many = self._random.sample(range(size), MANY)
        self._emails = [world.address(one) for one in many]

    def _hire(self, by: Doer) -> None:
        database = self.site.database
        database.write(users.invite, OWNER, Role.OWNER, by)
        token = database.write(users.issue, OWNER, TokenPurpose.INVITATION, by.at)
        hashed = passwords.hashed(PASSWORD)
        database.write(credentials.redeem, str(token), hashed, "Owner", by.at)
        sent = self._fields("/admin/sign-in") | {"email": OWNER, "password": PASSWORD}
        self._client.post("/admin/sign-in", data=sent)
        decided = self._fields("/admin/first-run") | {"do": "off"}
        self._client.post("/admin/first-run", data=decided)

    def names(self) -> dict[str, Any]:
        """What stands for somebody in the paths and bodies."""
        number = self._random.randrange(self._size)
        address, brand = world.address(number), self._catalog.default_brand
        key, types = world.KEYS(address), [*self._catalog.types]
        request = Request(key, brand, self._random.randrange(2**30))
        with self.site.database.reading() as connection:
            found = contacts.by_key(connection, key)
        emails = self._emails
        return {
            "email": address,
            "emails": emails,
            "inputs": [
                {"email": email, "type": types[-2], "status": "UNSUBSCRIBED"}
                for email in emails[:BATCH]
            ],
            "type": types[0],
            "brand": brand,
            "contact": found.id if found else 0,
            "preferences": _path(self.site.links.preferences_url(address, brand)),
            "unsubscribe": _path(self.site.links.url(Link(Purpose.TYPE, key, types[-1], 7))),
            "access": self.site.accesses.mint(request),
        }

    def ask(self, ask: Ask, names: dict[str, Any]) -> Took:
        """One request, measured."""
        path, sent = _named(ask.path, names), _named(ask.body, names)
        more: dict[str, Any] = {"method": ask.method}
        if ask.is_call:
            more |= {"json": sent, "headers": {"Authorization": f"Bearer {self._key}"}}
        elif ask.method == "POST":
            more["data"] = self._fields(_named(ask.form, names)) | sent
        self.said.clear()
        backends = self._backends.spent()
        start, used = perf_counter(), process_time()
        response = self._client.open(path, buffered=False, **more)
        content = next(iter(response.response), b"") if ask.first else response.data
        took, spent = perf_counter() - start, process_time() - used
        response.close()
        spent += self._backends.spent() - backends
        statements = len(self.said)
        return Took(spent * 1000, took * 1000, statements, response.status_code, len(content))

    def whole(self, ask: Ask, names: dict[str, Any]) -> tuple[int, float, int]:
        """A list read to its end: its lines, seconds of processor time, KiB more at the most."""
        headers = {"Authorization": f"Bearer {self._key}"}
        start, lines, first = process_time(), 0, 0
        with self._client.get(_named(ask.path, names), headers=headers, buffered=False) as answer:
            for part in answer.iter_encoded():
                lines += part.count(b"\n")
                first = first or (_most_resident() if lines > SETTLED else 0)
        return lines, process_time() - start, _most_resident() - first

    def _fields(self, page: str) -> dict[str, Any]:
        """What the first form of a page sends, without one box that was ticked."""
        fields: dict[str, Any] = {}
        for kind, name, value, ticked in INPUT.findall(self._client.get(page).text if page else ""):
            if kind == "hidden":
                fields[name] = value
            elif ticked:
                fields.setdefault(name, []).append(value)
        return {n: v[1:] if isinstance(v, list) else v for n, v in fields.items()}

    def plans(self) -> Iterator[str]:
        """How the database goes about each statement of the last request."""
        said = [one for one in self.said if one[0].startswith(("SELECT", "WITH"))]
        lite = self.site.database.dialect == "sqlite"
        with self.site.database.reading() as connection:
            for sql, values in said:
                explain = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN (ANALYZE, BUFFERS) "
                driver: Any = connection.connection.driver_connection
                rows = driver.execute(explain + sql, *([values] if values else ())).fetchall()
                yield f"{sql[:400]}\n" + "\n".join(f"    {row[-1]}" for row in rows)


class _Backends:
    """PostgreSQL's processes that serve this one, where it runs on this machine."""

    def __init__(self, site: Site) -> None:
        self._url = None
        if site.database.dialect == "postgresql":
            url = site.database.url.render_as_string(hide_password=False)
            self._url = url.replace("postgresql+psycopg://", "postgresql://")
            self._connection = psycopg.connect(self._url, autocommit=True)

    def spent(self) -> float:
        """Seconds of processor time that all of them took till now."""
        if self._url is None:
            return 0.0
        asked = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = %s AND pid <> pg_backend_pid()"
        )
        pids = [row[0] for row in self._connection.execute(asked, (CALLED,))]
        told = [Path(f"/proc/{pid}/schedstat").read_text() for pid in pids]
        return sum(int(one.split()[0]) for one in told) / 1e9


def _most_resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _path(url: str) -> str:
    return urlsplit(url).path


def _named(text: Any, names: dict[str, Any]) -> Any:
    """With names filled in; what is nothing but one name is what it stands for."""
    if isinstance(text, dict):
        return {name: _named(value, names) for name, value in text.items()}
    if isinstance(text, list):
        return [_named(value, names) for value in text]
    if isinstance(text, str) and text[1:-1] in names:
        return names[text[1:-1]]
    return text.format(**names) if isinstance(text, str) else text


@contextmanager
def asking(url: str, size: int) -> Iterator[Asking]:
    """An application on this database."""
    with tempfile.TemporaryDirectory(prefix="sayso-growth-") as home, overheard() as said:
        more = {"SAYSO_API_CALLS": "0", "SAYSO_WORKER": "off", "SAYSO_BASE_URL": "http://localhost"}
        patience.PATIENCE_SECONDS = PATIENCE_SECONDS
        os.environ["PGAPPNAME"] = CALLED
        app = create_app(from_environment({**world.environment(url, home), **more}))
        yield Asking(app, size, said)


def measure(url: str, size: int, part: str, plans: str) -> dict[str, Took]:
    """The least of some turns of each request whose name has `part` in it."""
    measured = {}
    with asking(url, size) as there:
        for _ in range(WARMING):
            there.ask(EVERY[0], there.names())
        for ask in (one for one in EVERY if part in one.what):
            took = [there.ask(ask, there.names()) for _ in range(TURNS + 1)][1:]
            columns = [min(column) for column in zip(*took, strict=True)]
            measured[ask.what] = one = Took(*columns)
            print(f"{ask.what:45}", *(f"{value:10.1f}" for value in one), flush=True)
            if plans and plans in ask.what:
                print(*there.plans(), sep="\n", flush=True)
    return measured


def streamed(url: str, size: int) -> str:
    """The suppressions of a type to their end, beside the same reads by the bare driver, by
    processor time; and how much more memory was resident after the first thousands."""
    with asking(url, size) as there:
        ask = next(one for one in EVERY if one.what.startswith("suppressions of a type"))
        lines, spent, grown = there.whole(ask, there.names())
        before = process_time()
        rows = sum(len(page) for page in lists.pages(there.site.database.browsing))
        floor = process_time() - before
    return (
        f"{lines:,} suppressions of {rows:,} rows: {spent:.1f} s of processor time beside "
        f"{floor:.1f} s, {floor / spent:.2f}; {grown / 1024:.1f} MiB more resident"
    )


def table(files: Iterable[str]) -> Iterator[str]:
    """Markdown: statements, milliseconds of processor at each size, the largest to the smallest."""
    told = [json.loads(Path(file).read_text("utf-8")) for file in files]
    names = [Path(file).stem for file in files]
    yield f"| request | statements | {' | '.join(names)} | ratio |"
    yield "| --- |" + " --- |" * (len(names) + 2)
    for what in told[0]:
        took = [Took(*one[what]) for one in told if what in one]
        ratio = took[-1].processor / took[0].processor
        each = " | ".join(f"{one.processor:.1f}" for one in took)
        yield f"| {what} | {took[-1].statements:.0f} | {each} | {ratio:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("measure")
    one.add_argument("url")
    one.add_argument("size", type=int)
    one.add_argument("--into", type=Path)
    one.add_argument("--part", default="")
    one.add_argument("--plans", default="")
    list_ = verbs.add_parser("stream")
    list_.add_argument("url")
    list_.add_argument("size", type=int)
    all_ = verbs.add_parser("table")
    all_.add_argument("files", nargs="+")
    asked = parser.parse_args()
    if asked.verb == "table":
        print(*table(asked.files), sep="\n")
        return
    if asked.verb == "stream":
        print(streamed(asked.url, asked.size))
        return
    measured = measure(asked.url, asked.size, asked.part, asked.plans)
    if asked.into:
        asked.into.write_text(json.dumps(measured, indent=1), "utf-8")


if __name__ == "__main__":
    main()
