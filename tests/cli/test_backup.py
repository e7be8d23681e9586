"""sayso backup, restore and restore-events: what was kept comes back, and nothing else is lost."""

from __future__ import annotations

import errno
import json
import os
import re
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from app.cli.secret_files import write_secret
from app.domain.changes import By, Except, Hand, Note, Pause, Resume, Subscribe, Unsubscribe
from app.domain.standing import ALL
from app.domain.words import ACCOUNT, DAY, Actor, Scope, Via
from app.queries import feed as asked
from app.services import feed, preferences
from app.services.preferences import Instruction, always
from app.store.doors import Database
from app.store.postgres_programs import PostgresPrograms
from app.store.tables import feed_state
from tests.cli.conftest import Sayso
from tests.cli.ledgers import ANA, choose, settle_three_choices
from tests.cli.running import run
from tests.processes.crowd import Crowd
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import SECRETS, Installation, Shop

BEN, CLEO, DAN, EVE, FAY = (f"{name}@example.com" for name in ("ben", "cleo", "dan", "eve", "fay"))


def epoch(database: Database) -> int:
    """Which feed this is."""
    with database.reading() as connection:
        return int(connection.scalar(select(feed_state.c.epoch)) or 0)


def let_go(shop: Shop) -> None:
    """Nothing of this process uses the database any more."""
    shop.site.database.close()
    shop.site.counts.close()


def test_a_backup_comes_back_and_what_was_there_is_moved_aside(
    sayso: Sayso, shop: Shop, installation: Installation, tmp_path: Path
) -> None:
    """Issue 6: one file of mode 600; proved; a new epoch; from when to when nothing is known."""
    settle_three_choices(shop)
    file, before = tmp_path / "kept", epoch(shop.site.database)
    made = sayso("backup", str(file))
    assert (made.status, file.stat().st_mode & 0o777) == (0, 0o600)
    assert "The secrets are not in it" in made.err
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["manifest.json", "database"]
    assert [p.name for p in tmp_path.glob("*kept*")] == ["kept"]
    assert sayso("backup", str(file)).status == 2

    choose(shop, BEN, Unsubscribe(ACCOUNT))
    let_go(shop)
    refused = sayso("restore", str(file))
    assert (refused.status, "--yes" in refused.err) == (1, True)
    let_go(shop)
    done = sayso("restore", str(file), "--yes")
    assert (done.status, done.err) == (0, "")
    assert "the ledger explains all that stands" in done.out
    assert re.search(r"Nothing is known here of what happened from \d{4}-.+ to \d{4}-", done.out)
    aside = re.search(r"What was here is at (.+)\.\n", done.out)
    assert aside
    if installation.database_file.exists():
        assert Path(aside[1]).stat().st_size > 0
    site = installation.site()
    assert shop.held(ANA)
    assert not shop.held(BEN)
    assert epoch(site.database) != before
    site.database.close()


