"""How many service mails an address gets (rules.md, 5): against mail bombing."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.words import DAY, MINUTE, Instant

PAUSE_BETWEEN = 15 * MINUTE
OF_A_KIND_A_DAY = 3
OF_ALL_A_DAY = 6


def over_the_limit(kind: int, sent: Iterable[tuple[int, Instant]], now: Instant) -> bool:
    """Whether one more mail of this kind is too many, given kind and time of those sent."""
    of_today = [(k, at) for k, at in sent if now - at < DAY]
    of_kind = [at for k, at in of_today if k == kind]
    return (
        len(of_today) >= OF_ALL_A_DAY
        or len(of_kind) >= OF_A_KIND_A_DAY
        or any(now - at < PAUSE_BETWEEN for at in of_kind)
    )
