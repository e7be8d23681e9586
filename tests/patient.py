"""Waiting as long as a slow machine takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.store import doors, engines, patience

SECONDS = 300


@contextmanager
def patient() -> Iterator[None]:
    """No writer of this process waits so long that it is told to come back, and no connection and
    no list is given up, but where a test says so."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (doors, engines):
            patch.setattr(module, "BUSY_SECONDS", float(SECONDS))
        patch.setitem(engines.NETWORK, "connect_timeout", SECONDS)
        patch.setattr(patience, "PATIENCE_SECONDS", float(SECONDS))
        yield
