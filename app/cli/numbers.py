"""Numbers, as the commands say them."""

from __future__ import annotations


def so_many(number: int, one: str, more: str, width: int = 0) -> str:
    """A number, at the end of so many places, with the words that fit it: `1 address`."""
    return f"{number:>{width},} {one if number == 1 else more}"
