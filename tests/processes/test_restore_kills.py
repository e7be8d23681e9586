"""kill -9 in the midst of a backup or a restore (issue 6): what was there stands, nothing of the
dead one comes into the next, and that succeeds."""

from __future__ import annotations

import os
import signal
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select

from app.cli import restoring_events
from app.domain.changes import Unsubscribe
from app.domain.words import ACCOUNT
from app.store.tables import event
from tests.cli.ledgers import choose
from tests.cli.running import Finished, run
from tests.cli.test_backup import told_by
from tests.databases import unexplained
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import SAYSO, Installation, Shop, until
from tests.processes.mortal import Closely, Fate, lives

pytestmark = pytest.mark.long
OLD, OTHER, NEW = (f"{name}@example.com" for name in ("old", "other", "new"))
FORMER, OF_OLD, OF_OTHER = {OLD, OTHER, NEW}, {OLD}, {OLD, OTHER}
EVERY = 12
"""How many steps are passed over on PostgreSQL, where most of a restore's are alike."""

WAITING = (
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"
)


@dataclass
class Restores:
    """An installation of which there are two backups, and in which somebody opted out since."""

    installation: Installation
    shop: Shop

    def __post_init__(self) -> None:
        self._url = make_url(self.shop.site.settings.database_url)
        kept = self.installation.home / "kept"
        kept.mkdir()
        self.of_old, self.of_other = str(kept / "old"), str(kept / "other")
        for person, file in ((OLD, self.of_old), (OTHER, self.of_other)):
            choose(self.shop, person, Unsubscribe(ACCOUNT))
            assert self.does("backup", file).status == 0
        choose(self.shop, NEW, Unsubscribe(ACCOUNT))
        self.let_go()

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self.shop.site.settings.is_sqlite

    def does(self, *command: str, stdin: str = "") -> Finished:
        """A command, to its end."""
        return run(command, self.installation.environment, stdin.encode())

    def killed(
        self, number: int, *command: str, stdin: str = "", fate: type[Fate] = Closely
    ) -> bool:
        """A command that is killed before its nth step; whether it had so many. Afterwards its
        connection is gone as well."""

        def work() -> None:
            done = self.does(*command, stdin=stdin)
            assert done.status == 0, done

        died = not lives(work, number, fate)
        if not self.is_sqlite:
            self.alone()
        return died

    def out(self) -> set[str]:
        """Who of the three is out, in a database that its ledger explains."""
        with self.shop.site.database.reading() as connection:
            assert unexplained(connection) == []
        found = {person for person in FORMER if self.shop.held(person)}
        self.let_go()
        return found

    def events(self, person: str) -> list[int]:
        """The numbers of what happened to one of them."""
        asked = select(event.c.number).where(event.c.address_key == self.shop.site.keys(person))
        with self.shop.site.database.reading() as connection:
            found = list(connection.scalars(asked))
        self.let_go()
        return found

    def asides(self) -> list[str]:
        """What restores moved aside, the last one at the end."""
        if self.is_sqlite:
            return sorted(map(str, self.installation.var.glob("*.before-restore-*[0-9]")))
        found = self.asked("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before%'")
        self.alone()
        return sorted(found)

    def forget(self) -> None:
        """Remove what was moved aside, as who has seen that all is well."""
        for aside in self.asides():
            if self.is_sqlite:
                Path(aside).unlink()
            else:
                self.asked(f'DROP SCHEMA "{aside}" CASCADE')
                self.alone()

    def left(self) -> list[str]:
        """What a command left in the data directory."""
        return sorted(path.name for path in self.installation.var.glob("*restoring*"))

    def alone(self) -> None:
        """Nobody is connected any more: it would be in the way of the next restore."""
        gone = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{self._url.database}'"
        until(lambda: not self.asked(gone, "postgres"), "the server misses whom it served")

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Nobody else may read that table meanwhile."""
        with self._connected() as other:
            other.execute(f"LOCK TABLE {table}".encode())
            yield

    def asked(self, question: str, database: str | None = None) -> list[str]:
        """What PostgreSQL answers, of the database of that name, or of ours."""
        with self._connected(database) as own:
            found = own.execute(question.encode())
            return [str(row[0]) for row in found.fetchall()] if found.description else []

    def _connected(self, database: str | None = None) -> psycopg.Connection:
        host, user = str(self._url.query["host"]), self._url.username
        return psycopg.connect(host=host, user=user, dbname=database or self._url.database)

    def let_go(self) -> None:
        """Nothing of this process uses the database any more."""
        self.shop.site.database.close()
        self.shop.site.counts.close()


@pytest.fixture
def restores(installation: Installation, shop: Shop) -> Restores:
    """Two backups, and what was said since."""
    return Restores(installation, shop)


def test_a_restore_killed_at_any_step_leaves_what_was_there_or_what_it_restores(
    restores: Restores,
) -> None:
    """Issue 6: never half of both, nor none; it serves; the next restore is of its own file alone,
    and what was there before comes back by its name."""
    found = []
    for number in count(1, 1 if restores.is_sqlite else EVERY):
        died = restores.killed(number, "restore", restores.of_old, "--yes")
        found.append(restores.out())
        assert found[-1] in (FORMER, OF_OLD), f"killed at step {number}"
        if found[-1] == OF_OLD:
            back = restores.does("restore-aside", restores.asides()[-1])
            assert (back.status, back.err, restores.out()) == (0, "", FORMER), number
        done = restores.does("restore", restores.of_other, "--yes")
        assert (done.status, done.err, restores.out()) == (0, "", OF_OTHER), number
        assert restores.left() == []
        assert restores.does("restore-aside", restores.asides()[-1]).status == 0
        assert restores.out() == FORMER
        restores.forget()
        if not died:
            break
    assert FORMER in found
    assert OF_OLD in found


def test_what_was_moved_aside_comes_back_though_that_was_killed_at_any_step(
    restores: Restores,
) -> None:
    """Issue 6: one of the two stands, and the other is where it was or is told."""
    assert restores.does("restore", restores.of_old, "--yes").status == 0
    aside, found = restores.asides()[-1], []
    for number in count(1, 1 if restores.is_sqlite else EVERY):
        died = restores.killed(number, "restore-aside", aside)
        found.append(restores.out())
        assert found[-1] in (FORMER, OF_OLD), f"killed at step {number}"
        if found[-1] == OF_OLD:
            assert restores.does("restore-aside", aside).status == 0
            assert restores.out() == FORMER
        assert restores.does("restore-aside", restores.asides()[-1]).status == 0
        assert restores.out() == OF_OLD
        aside = restores.asides()[-1]
        if not died:
            break
    assert {outs == FORMER for outs in found} == {True, False}


def test_a_backup_killed_at_any_step_is_whole_or_not_there_and_made_again(
    restores: Restores,
) -> None:
    """Issue 6: under the same name, by a file that holds nothing of the dead one, and nothing is
    left beside it."""
    home = restores.installation.home / "again"
    home.mkdir()
    file = str(home / "kept")
    died = False
    for number in count(1):
        died = restores.killed(number, "backup", file, "--with-secrets")
        assert all(path.stat().st_mode & 0o077 == 0 for path in home.iterdir())
        if "kept" in left(home):
            assert set(left(home)) <= {"kept", ".kept.sayso-database"}
            break
        assert restores.does("backup", file).status == 0
        assert left(home) == ["kept"], number
        Path(file).unlink()
    assert died
    assert restores.does("restore", file, "--yes").status == 0
    assert restores.out() == FORMER


@ON_SQLITE
def test_what_a_dead_restore_had_changed_comes_into_no_other(restores: Restores) -> None:
    """Issue 6: killed when it had brought up an old schema, and SQLite's log was not yet in the
    file: SQLite would take that log for one of the next file of the same name."""
    staged = restores.installation.var / "sayso.db.restoring"
    with tarfile.open(restores.of_old) as tar:
        tar.extract("database", restores.installation.home, filter="data")
    (restores.installation.home / "database").rename(staged)
    open_at_its_death = []

    def dies() -> None:
        connection = sqlite3.connect(staged, isolation_level=None)
        open_at_its_death.append(connection)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("DELETE FROM preference")

    assert lives(dies)
    assert Path(f"{staged}-wal").stat().st_size
    assert restores.does("restore", restores.of_other, "--yes").status == 0
    assert restores.out() == OF_OTHER
    assert restores.left() == []


@ON_SQLITE
def test_copies_of_the_feed_read_in_and_killed_at_any_step_are_read_in_again(
    restores: Restores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6: whoever opted out since the backup is out in the end, by one event each."""
    monkeypatch.setattr(restoring_events, "PART", 1)
    copy = told_by(restores.shop)
    restores.let_go()
    steps = count(1)
    died = True
    while died:
        assert restores.does("restore", restores.of_old, "--yes").status == 0
        died = restores.killed(next(steps), "restore-events", "-", stdin=copy, fate=Fate)
        assert OF_OLD <= restores.out() <= FORMER
        assert restores.does("restore-events", "-", stdin=copy).status == 0
        assert restores.out() == FORMER
        assert [len(restores.events(person)) for person in sorted(FORMER)] == [1, 1, 1]
    assert next(steps) > 2 * len(FORMER - OF_OLD)


@pytest.mark.parametrize(
    "installation", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_a_pg_dump_that_outlives_its_backup_comes_into_no_other(restores: Restores) -> None:
    """Issue 6: killed while pg_dump waits for a lock, which goes on beside the next backup."""
    home = restores.installation.home / "again"
    home.mkdir()
    file = str(home / "kept")
    with restores.locked("webhook"), restores.installation.started(SAYSO, "backup", file) as died:
        until(lambda: restores.asked(WAITING, "postgres"), "pg_dump waits")
        os.kill(died.process.pid, signal.SIGKILL)
        died.process.wait()
    assert left(home) == [".kept.sayso-database"]
    assert restores.does("backup", file).status == 0
    restores.alone()
    assert left(home) == ["kept"]
    assert restores.does("restore", file, "--yes").status == 0
    assert restores.out() == FORMER


def left(home: Path) -> list[str]:
    """What lies in a directory."""
    return sorted(path.name for path in home.iterdir())
