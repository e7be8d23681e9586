"""The API over HTTP on one connection: a single decision, 10,000 of them, links, a batch write; and
suppressions streamed."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from app.domain.deeds import Doer
from app.domain.keys import KeyScope
from app.links.mailing import mailing_links
from app.queries import lists
from app.services import keys
from app.services.keys import NewKey
from app.store.doors import Database
from bench import decisions, serving, tape, world
from bench.databases import Kind
from bench.decisions import AIMS
from bench.filled import Filled, filled_standing
from bench.report import Measured
from bench.serving import Running
from bench.sizes import STORED
from bench.turns import in_turns, medians, ratio

MANY, BATCH, SINGLE = 10_000, 1_000, 300
AIM_OF_BATCH, AIM_OF_FIRST_BYTE, AIM_OF_GROWTH = 0.3, 0.2, 16.0


class Program:
    """A program with a key and one kept connection."""

    def __init__(self, server: Running, secret: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        self._headers = {
            "Authorization": f"Bearer {secret}",
            "Content-Type": "application/json",
        }

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """The answer's content. It has to be 200."""
        response = self._answer(method, path, body)
        told = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {told[:200]!r}")
        return told

    def stream(self, path: str) -> tuple[float, int]:
        """How many seconds the first byte of a list takes, and how many lines it has."""
        start = perf_counter()
        response = self._answer("GET", path)
        lines, first = response.read(1).count(b"\n"), perf_counter() - start
        while part := response.read(65_536):
            lines += part.count(b"\n")
        return first, lines

    def _answer(self, method: str, path: str, body: Any = None) -> http.client.HTTPResponse:
        content = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, content, self._headers)
            return self._connection.getresponse()
        except ConnectionError:  # it rested for longer than the server keeps one
            self._connection.close()
            self._connection.request(method, path, content, self._headers)
            return self._connection.getresponse()


def measure(kind: Kind) -> list[Measured]:
    """Each beside a floor of its own."""
    made = filled_standing(kind, STORED).copied()
    secret = _key(made)
    with serving.sayso(made.url, kind.home) as server, serving.floor("hello") as hello:
        ours, bare = Program(server, secret), Program(hello)
        type_ = _first_type(made)
        emails = [world.address(n) for n in range(MANY)]
        return [
            _single(made, ours, bare, type_, emails),
            _many(made, ours, type_),
            _rate(
                *(made, f"links for {MANY:,} in one call", MANY),
                lambda: ours.ask("POST", "/api/v1/links", {"type": type_, "emails": emails}),
                lambda: list(mailing_links(world.LINKS, emails, brand=made.brand, type=type_)),
            ),
            _batch(made, ours, made.never_chosen),
        ]


def measure_suppressions(kind: Kind) -> list[Measured]:
    """First byte, memory, and lines a second beside the same reads by the bare driver."""
    made = filled_standing(kind, STORED).copied()
    path = f"/api/v1/suppressions?type={_first_type(made)}"
    secret = _key(made)
    with serving.sayso(made.url, kind.home) as server:
        ours = Program(server, secret)
        return [
            *_streamed(made, server, ours, path),
            _rate(
                *(made, f"suppressions of {made.size:,}, streamed", made.size),
                lambda: ours.stream(path),
                lambda: _raw(made),
                "≥ 0.4",
            ),
        ]


def _first_type(made: Filled) -> int:
    return next(iter(made.catalog.types.values())).id


def _many(made: Filled, ours: Program, type_: int) -> Measured:
    """Beside the same statements by the bare driver."""
    path = "/api/v1/send-decisions"

    def asked(turn: int) -> float:
        body = {"type": type_, "emails": decisions.sample(turn, made.size)}
        return MANY / _took(lambda: ours.ask("POST", path, body))

    def floor(turn: int) -> float:
        return decisions.bare(made, decisions.statements(made, decisions.sample(turn, made.size)))

    pairs = in_turns(asked, floor)
    own, least = medians(pairs, lambda rate: rate)
    what, name = f"{MANY:,} decisions of {made.size:,} in one call", made.kind.name
    said = (f"{own:,.0f}/s", f"{least:,.0f}/s")
    return Measured(what, name, *said, ratio(pairs, lambda rate: rate), AIMS[name])


