"""What a row says of leaving: it counts also where the rest of the row is refused."""

from __future__ import annotations

from dataclasses import replace

from app.domain.importing.columns import Kind
from app.domain.importing.wishes import Wish
from app.domain.words import Status

KINDS = (Kind.TYPE, Kind.OPTED_OUT_OF_BRAND, Kind.OPTED_OUT_OF_ALL)
"""The columns of a list of contacts that may say so."""


def leaving(wish: Wish) -> Wish:
    """Of the wish only whose it is, and which types, brands or all email they left."""
    return replace(
        Wish(wish.address),
        types={id_: said for id_, said in wish.types.items() if said is Status.UNSUBSCRIBED},
        brands={id_: out for id_, out in wish.brands.items() if out},
        everything=wish.everything or None,
        suppressed=wish.suppressed,
        asks=f"leaving {wish.asks}",
    )


def leaves(wish: Wish) -> bool:
    """Whether a row of contacts says that somebody left something."""
    left = leaving(wish)
    return bool(left.types or left.brands or left.everything)
