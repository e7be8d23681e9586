"""Send decisions for many addresses in one call, beside the same rows read by the bare driver."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import median
from time import perf_counter
from typing import Any

from app.queries.decisions import decisions
from app.store.doors import Database
from bench import tape, world
from bench.databases import Kind
from bench.filled import Filled, filled_standing
from bench.report import Measured
from bench.sizes import STORED
from bench.tape import Statement
from bench.turns import in_turns, medians, ratio

ASKED, PAIRS = 10_000, 7
AIMS = {"sqlite": "≥ 0.35", "postgresql": "≥ 0.60"}


def measure(kind: Kind) -> list[Measured]:
    """Addresses a second, from their text to their decisions; and from their keys."""
    made = filled_standing(kind, STORED)
    return [
        _measured(made, f"{ASKED:,} decisions of {made.size:,}", _from_texts, AIMS[kind.name]),
        _measured(made, "the same, from address keys", _from_keys, ""),
    ]


def _measured(made: Filled, what: str, ask: Any, aim: str) -> Measured:
    database = Database(made.url)
    samples = [sample(turn, made.size) for turn in range(PAIRS + 1)]
    with database.reading() as connection:
        pairs = in_turns(
            lambda turn: ask(connection, made, samples[turn]),
            lambda turn: bare(made, statements(made, samples[turn])),
            PAIRS,
        )
    database.close()
    ours, floor = medians(pairs, lambda rate: rate)
    return Measured(
        what,
        made.kind.name,
        f"{ours:,.0f}/s",
        f"{floor:,.0f}/s",
        ratio(pairs, lambda rate: rate),
        aim,
    )


def sample(turn: int, of: int) -> list[str]:
    """The texts of so many of the first `of` addresses, others in each turn."""
    return [world.address(n) for n in random.Random(turn).sample(range(of), ASKED)]


def _from_texts(connection: Any, made: Filled, addresses: Sequence[str]) -> float:
    start = perf_counter()
    _ask(connection, made, [world.KEYS(address) for address in addresses])
    return ASKED / (perf_counter() - start)


def _from_keys(connection: Any, made: Filled, addresses: Sequence[str]) -> float:
    keys = [world.KEYS(address) for address in addresses]
    start = perf_counter()
    _ask(connection, made, keys)
    return ASKED / (perf_counter() - start)


def _ask(connection: Any, made: Filled, keys: Sequence[bytes]) -> None:
    type_ = next(iter(made.catalog.types.values()))
    answers = decisions(connection, made.catalog, type_, keys, world.MADE_AT)
    assert len(answers) == ASKED


def statements(made: Filled, addresses: Sequence[str]) -> list[Statement]:
    """What is said to the database to decide about these addresses."""
    with tape.taping(made.url) as taped:
        _ask(taped, made, [world.KEYS(address) for address in addresses])
        return taped.cut()


def bare(made: Filled, asked: list[Statement]) -> float:
    """Addresses a second, by the bare driver."""
    connection = tape.connect(made.url)
    connection.execute("SELECT 1").fetchall()
    seconds = []
    for _ in range(3):
        start = perf_counter()
        for sql, values in asked:
            connection.execute(sql, values).fetchall()
        seconds.append(perf_counter() - start)
    connection.close()
    return ASKED / median(seconds)
