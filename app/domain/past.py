"""What had happened by a past moment. Numbers are the order, not clocks (docs/rules.md, 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from app.domain.catalog import Policy
from app.domain.words import Instant


class Dated(Protocol):
    """Something that has the time which a clock showed when it happened."""

    @property
    def at(self) -> Instant:
        """That time."""


T = TypeVar("T", bound=Dated)


class Version(NamedTuple):
    """What a send decision reads of the account, a brand or a type, and since when."""

    at: Instant
    content: Mapping[str, Any]


def happened(numbered: Sequence[T], at: Instant) -> Sequence[T]:
    """Those that had happened by then, of all in the order of their numbers: what comes before one
    that had happened had happened as well, though a clock was ahead."""
    return numbered[: max((n for n, one in enumerate(numbered, 1) if one.at <= at), default=0)]


def policy_of(versions: Sequence[Version]) -> Policy:
    """The data privacy switch after these versions of the account, and when it was last turned
    off."""
    policy = Policy()
    for since, content in versions:
        on = bool(content["data_privacy"])
        turned_off = policy.data_privacy and not on
        policy = Policy(on, since if turned_off else policy.off_since)
    return policy
