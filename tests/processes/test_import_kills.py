"""kill -9 in the midst of an import: whoever goes on loses no row and applies none twice."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.domain.contacts import Source
from app.domain.runs import RunKind
from app.services import runs
from app.store.runs import Run, run_of
from app.store.tables import contact, event, run, run_row
from app.web.site import Site
from app.worker.handlers import prepared
from tests.cli.running import run as command
from tests.processes.installation import SAYSO, Installation, Shop, until


def imported(site: Site) -> Run | None:
    """The import, once there is one."""
    with site.database.reading() as connection:
        row = connection.execute(select(run).where(run.c.kind == RunKind.IMPORT)).one_or_none()
    return None if row is None else run_of(row)


def _beyond(site: Site, rows: int) -> bool:
    found = imported(site)
    return found is not None and found.done > rows


def survives(installation: Installation, file: Path, rows: int, kills: int) -> None:
    """Kill the command, then whoever goes on, and let the last one end it."""
    text = "".join(f"reader{number}@example.com,yes\n" for number in range(rows))
    file.write_text(f"email,offers\n{text}")
    site = installation.site()
    with installation.started(SAYSO, "import", "contacts", str(file), "--yes") as started:
        until(partial(_beyond, site, 0), "the import does something")
        os.kill(started.process.pid, signal.SIGKILL)
    found = imported(site)
    assert found is not None
    assert 0 < found.done < rows, "it was killed in the midst"
    for _ in range(kills):
        with installation.started(SAYSO, "worker") as worker:
            until(partial(_beyond, site, found.done), "a worker goes on")
            os.kill(worker.process.pid, signal.SIGKILL)
        found = imported(site)
        assert found is not None
    while found.at_work:
        site.database.write(runs.advance, found, prepared(site, found), lambda: 1, site.now())
        found = imported(site)
        assert found is not None
    assert (found.done, found.counts["CREATED"]) == (rows, rows)
    with site.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(run_row)) == rows
        events = select(func.count(), func.max(event.c.number)).where(event.c.run == found.id)
        assert tuple(connection.execute(events).one()) == (rows, 1)
        ours = contact.c.source == Source.IMPORT
        assert connection.scalar(select(func.count()).where(ours)) == rows
    site.database.close()
    verified = command(("verify",), installation.environment)
    assert verified.status == 0, verified.out


@pytest.mark.slow
def test_an_import_goes_on_after_a_kill(
    installation: Installation, shop: Shop, tmp_path: Path
) -> None:
    """Issue 5: no row lost, none applied twice."""
    survives(installation, tmp_path / "list.csv", rows=6_000, kills=0)


@pytest.mark.long
def test_an_import_goes_on_after_kill_after_kill(
    installation: Installation, shop: Shop, tmp_path: Path
) -> None:
    """The command and then three workers are killed; each lease ends by itself."""
    survives(installation, tmp_path / "list.csv", rows=60_000, kills=3)
