"""All addresses proved, a part after the other, by one process or several."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread

import click

from app.cli.numbers import so_many
from app.cli.site import here
from app.queries.proof import Proof, keys_after, prove, prove_beside

GO_ON = "Not all was looked at. This goes on there: sayso verify --after {last}"
AHEAD = 2
"""How many parts each process has waiting."""


def prove_all(after: bytes, processes: int) -> Iterator[Proof]:
    """Every address whose key comes after `after`, in key order; then what lies beside them.

    Each part is seen as it is at one moment of its own: nothing waits for the whole to be through,
    neither the cleaning of a primary nor the following of a replica.
    """
    parts = _parts(after)
    yield from map(_prove, parts) if processes == 1 else _side_by_side(parts, processes)
    with here().database.browsing() as connection:
        yield prove_beside(connection)


def shown(proofs: Iterable[Proof]) -> Iterator[Proof]:
    """The same, showing on a terminal how far they are: keys are spread evenly."""
    addresses, last = 0, b""
    for proof in proofs:
        yield proof
        addresses, last = addresses + proof.addresses, proof.last or last
        if sys.stderr.isatty():
            share = int.from_bytes(last[:2]) * 100 >> 16
            told = f"{so_many(addresses, 'address', 'addresses')}, {share} %"
            click.echo(f"{told.ljust(40)}\r", nl=False, err=True)


def resumable(proofs: Iterable[Proof]) -> Generator[Proof]:
    """The same. Broken off, it is told where to go on."""
    last = b""
    try:
        for proof in proofs:
            yield proof
            last = proof.last or last
    except BaseException:
        if last:
            click.echo(GO_ON.format(last=last.hex()), err=True)
        raise


def _parts(after: bytes) -> Iterator[list[bytes]]:
    while keys := _next(after):
        yield keys
        after = keys[-1]


def _next(after: bytes) -> list[bytes]:
    with here().database.browsing() as connection:
        return keys_after(connection, after)


def _prove(keys: list[bytes]) -> Proof:
    site = here()
    with site.database.browsing() as connection:
        return prove(connection, keys, site.keys, site.now())


def _side_by_side(parts: Iterable[list[bytes]], processes: int) -> Iterator[Proof]:
    """The same, in the same order."""
    begun: deque[Future[Proof]] = deque()
    with helpers(processes) as pool:
        for keys in parts:
            begun.append(pool.submit(_prove, keys))
            if len(begun) > AHEAD * processes:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def helpers(number: int) -> ProcessPoolExecutor:
    """Processes that begin anew, so that none shares a connection. They leave Ctrl-C to this one,
    and end when it ends, even by SIGKILL."""
    return ProcessPoolExecutor(number, get_context("spawn"), _follow_the_parent)


def _follow_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
    os._exit(1)
