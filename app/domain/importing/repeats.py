"""An address twice in a file: the later row wins, and what an earlier one said of leaving holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.importing.formats import Suppressed
from app.domain.importing.packing import pack, unpack
from app.domain.importing.wishes import Wish
from app.domain.words import Cause, Instant, Status


def carried(earlier: str, later: str) -> str:
    """The later row as it waits, with what the earlier one leaves it."""
    return pack(with_opt_outs(unpack(earlier), unpack(later)))


def with_opt_outs(earlier: Wish, later: Wish) -> Wish:
    """The later row, with each opt-out of the earlier one of which it says nothing itself. What a
    list of opt-outs says of an address adds up: no row of such a list says that somebody may be
    mailed."""
    left = {id_: said for id_, said in earlier.types.items() if said is Status.UNSUBSCRIBED}
    brands = {id_: out for id_, out in earlier.brands.items() if out}
    return replace(
        later,
        types={**left, **later.types},
        brands={**brands, **later.brands},
        everything=(earlier.everything or None) if later.everything is None else later.everything,
        suppressed=_added(earlier.suppressed, later.suppressed),
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
