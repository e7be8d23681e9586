"""`sayso serve`, from an empty directory on."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import pytest

from app.domain.address import parse_secret
from app.store.schema import is_current
from tests.cli.running import run
from tests.processes.fixtures import FIRST_ON_SQLITE, ON_SQLITE
from tests.processes.installation import (
    SAYSO,
    Installation,
    Server,
    Shop,
    free_port,
    taken_port,
    until,
)
from tests.world import ANA

ROOT = Path(__file__).parents[2]


def mode(path: Path) -> int:
    """Who may read and write it."""
    return stat.S_IMODE(path.stat().st_mode)


def urls(said: list[str]) -> list[str]:
    """The lines that are URLs and nothing else."""
    return [line for line in said if line.startswith("http") and " " not in line]


@pytest.mark.slow
def test_a_first_run_makes_all_it_needs_and_each_url_it_prints_opens(
    installation: Installation,
) -> None:
    """R-17, H-45: /healthz says 200 only where the database answers and has an account."""
    with installation.serving("--example") as server:
        printed = urls(server.said)
        assert len(printed) == 3
        *pages, admin = printed
        for url in pages:
            assert url.startswith(f"{server.url}/")
            answer = server.open(url)
            assert (answer.status, b"Fernway" in answer.body) == (200, True), url
        door = server.get(admin)
        assert (door.status, door.headers["Location"]) == (303, "/admin/sign-in")
        *others, door_is = server.said[::2]
        assert others == ["A preferences link:", "An unsubscribe link:"]
        assert f"(SAYSO_BASE_URL={server.url} {quote(SAYSO)} users invite" in door_is, (
            "as it was called"
        )
        site = installation.site()
        with site.database.reading() as connection:
            assert is_current(connection)
            assert len(site.catalogs.current(connection).types) == 5
        site.database.close()
        assert server.stop() == 0
    assert mode(installation.var) == 0o700


@ON_SQLITE
def test_the_two_secrets_of_a_first_run_are_for_this_user_only(
    installation: Installation, shop: Shop
) -> None:
    """Rules 2: made together with a new database, long enough, and each of its own."""
    made = [installation.var / name for name in ("address-secret", "link-secrets")]
    assert [mode(file) for file in made] == [0o600, 0o600]
    assert mode(installation.var) == 0o700
    one, other = (parse_secret(file.read_text()) for file in made)
    assert (len(one), len(other)) == (64, 64)
    assert one != other
    assert sorted(p.name for p in installation.var.iterdir() if p.suffix == ".new") == []


@pytest.mark.slow
@FIRST_ON_SQLITE
def test_a_second_run_keeps_everything_and_says_its_own_port(
    installation: Installation, shop: Shop
) -> None:
    """Rules 5: a link mailed by the first run works in the second, whatever the port."""
    kept = {f.name: f.read_bytes() for f in installation.var.glob("*-secret*")}
    token = shop.token(ANA.address)
    installation.settings["SAYSO_WORKER"] = "off"
    with installation.serving("--example") as first:
        printed = [url.removeprefix(first.url) for url in urls(first.said)]
        assert first.one_click(token).status == 200
        assert first.stop() == 0
    with installation.serving("--example") as second:
        assert second.port != first.port
        assert [url.removeprefix(second.url) for url in urls(second.said)] == printed
        assert b"You are unsubscribed" in second.get(f"/u/{token}").body
        assert second.stop() == 0
    assert {f.name: f.read_bytes() for f in installation.var.glob("*-secret*")} == kept
    assert shop.is_out(ANA.address)


@contextmanager
def served_at_a_terminal(installation: Installation) -> Iterator[Server]:
    """`sayso serve` by hand: what it prints comes to a terminal."""
    port, (ours, theirs) = free_port(), os.openpty()
    out, err = installation.home / "terminal", installation.home / "terminal.err"
    command = [SAYSO, "serve", "--port", str(port), "--workers", "1"]
    with err.open("wb") as to_err:
        process = subprocess.Popen(
            command,
            cwd=installation.home,
            env=installation.environment,
            stdout=theirs,
            stderr=to_err,
            start_new_session=True,
        )
    os.close(theirs)
    server = Server(process, out, err, port)
    try:
        until(server.is_ready, "the server is ready")
        out.write_bytes(os.read(ours, 10_000))
        yield server
    finally:
        server.stop()
        os.close(ours)


@pytest.mark.slow
@ON_SQLITE
def test_without_the_example_it_prints_pages_that_open_too_below_the_base_url_that_is_set(
    installation: Installation,
) -> None:
    """R-26, R-128: links come from the setting, never from the port or a request."""
    base = "https://mail.fernway.example"
    installation.settings |= {"SAYSO_BASE_URL": base, "SAYSO_WORKER": "off"}
    with served_at_a_terminal(installation) as server:
        printed = urls(server.said)
        assert [url.startswith(f"{base}/") for url in printed] == [True] * 3
        paths = [url.removeprefix(base) for url in printed]
        assert [path[:3] for path in paths] == ["/p/", "/u/", "/ad"]
        assert [server.open(path).status for path in paths] == [200, 200, 200]
        assert server.get("/links").headers["Strict-Transport-Security"]


@pytest.mark.slow
@ON_SQLITE
def test_any_wsgi_server_can_serve_wsgi_app(installation: Installation, shop: Shop) -> None:
    port = free_port()
    gunicorn = (sys.executable, "-m", "gunicorn", "--chdir", str(ROOT), "wsgi:app")
    with installation.started(*gunicorn, "--bind", f"127.0.0.1:{port}") as started:
        server = Server(*started, port)
        until(server.is_ready, "gunicorn is ready")
        assert server.one_click(shop.token(ANA.address)).status == 200


@pytest.mark.slow
@ON_SQLITE
def test_a_port_that_is_taken_is_told_in_words(installation: Installation, shop: Shop) -> None:
    with taken_port() as port:
        finished = installation.run("serve", "--port", str(port))
    assert (finished.returncode, finished.stdout) == (1, "")
    assert f"Port {port} is taken. Choose another: make run PORT=" in finished.stderr
    assert "Traceback" not in finished.stderr
    away = run(("serve", "--host", "192.0.2.1"), installation.environment)
    assert (away.status, away.out) == (1, "")
    assert "Nothing can be served at 192.0.2.1, port 8000: " in away.err


@pytest.mark.long
def test_init_from_many_processes_at_once_makes_one_installation(
    installation: Installation,
) -> None:
    """Architecture 5: any number of processes in front of one database, from the first moment."""
    command = [str(Path(sys.executable).with_name("sayso")), "init", "--example"]
    started = [
        subprocess.Popen(
            command,
            cwd=installation.home,
            env=installation.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=90) for process in started]
    assert [process.returncode for process in started] == [0] * 3, said
    listed = run(("brands", "list"), installation.environment)
    assert listed.out.count("fernway") == 1
    assert len(listed.out.splitlines()) == 1