def one_name(*_: object) -> None:
    """What such a disk says of a second one."""
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_restore_is_taken_back(
    sayso: Sayso, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was moved aside comes back, and what was restored is moved aside in turn; also on a disk
    where a file has one name."""
    assert sayso("backup", "/nonexist/kept").err == (
        "Error: /nonexist is not there, or may not be written.\n"
    )
    file = str(tmp_path / "kept")
    assert sayso("backup", file).status == 0
    choose(shop, BEN, Unsubscribe(ACCOUNT))
    let_go(shop)
    done = sayso("restore", file, "--yes")
    assert not shop.held(BEN)
    let_go(shop)
    monkeypatch.setattr(os, "link", one_name)
    back = sayso("restore-aside", done.out.partition("What was here is at ")[2].split(".\n")[0])
    assert (back.status, back.err) == (0, "")
    assert "What was here is at" in back.out
    assert "Nothing is known here of what happened from" in back.out
    assert shop.held(BEN)


@ON_SQLITE
def test_a_backup_touches_no_file_of_anybody_else(sayso: Sayso, tmp_path: Path) -> None:
    """Issue 6: such as the database itself, where that is called nearly as the backup is."""
    others = [tmp_path / name for name in ("kept.database", "kept.part", "kept.db", "kept~")]
    for other in others:
        other.write_text("theirs")
    assert sayso("backup", str(tmp_path / "kept")).status == 0
    assert [other.read_text() for other in others] == ["theirs"] * len(others)
    assert len([*tmp_path.glob("*kept*")]) == 1 + len(others)


def test_a_power_cut_takes_away_neither_a_backup_nor_a_secret(
    sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6: not what is in the file alone is on disk before it is told of, but also its name."""
    place, sync = tmp_path / "kept", os.fsync
    place.mkdir()
    named: list[set[str]] = []

    def note(number: int) -> None:
        if os.path.samestat(os.fstat(number), place.stat()):
            named.append({file.name for file in place.iterdir()})
        sync(number)

    monkeypatch.setattr(os, "fsync", note)
    assert sayso("backup", str(place / "backup")).status == 0
    write_secret(place / "secret", "kept\n")
    assert named == [{"backup", ".backup.sayso-database"}, {"backup", "secret"}]


def told_by(shop: Shop) -> str:
    """What a reader of the feed has kept: all of it, as answers."""
    database = shop.site.database
    database.write(feed.sequence, shop.site.now())
    with database.reading() as connection:
        ends = asked.end(connection)
        start = ends._replace(position=0)
        found = asked.changes(connection, shop.catalog, start, ends, None, 1_000)
    half = len(found.events) // 2
    answer = {"changes": found.events[:half], "next": str(found.next), "more": False}
    return "\n".join(map(json.dumps, [answer, *found.events[half:]]))


def test_opt_outs_since_the_backup_come_back_from_a_copy_of_the_feed(
    sayso: Sayso, shop: Shop, tmp_path: Path
) -> None:
    """Issue 6: by their makers, once, and none that was taken back before or after."""
    settle_three_choices(shop)
    assert sayso("backup", str(tmp_path / "kept")).status == 0
    offers = shop.catalog.named_type("offers")
    assert offers
    choose(shop, BEN, Unsubscribe(ACCOUNT))
    choose(shop, CLEO, Unsubscribe(Scope.type(offers.id), offers), actor=Actor.API)
    kept = told_by(shop)
    let_go(shop)
    assert sayso("restore", str(tmp_path / "kept"), "--yes").status == 0
    assert not shop.held(BEN)

    read = sayso("restore-events", "-", stdin=kept)
    assert (read.status, ", 2 of them were missing" in read.out) == (0, True)
    assert [s.actor for s in shop.held(BEN).values()] == [Actor.CONTACT]
    assert [s.actor for s in shop.held(CLEO).values()] == [Actor.API]
    by = By(Actor.CONTACT, Via.PREFERENCE_PAGE, Hand.CONTACT, shop.site.now())
    yes = Instruction(shop.site.keys(CLEO), by, always(Subscribe(offers)))
    shop.site.database.write(preferences.apply, yes)
    assert ", 0 of them were missing" in sayso("restore-events", "-", stdin=kept).out
    assert not shop.is_out(CLEO)
    wrong = sayso("restore-events", "-", stdin='{"changes": [{"at": 1}]}')
    assert (wrong.status, "Line 1 is no answer of" in wrong.err) == (1, True)
    cut = sayso("restore-events", "-", stdin='{"changes": [{"at"')
    assert (cut.status, "Line 1 is not whole JSON" in cut.err) == (1, True)
    assert "at its character 19 of 18): was it cut off" in cut.err


def test_what_else_keeps_mail_away_comes_back_too(sayso: Sayso, shop: Shop, tmp_path: Path) -> None:
    """Issue 6: the end of an exception, an opt-out that only a reason followed, and a pause. What
    the person said since, and what is over, stays."""
    now, brand = shop.site.now(), shop.catalog.default_brand
    for person in (ANA, DAN):
        choose(shop, person, Unsubscribe(ACCOUNT), Except(brand), at=now - 9 * DAY)
    choose(shop, EVE, Pause(brand, now + 90 * DAY), at=now - 9 * DAY)
    assert sayso("backup", str(tmp_path / "kept")).status == 0
    for person in (ANA, DAN, BEN):
        choose(shop, person, Unsubscribe(ACCOUNT), at=now - 2 * DAY)
    choose(shop, CLEO, Pause(brand, now - DAY), at=now - 3 * DAY)
    for person in (CLEO, EVE):
        choose(shop, person, Pause(brand, now + 30 * DAY), at=now - 2 * DAY)
    choose(shop, FAY, Pause(brand, now - DAY), at=now - 3 * DAY)
    kept = told_by(shop)
    let_go(shop)
    assert sayso("restore", str(tmp_path / "kept"), "--yes").status == 0
    assert shop.held(ANA).excepts(brand)
    choose(shop, BEN, Note(ACCOUNT), at=now, reason="TOO_MANY")
    choose(shop, DAN, Unsubscribe(ACCOUNT), at=now)
    choose(shop, DAN, Except(brand), at=now + 1)

    assert ", 4 of them were missing" in sayso("restore-events", "-", stdin=kept).out
    assert not shop.held(ANA).excepts(brand)
    assert shop.held(BEN).opted_out(ALL)
    assert shop.held(DAN).excepts(brand), "their later word"
    for person in (CLEO, EVE):
        assert shop.held(person).paused_until(brand, now) == now + 30 * DAY
    assert not shop.held(FAY)
    choose(shop, CLEO, Resume(brand), at=shop.site.now())
    assert ", 0 of them were missing" in sayso("restore-events", "-", stdin=kept).out
    assert sayso("verify").status == 0


def spoil(file: Path) -> None:
    """One bit of the database in it."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@ON_SQLITE
def test_what_cannot_be_restored_changes_nothing(
    sayso: Sayso, shop: Shop, installation: Installation, tmp_path: Path
) -> None:
    """Issue 6: damaged, cut short, no backup, another secret, none, or somebody is at it."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    assert sayso("backup", str(good)).status == 0
    bad.write_bytes(good.read_bytes())
    spoil(bad)
    short = tmp_path / "short"
    short.write_bytes(good.read_bytes()[:-20_000])
    shortest = tmp_path / "shortest"
    shortest.write_bytes(good.read_bytes()[:1_800])
    nothing = tmp_path / "nothing"
    nothing.write_text("hello")
    empty = Installation(tmp_path / "empty")
    empty.home.mkdir()
    other = Installation(tmp_path, {**SECRETS, "SAYSO_DATA_DIR": str(tmp_path / "other")})
    shop.held(ANA)
    for said, file, where in (
        ("still uses", good, installation),
        ("damaged", bad, other),
        ("is no backup", nothing, installation),
        ("is cut short", short, installation),
        ("is cut short", shortest, installation),
        ("No secrets are set here", good, empty),
        ("another address secret", good, other),
    ):
        own = dict(where.settings)
        if said == "damaged":
            secret = (installation.var / "address-secret").read_text()
            where.settings["SAYSO_ADDRESS_SECRET"] = secret
        done = run(("restore", str(file), "--yes"), where.environment)
        where.settings.clear()
        where.settings.update(own)
        assert (done.status, said in done.err) == (1, True), (said, done)
    assert not (tmp_path / "other/sayso.db").exists()
    assert not list(installation.var.glob("*restor*"))
    assert shop.catalog.name


@pytest.mark.parametrize(
    "installation", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_a_server_that_does_not_let_us_in_is_told_in_words(
    sayso: Sayso, shop: Shop, installation: Installation, tmp_path: Path
) -> None:
    """H-45: a wrong password, or nobody there, as for every other command."""
    file = str(tmp_path / "file")
    assert sayso("backup", file).status == 0
    let_go(shop)
    away = {"SAYSO_DATABASE_URL": "postgresql+psycopg://nobody@/sayso?host=/nowhere"}
    for command in (("restore", file, "--yes"), ("backup", file + "2")):
        done = run(command, {**installation.environment, **away})
        assert (done.status, done.err[:34]) == (1, "The database cannot be used now: c"), done


@ON_SQLITE
def test_a_database_that_was_only_moved_aside_is_not_taken_for_none(
    sayso: Sayso, shop: Shop, installation: Installation, tmp_path: Path
) -> None:
    """Issue 6: as where the machine ended between the two moves: no command makes another one."""
    assert sayso("backup", str(tmp_path / "kept")).status == 0
    let_go(shop)
    aside = f"{installation.database_file}.before-restore-20261126120000"
    installation.database_file.rename(aside)
    for command in ("verify", "doctor", "init"):
        told = sayso(command)
        assert f"sayso restore-aside {aside}" in told.out + told.err, command
    assert sayso("restore-aside", f"{aside}1").err.startswith("Error: There is no file")
    assert sayso("restore-aside", aside).status == 0
    assert shop.catalog.name


@ON_SQLITE
def test_a_backup_with_secrets_is_all_that_another_machine_needs(
    sayso: Sayso, shop: Shop, installation: Installation, tmp_path: Path
) -> None:
    settle_three_choices(shop)
    file = tmp_path / "all"
    assert sayso("backup", str(file), "--with-secrets").status == 0
    elsewhere = Installation(tmp_path / "elsewhere")
    elsewhere.home.mkdir()
    assert run(("restore", str(file)), elsewhere.environment).status == 0
    for name in ("address-secret", "link-secrets"):
        ours = (installation.var / name).read_text()
        theirs = elsewhere.var / name
        assert (theirs.read_text(), theirs.stat().st_mode & 0o777) == (ours, 0o600)
    assert ANA not in (verified := run(("verify",), elsewhere.environment)).out
    assert verified.status == 0
    assert sorted(p.name for p in elsewhere.var.iterdir() if "restor" in p.name) == []


@pytest.mark.slow
@pytest.mark.long
def test_a_backup_during_a_storm_holds_every_no_that_was_answered_before(
    installation: Installation, shop: Shop, tmp_path: Path
) -> None:
    """Issue 6: while serving, by another process; nobody is turned away meanwhile."""
    file = tmp_path / "kept"
    with installation.serving(workers=2) as server:
        crowd = Crowd(server, shop.token)
        with crowd.busy(4):
            crowd.asks_more(40)
            before = list(crowd.done)
            made = installation.run("backup", str(file))
            assert made.returncode == 0, made.stderr
            crowd.asks_more(20)
        assert (crowd.others, crowd.failures) == ([], [])
        assert server.stop() == 0
    let_go(shop)
    done = installation.run("restore", str(file), "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [address for address in set(before) if not shop.is_out(address)] == []


def test_what_postgresqls_programs_are_told_has_no_password_and_nothing_in_its_place() -> None:
    """It goes by the environment; three stars would be taken for it."""
    url = make_url("postgresql+psycopg://sayso:swordfish@db.example.com:5432/sayso")
    assert PostgresPrograms(url).address == "postgresql://sayso@db.example.com:5432/sayso"
