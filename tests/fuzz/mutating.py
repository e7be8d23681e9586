"""Inputs like real ones, but for what went wrong with them on their way, or was meant to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hypothesis import strategies as st

MOST_EDITS = 6
WORDS = (
    *(b"\0", b"\xff", b"\r", b"\n", b"\r\n\r\n", b"\t", b" ", b'"', b"'", b"\\", b";", b",", b"="),
    *(b"@", b"%", b"%00", b"%40", b"{", b"[", b"]}", b"null", b"-1", b"1e400", b"9" * 5_000),
    *(b"\\ud800", b"\\u0000", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xae"),
    *(b"xn--", b"=?utf-8?q?=00?=", b"--x", b"0001-01-01T00:00:00+23:59", b"9999-12-31"),
    *("ß.例。".encode(), "e\u0301\u200b\u3000".encode(), b"=cmd|'/C calc'!A0", b"<script>"),
)
"""What parsers of text, JSON, mail, CSV, dates and domains may stumble over."""


class Edit(NamedTuple):
    """What is done to some data between two places in it, with a word."""

    how: str
    one: int
    other: int
    word: bytes

    def done(self, data: bytes, largest: int) -> bytes:
        """The data after it, no longer than the longest there may be."""
        first, last = sorted((self.one % (len(data) + 1), self.other % (len(data) + 1)))
        before, piece, after = data[:first], data[first:last], data[last:]
        often = largest // len(piece or self.word)
        return EDITS[self.how](before, piece, after, self.word, often)[:largest]


EDITS: dict[str, Callable[[bytes, bytes, bytes, bytes, int], bytes]] = {
    "put in": lambda before, piece, after, word, often: before + word + piece + after,
    "put instead": lambda before, piece, after, word, often: before + word + after,
    "cut out": lambda before, piece, after, word, often: before + after,
    "cut off": lambda before, piece, after, word, often: before,
    "say twice": lambda before, piece, after, word, often: before + piece + piece + after,
    "say often": lambda before, piece, after, word, often: before + (piece or word) * often + after,
    "end often": lambda before, piece, after, word, often: before + word * often,
}


class Recipe(NamedTuple):
    """How an input is made: short to tell, however long it is."""

    sample: bytes
    edits: Sequence[Edit]

    def made(self, largest: int) -> bytes:
        """The input."""
        data = self.sample
        for edit in self.edits:
            data = edit.done(data, largest)
        return data


def recipes(samples: Sequence[bytes]) -> st.SearchStrategy[Recipe]:
    """One of the samples, edited a few times; or anything at all."""
    place = st.integers(0, max(map(len, samples)))
    word = st.sampled_from(WORDS) | st.binary(min_size=1, max_size=8) | st.sampled_from(samples)
    edit = st.builds(Edit, st.sampled_from([*EDITS]), place, place, word)
    edits = st.lists(edit, min_size=1, max_size=MOST_EDITS)
    anything = st.builds(Recipe, st.binary(max_size=400), st.just(()))
    return st.builds(Recipe, st.sampled_from(samples), edits) | anything