def _streamed(made: Filled, server: Running, ours: Program, path: str) -> list[Measured]:
    """A small list warms up: what grows afterwards, grows with the list."""
    ours.stream(f"{path}&after={'f' * 32}")
    server.forget_memory()
    before = sum(server.memory())
    first, _ = ours.stream(path)
    grown = (sum(server.memory()) - before) / 1024
    name, of = made.kind.name, f"suppressions of {made.size:,}"
    least, most = f"{AIM_OF_FIRST_BYTE * 1000:.0f} ms", f"{AIM_OF_GROWTH:.0f} MiB"
    return [
        Measured(
            *(f"{of}, first byte", name, f"{first * 1000:.0f} ms", least),
            *(first / AIM_OF_FIRST_BYTE, "≤ 1"),
        ),
        Measured(
            f"{of}, resident growth", name, f"{grown:.1f} MiB", most, grown / AIM_OF_GROWTH, "≤ 1"
        ),
    ]


def _single(made: Filled, ours: Program, bare: Program, type_: int, emails: list[str]) -> Measured:
    def asked(turn: int) -> float:
        body = {"type": type_, "emails": [emails[turn]]}
        return _p50(lambda: ours.ask("POST", "/api/v1/send-decisions", body))

    pairs = in_turns(asked, lambda turn: _p50(lambda: bare.ask("GET", "/")))
    own, floor = medians(pairs, lambda seconds: seconds)
    said = (f"{own * 1000:.2f} ms", f"{floor * 1000:.2f} ms")
    share = ratio(pairs, lambda seconds: seconds)
    return Measured("a single decision, p50 at c=1", made.kind.name, *said, share, "≤ 2")


def _p50(ask: Callable[[], object]) -> float:
    return median(_took(ask) for _ in range(SINGLE))


def _took(ask: Callable[[], object]) -> float:
    start = perf_counter()
    ask()
    return perf_counter() - start


def _rate(
    made: Filled,
    what: str,
    count: int,
    ours: Callable[[], object],
    bare: Callable[[], object],
    aim: str = "",
) -> Measured:
    pairs = in_turns(lambda _: count / _took(ours), lambda _: count / _took(bare))
    own, floor = medians(pairs, lambda rate: rate)
    said = (f"{own:,.0f}/s", f"{floor:,.0f}/s")
    return Measured(what, made.kind.name, *said, ratio(pairs, lambda rate: rate), aim)


def _batch(made: Filled, ours: Program, type_: int) -> Measured:
    """Each turn opts others out, so that each writes."""

    def written(turn: int) -> float:
        whom = range(turn * BATCH, (turn + 1) * BATCH)
        inputs = [
            {"email": world.address(n), "type": type_, "status": "UNSUBSCRIBED"} for n in whom
        ]
        path = "/api/v1/preferences/batch"
        return _took(lambda: ours.ask("POST", path, {"inputs": inputs}))

    pairs = in_turns(written, lambda _: AIM_OF_BATCH)
    own, _ = medians(pairs, lambda seconds: seconds)
    share = ratio(pairs, lambda seconds: seconds)
    said = (f"{own * 1000:.0f} ms", f"{AIM_OF_BATCH * 1000:.0f} ms")
    return Measured(f"a batch write of {BATCH:,}, durable", made.kind.name, *said, share, "≤ 1")


def _raw(made: Filled) -> None:
    """The same rows by the bare driver, in the same short reads."""
    connection, after = tape.connect(made.url), b""
    sql, order, fixed, _ = lists.rows_by(lists.PAGE).compiled(made.kind.name)
    while True:
        values = {**fixed, "after": after}
        bound: Any = values if order is None else [values[name] for name in order]
        rows = connection.execute(sql, bound).fetchall()
        if len(rows) < lists.PAGE:
            connection.close()
            return
        after = bytes(rows[-1][0])


def _key(made: Filled) -> str:
    database = Database(made.url)
    new = NewKey("bench", frozenset(KeyScope))
    secret = database.write(keys.create, new, Doer(None, world.MADE_AT))
    database.close()
    return secret
