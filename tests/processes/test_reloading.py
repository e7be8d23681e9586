"""What a running server does when it is told to reload or to end."""

from __future__ import annotations

import fcntl
import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.address import fingerprint
from app.links.tokens import Link, Purpose, Tokens
from tests.processes.crowd import Crowd
from tests.processes.fixtures import FIRST_ON_SQLITE, ON_SQLITE
from tests.processes.installation import LINK_SECRET, Answer, Installation, Server, Shop, until
from tests.world import ANA

pytestmark = pytest.mark.slow
NEW_SECRET = "a-newer-link-secret-for-tests-of-processes"


def web_of(installation: Installation) -> Installation:
    """Without the process beside it, which sees to what is owed: here nothing is."""
    installation.settings["SAYSO_WORKER"] = "off"
    return installation


@FIRST_ON_SQLITE
def test_a_reload_loses_no_request(installation: Installation, shop: Shop) -> None:
    """R-17, R-45: SIGHUP under load, twice. Nobody sees an error, and every 200 is kept.

    SIGTERM then ends the server with all its processes.
    """
    with web_of(installation).serving(workers=2) as server:
        crowd = Crowd(server, shop.token)
        with crowd.busy(4):
            for _ in range(2):
                crowd.asks_more(10)
                server.reload()
            crowd.asks_more(10)
        assert crowd.failures == []
        assert crowd.others == []
        workers = server.workers
        assert len(workers) == 2
        assert server.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert "Traceback" not in server.log
    assert all(shop.is_out(address) for address in set(crowd.done))


HELD_UP = """
import sys, time
from pathlib import Path


class HoldUp:
    def find_spec(self, name, *_):
        while name == "app.factory" and Path({file!r}).exists():
            time.sleep(0.01)


if "app.server" in sys.orig_argv:
    sys.meta_path.insert(0, HoldUp())
"""
"""What the server's processes do first: as long as there is this file, none loads the program."""


@ON_SQLITE
def test_the_old_processes_answer_until_the_new_ones_have_loaded_the_program(
    installation: Installation, shop: Shop
) -> None:
    """R-17, R-45: nobody waits for a reload, however long that takes."""
    held_up = installation.home / "held-up"
    (installation.home / "sitecustomize.py").write_text(HELD_UP.format(file=str(held_up)))
    installation.settings["PYTHONPATH"] = str(installation.home)
    with web_of(installation).serving(workers=2) as server:
        old = set(server.workers)
        held_up.touch()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: len(server.workers) == 4, "new processes begin to load")
        for _ in range(3):
            assert server.one_click(shop.token(ANA.address)).status == 200
        assert old <= set(server.workers)
        held_up.unlink()
        until(lambda: server.workers and not old & set(server.workers), "the old ones go")
        assert server.one_click(shop.token(ANA.address)).status == 200
        assert server.stop() == 0


@pytest.fixture
def secrets_file(installation: Installation) -> Path:
    """The link secrets in a file, so that they can change under a running server."""
    file = installation.home / "secrets"
    file.write_text(LINK_SECRET)
    installation.settings.pop("SAYSO_LINK_SECRETS", None)
    installation.settings["SAYSO_LINK_SECRETS_FILE"] = str(file)
    installation.settings["SAYSO_ADDRESS_SECRET"] = "an-address-secret-for-tests-of-processes"
    return file


