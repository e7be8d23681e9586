"""A file that was cut into compressed parts, read as one."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

PART_BYTES = 1024 * 1024


def parts(source: BinaryIO, seen: Callable[[bytes], object]) -> Iterator[bytes]:
    """The parts of a file, to be kept in their order. `seen` is given what each was before."""
    while content := source.read(PART_BYTES):
        seen(content)
        yield zlib.compress(content, 1)


def packed(pieces: Iterable[str]) -> Iterator[bytes]:
    """The parts of a file that is written a piece at a time, in UTF-8."""
    kept = bytearray()
    for piece in pieces:
        kept += piece.encode()
        if len(kept) >= PART_BYTES:
            yield zlib.compress(kept, 1)
            kept.clear()
    yield zlib.compress(kept, 1)


class Joined(io.RawIOBase):
    """The file again. `fetch` gives a part by its number, None after the last."""

    def __init__(self, fetch: Callable[[int], bytes | None]) -> None:
        self._fetch = fetch
        self._number = 0
        self._part = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill it from the present part, or from the next."""
        if not self._part:
            content = self._fetch(self._number)
            if content is None:
                return 0
            self._number += 1
            self._part = memoryview(zlib.decompress(content))
        taken = min(len(buffer), len(self._part))
        buffer[:taken] = self._part[:taken]
        self._part = self._part[taken:]
        return taken


def joined(fetch: Callable[[int], bytes | None]) -> BinaryIO:
    """The file whose parts `fetch` gives."""
    return io.BufferedReader(Joined(fetch), PART_BYTES)
