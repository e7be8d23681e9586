"""The same as test_everything.py, where whoever dies is a process of its own that is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import ON_SQLITE
from tests.processes.mortal import lives
from tests.worker.test_everything import Everything, installed
from tests.world import World

MOST_STEPS = 12
"""A press or a chunk takes no more: it begins, commits, and says what became of it."""


class Killed(Everything):
    """Forks that are killed with SIGKILL before, in and after their transactions."""

    def attempt(self, dies: int | None, work: Callable[[], Any]) -> Any:
        """Do it, here, or in a process that may be killed at it, of which nobody hears."""
        if dies is None:
            return super().attempt(None, work)
        self.let_time_pass()
        self.mortal.close()  # what is open here is not for another process
        lives(work, 1 + dies % MOST_STEPS)
        return None


@pytest.fixture
def machine(database_url: str, tmp_path: Path, world: World) -> Iterator[Any]:
    """What Hypothesis starts each run with."""
    made = installed(database_url, tmp_path, world)
    yield lambda: Killed(*made)
    made[0].database.close()
    made[0].counts.close()


@pytest.mark.slow
@ON_SQLITE
def test_whoever_is_killed_the_ledger_explains_what_stands(machine: Any) -> None:
    """R-79, H-23: files, pages, workflows, sign-ups and erasures in any order, and kill -9."""
    run_state_machine_as_test(
        machine, settings=settings(max_examples=3, stateful_step_count=20, deadline=None)
    )


@pytest.mark.long
def test_whoever_is_killed_for_much_longer(machine: Any) -> None:
    """The same, deeper, on both databases."""
    run_state_machine_as_test(
        machine, settings=settings(max_examples=8, stateful_step_count=30, deadline=None)
    )
