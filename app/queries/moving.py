"""What two addresses have chosen, side by side, before a contact goes from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from app.domain.moving import opt_outs
from app.domain.standing import Place, Standing
from app.store.addresses import known


class Chosen(NamedTuple):
    """What stands for an address: all of it, the widest first, and where it would go along."""

    stands: Sequence[tuple[Place, Standing]]
    along: Sequence[Place]


def chosen(connection: Connection, key: bytes) -> Chosen:
    """What stands for one address."""
    held = known(connection, key).held
    return Chosen(sorted(held.items()), opt_outs(held))
