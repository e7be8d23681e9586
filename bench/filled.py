"""Filled databases, made once for all parts of a run, and the links of their addresses."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.domain.catalog import Catalog
from app.links.purposes import Purpose
from app.store.doors import Database
from bench import world
from bench.databases import Kind
from bench.fill import fill, fill_standing
from bench.sizes import ADDRESSES

MOST = 50_000
"""How many links are made at the most."""


class Filled(NamedTuple):
    """A database with so many addresses."""

    kind: Kind
    url: str
    catalog: Catalog
    size: int

    @property
    def brand(self) -> int:
        """The brand whose page is asked for."""
        return self.catalog.default_brand

    @property
    def never_chosen(self) -> int:
        """A type that no address has said anything about."""
        return [*self.catalog.types][-1]

    def copied(self) -> Filled:
        """A copy that may be written, as the other parts of a run need this one as it is."""
        return self._replace(url=self.kind.copy(self.url))

    def paths(self, purpose: Purpose, drawn: int = 7) -> dict[str, bytes]:
        """The paths of the links of addresses drawn, and their keys."""
        scope, folder = (
            (self.brand, "/p/") if purpose is Purpose.PREFERENCES else (self.never_chosen, "/u/")
        )
        tokens = world.TOKENS.series([(purpose, scope)], 812)
        numbers = random.Random(drawn).sample(range(self.size), min(self.size, MOST))
        keys = [world.KEYS(world.address(number)) for number in numbers]
        return {folder + tokens(key)[0]: key for key in keys}


@cache
def filled(kind: Kind, count: int = ADDRESSES) -> Filled:
    """A database of this kind with `count` addresses."""
    url = kind.empty()
    return _held(kind, url) if kind.holds else Filled(kind, url, fill(url, count), count)


@cache
def filled_standing(kind: Kind, count: int) -> Filled:
    """The same without ledger and evidence."""
    url = kind.empty()
    return _held(kind, url) if kind.holds else Filled(kind, url, fill_standing(url, count), count)


def _held(kind: Kind, url: str) -> Filled:
    database = Database(url)
    catalog = world.known(database)
    database.close()
    return Filled(kind, url, catalog, kind.holds)


def written(paths: dict[str, bytes], file: Path) -> Path:
    """`file`, with one path a line."""
    file.write_text("".join(f"{path}\n" for path in paths), "utf-8")
    return file
