"""An address twice in a file: the later row wins, and what an earlier one said of leaving holds. Of
a broken row nothing else counts, wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.importing.formats import Suppressed
from app.domain.importing.leaving import leaving
from app.domain.importing.packing import pack, unpack
from app.domain.importing.wishes import Wish
from app.domain.words import Cause, Instant


def carried(earlier: str, later: str) -> tuple[str, bool]:
    """What two rows come to as they wait, and whether that is the earlier with what the later says
    of leaving; else it is the later one with what the earlier leaves it."""
    before, after = unpack(earlier), unpack(later)
    if after.broken and not before.broken:
        return pack(_both(before, after, before)), True
    return pack(with_opt_outs(before, after)), False


def with_opt_outs(earlier: Wish, later: Wish) -> Wish:
    """The later row, with each opt-out of the earlier one of which it says nothing itself. What a
    list of opt-outs says of an address adds up: no row of such a list says that somebody may be
    mailed."""
    return _both(leaving(earlier), later, later)


def _both(under: Wish, over: Wish, base: Wish) -> Wish:
    """The row `base` with what both say of statuses, `over` the last word."""
    return replace(
        base,
        types={**under.types, **over.types},
        brands={**under.brands, **over.brands},
        everything=under.everything if over.everything is None else over.everything,
        suppressed=_added(under.suppressed, over.suppressed),
    )


def _added(earlier: Suppressed | None, later: Suppressed | None) -> Suppressed | None:
    if earlier is None or later is None:
        return later or earlier
    causes = sorted({*earlier.since, *later.since})
    since = {cause: _latest(cause, earlier.since, later.since) for cause in causes}
    return Suppressed(since, tuple(dict.fromkeys((*earlier.types, *later.types))))


def _latest(cause: Cause, *told: Mapping[Cause, Instant | None]) -> Instant | None:
    """When the cause was last told of; None, the time of the import, is later than all others."""
    times = [since[cause] for since in told if cause in since]
    known = [at for at in times if at is not None]
    return max(known) if len(known) == len(times) else None
