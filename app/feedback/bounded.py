"""Mail from anybody, read in bounded time."""

from __future__ import annotations

from email.policy import Compat32

LONGEST_FIELD = 4096


class Bounded(Compat32):
    """Fields with an end: reading the parameters of one takes time by the square of its length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name and the beginning of its value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_FIELD]


BOUNDED = Bounded()
