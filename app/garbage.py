"""How often Python looks for garbage that refers to itself. Work in bulk makes much that lives for
a moment and next to nothing of that kind: looked for as often as usual, it takes a tenth of the
time, and a fifth of a batch of the API's."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def look_seldom() -> None:
    """From now on look seldom, and not among what is there already."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


@contextmanager
def not_looking() -> Iterator[None]:
    """Do not look meanwhile: to load a program makes no garbage, and takes a tenth less time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
