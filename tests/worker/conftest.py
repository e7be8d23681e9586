"""Workers in the tests' own process."""

from __future__ import annotations

import pytest

from app.worker import calling
from tests.patient import SECONDS


@pytest.fixture(autouse=True)
def calls_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, none is given up, but where a test says so."""
    monkeypatch.setattr(calling, "CALL_SECONDS", SECONDS)
