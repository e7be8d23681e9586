"""Filled databases, made once for all parts of a run, and the links of their addresses."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.domain.catalog import Catalog
from app.links.purposes import Purpose
from bench import world
from bench.databases import Kind
from bench.fill import fill, fill_standing
from bench.sizes import ADDRESSES


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

    def paths(self, purpose: Purpose) -> dict[str, bytes]:
        """The path of each address's link, and the address's key, in no order."""
        scope, folder = (
            (self.brand, "/p/") if purpose is Purpose.PREFERENCES else (self.never_chosen, "/u/")
        )
        tokens = world.TOKENS.series([(purpose, scope)], 812)
        keys = [world.KEYS(world.address(number)) for number in range(self.size)]
        random.Random(7).shuffle(keys)
        return {folder + tokens(key)[0]: key for key in keys}


@cache
def filled(kind: Kind, count: int = ADDRESSES) -> Filled:
    """A database of this kind with `count` addresses."""
    url = kind.empty()
    return Filled(kind, url, fill(url, count), count)


@cache
def filled_standing(kind: Kind, count: int) -> Filled:
    """The same without ledger and evidence."""
    url = kind.empty()
    return Filled(kind, url, fill_standing(url, count), count)


def written(paths: dict[str, bytes], file: Path) -> Path:
    """`file`, with one path a line."""
    file.write_text("".join(f"{path}\n" for path in paths), "utf-8")
    return file
