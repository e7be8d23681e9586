"""The queue of writers on one machine (SQLite)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from threading import Condition, Event, Thread, current_thread

import pytest

from app.store.queue import LONG, RESTS, Queue
from tests.processes.installation import until

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from app.store.queue import Queue
with Queue(Path(sys.argv[1]), 5).turn():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_only_one_has_its_turn(tmp_path: Path) -> None:
    """A second one, by the same or another opening of the file, gives up at its patience's end."""
    queue = Queue(tmp_path / "writers", patience=0)
    with queue.turn():
        for other in (queue, Queue(tmp_path / "writers", patience=0)):
            with pytest.raises(TimeoutError), other.turn():
                pytest.fail("two had their turn")


def test_a_turn_that_raised_is_over(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "writers", patience=0)
    with pytest.raises(KeyError), queue.turn():
        raise KeyError
    with queue.turn():
        pass


def test_threads_take_turns(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "writers", patience=60)
    inside, most, turns = [], [], []

    def take_turns() -> None:
        for _ in range(25):
            with queue.turn():
                inside.append(1)
                most.append(len(inside))
                inside.pop()
                turns.append(1)

    threads = [Thread(target=take_turns) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (max(most), len(turns)) == (1, 200)


class Clock:
    """One that stands until it is set, and by which threads sleep."""

    def __init__(self) -> None:
        self._now, self._passed = 0.0, Condition()
        self.looks: Counter[str] = Counter()
        """How often each thread looked at it, by its name."""
        self.longest = 0.0
        """For how long somebody slept at most."""

    def monotonic(self) -> float:
        """Now."""
        self.looks[current_thread().name] += 1
        return self._now

    def sleep(self, seconds: float) -> None:
        """Wait until so much time has gone by."""
        with self._passed:
            self.longest, ends = max(self.longest, seconds), self._now + seconds
            self._passed.wait_for(lambda: self._now >= ends)

    def pass_(self, seconds: float) -> None:
        """Let time go by."""
        with self._passed:
            self._now += seconds
            self._passed.notify_all()


def test_who_waited_and_then_held_it_long_lets_others_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two long turns in a row never come between a person and the choice they pressed."""
    clock, inside = Clock(), Event()
    monkeypatch.setattr("app.store.queue.time", clock)
    queue, turns = Queue(tmp_path / "writers", patience=60), []

    def hold_long() -> None:
        for _ in range(2):
            with queue.turn():
                turns.append("long")
                inside.set()
                clock.pass_(2 * LONG)

    import_ = Thread(target=hold_long, name="import")
    with queue.turn():
        import_.start()
        # It looks whether it is to rest, and since when it waits.
        until(lambda: clock.looks["import"] == 2, "it waits")
        clock.pass_(2 * LONG)
    assert inside.wait(60)
    for _ in range(3):
        with queue.turn():
            turns.append("short")
            clock.pass_(LONG / 2)
    clock.pass_(3 * RESTS * LONG)
    import_.join()
    assert turns == ["long", "short", "short", "short", "long"]
    assert clock.longest == pytest.approx(RESTS * 2 * LONG)


@pytest.mark.slow
def test_a_killed_process_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "writers"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(TimeoutError), Queue(path, patience=0).turn():
            pytest.fail("two had their turn")
        holder.kill()
        holder.wait()
    with Queue(path, patience=0).turn():
        pass
