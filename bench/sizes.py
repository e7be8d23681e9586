"""How much is measured: as little as tells something, so that all parts together take five minutes,
or as much as the environment says."""

from __future__ import annotations

import os


def _size(name: str, short: int) -> int:
    return int(os.environ.get(f"BENCH_{name}", short))


SECONDS = _size("SECONDS", 2)
"""How long a server is put under load in a turn."""
ADDRESSES = _size("ADDRESSES", 20_500)
"""Addresses that are stored with all that belongs to them, whose links are pressed."""
STORED = _size("STORED", 50_000)
"""Addresses that are stored without a ledger, where the API and send decisions are asked."""
ROWS = _size("ROWS", 20_000)
"""Rows of a file of contacts that is imported."""
CONTACTS = _size("CONTACTS", 10_000)
"""Contacts that enter a workflow."""
IDLE = _size("IDLE", 60)
"""Seconds in which nothing is asked."""
LINKS = _size("LINKS", 100_000)
"""Addresses whose links are made."""
