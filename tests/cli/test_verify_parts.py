"""sayso verify of very many addresses: its parts, side by side, and where it goes on (issue 6)."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from app.cli.proving import resumable
from app.queries import proof
from tests.cli.running import run, run_by_hand
from tests.cli.spoiling import SOUND, shop, spoil, spoilt
from tests.cli.test_verify import change_event
from tests.processes.installation import Installation, Shop, runs, until

__all__ = ["shop", "spoilt"]

HELPED = """
import signal
from app.cli.proving import helpers
if __name__ == "__main__":
    pool = helpers(2)
    waiting = [pool.submit(signal.pause) for _ in range(2)]
    print(*(process.pid for process in pool._processes.values()), flush=True)
    waiting[0].result()
"""


def test_processes_side_by_side_find_what_one_finds(spoilt: Installation, shop: Shop) -> None:
    spoil(shop, change_event)
    alone, helped = (spoilt.run("verify", "--processes", n) for n in ("1", "3"))
    assert (alone.returncode, "6 addresses, " in alone.stderr) == (1, True)
    assert (helped.returncode, helped.stdout, helped.stderr) == (1, alone.stdout, alone.stderr)


def test_one_that_is_broken_off_says_where_to_go_on(
    spoilt: Installation,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Long work can be resumed: the rest, and only that, is looked at then."""
    monkeypatch.setattr(proof, "PART", 2)
    site = shop.site
    with site.database.browsing() as connection:
        proofs = resumable(proof.prove_all(connection, site.keys, site.now()))
        assert next(proofs).addresses == next(proofs).addresses == 2
        with pytest.raises(KeyboardInterrupt):
            proofs.throw(KeyboardInterrupt)
    (last,) = re.findall(r"sayso verify --after ([0-9a-f]+)\n", capsys.readouterr().err)
    rest = run(("verify", "--after", last), spoilt.environment)
    assert rest.out == SOUND.replace("6", "4")


def test_a_terminal_shows_how_far_it_is(spoilt: Installation, shop: Shop) -> None:
    shown = run_by_hand(("verify",), spoilt.environment)
    assert shown.out == SOUND
    assert re.match(r"6 addresses, \d\d? % +\r", shown.err)
    assert run(("verify",), spoilt.environment).err == ""


def test_what_is_no_key_is_said(spoilt: Installation, shop: Shop) -> None:
    wrong = run(("verify", "--after", "ana"), spoilt.environment)
    assert (wrong.status, "'ana' is no address key" in wrong.err) == (2, True)


def test_no_process_is_left_when_the_first_one_is_killed(
    tmp_path: Path,
) -> None:
    script = tmp_path / "helped.py"
    script.write_text(HELPED)
    with Installation(tmp_path).started(sys.executable, str(script)) as helped:
        until(lambda: helped.out.read_text().strip(), "they run")
        pids = [int(pid) for pid in helped.out.read_text().split()]
        os.kill(helped.process.pid, signal.SIGKILL)
        helped.process.wait()
        until(lambda: not any(map(runs, pids)), "they end as well")