@ON_SQLITE
def test_a_reload_brings_a_new_link_secret_and_every_old_link_goes_on(
    secrets_file: Path, installation: Installation, shop: Shop
) -> None:
    """R-125, H-45: rotated twice, a link of the first secret still opts out."""
    first = shop.token(ANA.address)
    link = Link(Purpose.TYPE, shop.site.keys(ANA.address), shop.type_id(), 0)
    newest = Tokens([NEW_SECRET.encode()]).mint(link)
    with web_of(installation).serving() as server:
        assert server.get(f"/u/{newest}").status == 404
        begun = f"Link secrets: verifying {fingerprint(LINK_SECRET.encode())[:4].hex()}; signing "
        until(lambda: f"Serving at 127.0.0.1:{server.port}. {begun}" in server.log, "it says so")
        secrets = (LINK_SECRET, "some-secret-between-the-first-and-last", NEW_SECRET)
        secrets_file.write_text("\n".join(secrets))
        server.reload()
        oldest, between, last = (fingerprint(s.encode())[:4].hex() for s in secrets)
        told = f"Link secrets: verifying {oldest}, {between}, {last}; signing {last}"
        until(lambda: f"Reloaded: new processes serve. {told}" in server.log, "it says so")
        loaded = json.loads(server.get("/readyz").body)["linkSecrets"]
        assert loaded == {"verify": [oldest, between, last], "sign": [last], "optOutOnly": []}
        assert server.get(f"/u/{newest}").status == 200
        assert server.one_click(first).status == 200
    assert shop.is_out(ANA.address)


@ON_SQLITE
def test_a_server_takes_a_new_link_secret_in_by_itself(
    installation: Installation, shop: Shop
) -> None:
    """Links that a command makes with it right after `sayso keys rotate-links` open."""
    with web_of(installation).serving() as server:
        with server.renewed():
            assert installation.run("keys", "rotate-links").returncode == 0
        newest = installation.site().settings.link_secrets[-1]
        link = Link(Purpose.TYPE, shop.site.keys(ANA.address), shop.type_id(), 0)
        token = Tokens([newest]).mint(link)
        assert server.get(f"/u/{token}").status == 200
        assert server.one_click(token).status == 200
    assert shop.is_out(ANA.address)


@ON_SQLITE
def test_a_reload_with_a_bad_setting_leaves_what_runs(
    secrets_file: Path, installation: Installation, shop: Shop
) -> None:
    """R-45: an outage of the unsubscribe page counts as not honouring it."""
    with web_of(installation).serving() as server:
        before = set(server.workers)
        secrets_file.write_text("short")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "Not reloaded" in server.log, "the server says so")
        assert "SAYSO_LINK_SECRETS: secret 1 has 5 bytes" in server.log
        assert set(server.workers) == before
        assert server.one_click(shop.token(ANA.address)).status == 200
        secrets_file.write_text(LINK_SECRET)
        server.reload()
        assert server.get("/healthz").status == 200


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Keep every writer of the installation waiting."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def waits_in_queue(server: Server, file: Path) -> bool:
    """Whether a process of the server has come as far as the writers' queue."""
    opened = [fd for pid in server.workers for fd in Path(f"/proc/{pid}/fd").iterdir()]
    return any(_leads_to(fd, file) for fd in opened)


def _leads_to(fd: Path, file: Path) -> bool:
    """Whether it is open yet, and is this file."""
    try:
        return fd.readlink() == file
    except FileNotFoundError:
        return False


@ON_SQLITE
@pytest.mark.parametrize(
    "number", [signal.SIGHUP, pytest.param(signal.SIGTERM, marks=pytest.mark.long)]
)
def test_a_request_that_is_running_gets_its_answer_first(
    installation: Installation, shop: Shop, number: int
) -> None:
    """R-17: what was asked before the signal is stored and answered after it."""
    answers: list[Answer] = []
    queue = installation.var / "sayso.db-writers"
    token = shop.token(ANA.address)
    with web_of(installation).serving() as server:
        asking = threading.Thread(target=lambda: answers.append(server.one_click(token)))
        with held(queue):
            asking.start()
            until(lambda: waits_in_queue(server, queue), "the request is being answered")
            server.process.send_signal(number)
        asking.join(60)
        assert [answer.status for answer in answers] == [200]
        if number == signal.SIGTERM:
            assert server.process.wait(60) == 0
    assert shop.is_out(ANA.address)
