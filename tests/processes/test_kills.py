"""kill -9 in the midst of a storm: what was answered 200 is there, and the ledger explains it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.processes.crowd import Crowd
from tests.processes.fixtures import FIRST_ON_SQLITE, ON_SQLITE
from tests.processes.installation import PATIENCE, Installation, Shop


def storm(installation: Installation, shop: Shop, answers: int, person: str) -> list[str]:
    """Kill a server with its workers after so many answers; the addresses answered with 200."""
    with installation.serving("--threads", "4", workers=2) as server:
        crowd = Crowd(server, shop.token, person)
        with crowd.busy(6):
            crowd.asks_more(answers)
            server.kill()
            crowd.asks_more(6)  # of nobody: each of the six sees that the server is gone
    assert crowd.others == []
    assert len(crowd.done) >= answers
    return crowd.done


def lost(shop: Shop, addresses: list[str]) -> list[str]:
    """Those of them whose choice is not there."""
    return [address for address in addresses if not shop.is_out(address)]


@pytest.mark.slow
@FIRST_ON_SQLITE
def test_every_choice_answered_with_200_outlives_a_kill_of_all_processes(
    installation: Installation, shop: Shop
) -> None:
    """R-17, R-12: committed before the 200. The ledger explains all that stands."""
    answered = storm(installation, shop, answers=60, person="reader")
    assert lost(shop, answered) == []
    verified = run(("verify",), installation.environment)
    assert verified.status == 0, verified.out
    assert "the ledger explains all that stands" in verified.out


@pytest.mark.long
def test_kill_after_kill_loses_nothing(installation: Installation, shop: Shop) -> None:
    """R-17: twenty times, at another moment each time, on what the last one left."""
    chance = random.Random(20)
    answered: list[str] = []
    for number in range(20):
        answered += storm(installation, shop, chance.randrange(1, 200), f"reader{number}x")
        assert lost(shop, answered) == []
        verified = run(("verify",), installation.environment)
        assert verified.status == 0, verified.out


@pytest.mark.long
def test_a_first_run_killed_at_any_moment_is_finished_by_the_next(
    installation: Installation,
) -> None:
    """Rules 2: secrets are whole or not there, and never made for a database that has others."""
    command = [str(Path(sys.executable).with_name("sayso")), "init", "--example"]
    for hundredths in range(60, 200, 7):
        process = subprocess.Popen(
            command,
            cwd=installation.home,
            env=installation.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(hundredths / 100)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
    finished = run(("init", "--example"), installation.environment)
    assert (finished.status, finished.err) == (0, "")
    assert run(("verify",), installation.environment).status == 0
    assert run(("brands", "list"), installation.environment).out.count("fernway") == 1


@ON_SQLITE
@pytest.mark.parametrize("left", [[], ["address-secret"], ["link-secrets"], ["sayso.db"]])
def test_a_first_run_that_was_cut_short_is_finished_by_the_next(
    installation: Installation, left: list[str]
) -> None:
    """Rules 2: whatever of an empty installation is there, the next run makes the rest."""
    installation.var.mkdir(mode=0o700)
    for name in left:
        (installation.var / name).write_text("" if name == "sayso.db" else "x" * 40)
    finished = run(("init",), installation.environment)
    assert (finished.status, finished.err) == (0, "")
    for name in left:
        assert name == "sayso.db" or (installation.var / name).read_text() == "x" * 40
    assert run(("brands", "list"), installation.environment).status == 0
