"""Workers: leases, kills, several at once, and what they and the server write to their logs."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from app.domain.mail import State
from app.domain.words import DAY, HOUR, MINUTE, Instant
from app.logs import redacted
from app.services import outbox
from app.services.outbox import LEASE
from app.store.tables import outbox as mails
from app.web.site import system_clock
from app.worker import mailing
from app.worker.loop import Worker
from tests.processes.fixtures import FIRST_ON_SQLITE, ON_SQLITE
from tests.processes.installation import (
    PATIENCE,
    SAYSO,
    SECRETS,
    Installation,
    Server,
    Shop,
    no_room,
    until,
)
from tests.processes.office import Office
from tests.processes.post import Post, Received, listening

ANA, BEN = "ana@fernway.example", "ben@fernway.example"
TAKEN = "250 Taken"
RUNS = "The worker is running"


def readers(office: Office, number: int) -> list[str]:
    """So many people who asked for their link."""
    people = [f"reader{at:02}@example.com" for at in range(number)]
    office.knows(*people)
    for person in people:
        office.owe(person)
    return people


def to(post: Post) -> list[str]:
    """Who got mail."""
    return sorted(mail.to[0] for mail in post.mails)


def test_a_lease_keeps_others_away_until_it_ends(office: Office, post: Post) -> None:
    """Architecture 6: an expired lease is anybody's. Two minutes, and no sooner."""
    office.ask_for_link(ANA)
    assert office.site.database.write(claimed_by_one_who_died, office.now) == 1
    office.now += 2 * MINUTE - 1
    office.work()
    assert (post.mails, office.states) == ([], [State.OWED])
    office.now += 1
    office.work()
    assert (to(post), office.states) == ([ANA], [State.SENT])


def claimed_by_one_who_died(connection: Connection, now: Instant) -> int:
    """What a worker does before it is killed."""
    return len(outbox.claim(connection, now))


@pytest.mark.slow
def test_a_worker_that_is_killed_with_a_mail_in_its_hand_leaves_it_to_another(
    installation: Installation, office: Office, post: Post
) -> None:
    """Architecture 6: leased rows outlive kill -9. The mail keeps its Message-ID."""
    office.now = system_clock()
    office.ask_for_link(ANA)
    with post.holds(), installation.started(SAYSO, "worker") as worker:
        assert until(post.holding.is_set, "the worker offers the mail")
        worker.process.kill()
        worker.process.wait(PATIENCE)
    office.work()
    assert office.states == [State.OWED]
    office.now = office.rows[0].due_at
    office.work()
    assert office.states == [State.SENT]
    assert set(post.offered) == {f"<{office.rows[0].message_id}@127.0.0.1>"}
    assert to(post)[-1:] == [ANA]


class Visitor:
    """Another worker, which comes by while a mail is being sent, and not while it sends itself."""

    def __init__(self, office: Office) -> None:
        self._worker = Worker(office.site)
        self._here = False

    def comes_by(self) -> None:
        """Do what is due."""
        if not self._here:
            self._here = True
            self._worker.work()
            self._here = False


def test_a_slow_mail_server_does_not_make_a_second_worker_send_the_same(
    office: Office, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker would be at its batch for longer than its lease, and another one comes by. On one
    connection: the clock tells how long a mail took, not several at once."""
    monkeypatch.setattr(mailing, "AT_ONCE", 1)
    people, other = readers(office, 6), Visitor(office)

    def slowly(mail: Received) -> str:
        office.now += 50_000
        other.comes_by()
        return TAKEN

    post.to_content = slowly
    while State.OWED in office.states:
        office.work()
        office.now += LEASE
    assert to(post) == people
    assert len(set(post.offered)) == len(post.offered) == 6


@pytest.mark.slow
def test_two_workers_send_each_mail_once_and_end_when_they_are_told(
    installation: Installation, office: Office, post: Post
) -> None:
    """Architecture 6: any number of workers, as processes; nothing twice without a kill."""
    office.now = system_clock()
    people = readers(office, 60)
    with (
        installation.started(SAYSO, "worker") as one,
        installation.started(SAYSO, "worker") as other,
    ):
        until(lambda: set(office.states) == {State.SENT}, "all mail is sent")
        until(lambda: all(RUNS in w.err.read_text() for w in (one, other)), "both workers run")
        for worker in (one, other):
            worker.process.send_signal(signal.SIGTERM)
        assert [worker.process.wait(PATIENCE) for worker in (one, other)] == [0, 0]
        logs = one.err.read_text() + other.err.read_text()
    assert to(post) == people
    assert len(set(post.message_ids())) == 60
    assert logs.count("accepted") == 60
    assert "@" not in logs


def test_two_workers_keep_the_limit_of_an_address_together(office: Office, post: Post) -> None:
    """R-127: the second mail is claimed while the first one is on its way."""
    office.ask_for_link(ANA)
    other = Visitor(office)

    def meanwhile(mail: Received) -> str:
        office.ask_for_link(ANA)
        other.comes_by()
        return TAKEN

    post.to_content = meanwhile
    office.work()
    assert to(post) == [ANA]


def test_a_mail_that_was_late_counts_from_when_it_was_sent(office: Office, post: Post) -> None:
    """R-127: after an outage of the mail server, too."""
    post.to_content = lambda mail: "451 Later"
    office.ask_for_link(ANA)
    start = office.now
    while office.now < start + 20 * HOUR:
        office.work()
        office.now = office.rows[0].due_at
    post.to_content = lambda mail: TAKEN
    office.now = start + DAY + HOUR
    office.work()
    office.now += MINUTE
    office.ask_for_link(ANA)
    office.work()
    assert to(post) == [ANA]


@pytest.mark.slow
@FIRST_ON_SQLITE
def test_a_server_sends_what_it_owes_by_itself(
    installation: Installation, shop: Shop, post: Post
) -> None:
    """Architecture 6: a worker runs beside the web, in a process of its own that is there again
    where it was killed, and no longer than the server."""
    with listening(post) as url:
        installation.settings["SAYSO_SMTP_URL"] = url
        with installation.serving(workers=2) as server:
            asked = server.post("/links", f"do=mail&email={ANA}".encode())
            assert asked.status == 200
            until(lambda: post.mails, "the mail arrives")
            assert b"New arrivals" in server.get(post.mails[0].link).body
            until(lambda: "accepted" in server.log, "the log says so")
            (killed,) = server.beside
            os.kill(killed, signal.SIGKILL)
            server.post("/links", f"do=mail&email={BEN}".encode())
            until(lambda: len(post.mails) == 2, "another one goes on")
            (beside,) = server.beside
            assert server.stop() == 0
        assert to(post) == [ANA, BEN]
        until(lambda: not Path(f"/proc/{beside}").exists(), "it ended with the server")
        assert (redacted(server.log), "Traceback" in server.log) == (server.log, False)


@pytest.mark.slow
@ON_SQLITE
def test_a_server_told_to_leaves_the_mail_to_others(
    installation: Installation, shop: Shop, post: Post
) -> None:
    """SAYSO_WORKER=off, where `sayso worker` runs elsewhere."""
    with listening(post) as url:
        installation.settings.update(SAYSO_SMTP_URL=url, SAYSO_WORKER="off")
        with installation.serving() as server:
            server.post("/links", f"do=mail&email={ANA}".encode())
            server.post("/links", f"do=mail&email={BEN}".encode())
            assert server.stop() == 0
        assert post.mails == []
        with installation.started(SAYSO, "worker") as worker:
            until(lambda: len(post.mails) == 2, "another one sends it")
            worker.process.terminate()
            assert worker.process.wait(PATIENCE) == 0


@pytest.mark.slow
@FIRST_ON_SQLITE
def test_a_worker_that_is_there_before_the_account_waits_for_it(installation: Installation) -> None:
    """Units start it and the web in the same moment; it says so once, in the log's form."""
    installation.settings.update(SECRETS, SAYSO_LOG_FORMAT="json")
    installation.var.mkdir()
    with installation.started(SAYSO, "worker") as worker:
        until(lambda: "no account" in worker.err.read_text(), "it waits")
        assert installation.run("init").returncode == 0
        until(lambda: RUNS in worker.err.read_text(), "it works")
        worker.process.terminate()
        assert worker.process.wait(PATIENCE) == 0
    told = [json.loads(line)["message"] for line in worker.err.read_text().splitlines()]
    assert len(told) == 2
    assert worker.out.read_text() == ""


def answers(shop: Shop) -> list[str]:
    """What mail servers said of the mails that are not owed any more."""
    with shop.site.database.reading() as connection:
        ended = select(mails.c.answer).where(mails.c.state != State.OWED)
        return list(connection.scalars(ended))


def raw(server: Server, request: bytes) -> bytes:
    """Send octets as they are; what comes back."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


@pytest.mark.slow
@ON_SQLITE
def test_no_log_holds_an_address_or_a_token(
    installation: Installation, shop: Shop, post: Post
) -> None:
    """R-113: neither of a request that worked nor of one that failed, also in gunicorn's words."""
    token = shop.token(ANA)
    with listening(post) as url:
        installation.settings["SAYSO_SMTP_URL"] = url
        post.to_recipient = lambda address: f"550 {address} is not here"
        with installation.serving() as server:
            assert server.one_click(token).status == 200
            assert server.get(f"/u/{token}?email={ANA}").status == 200
            assert server.get(f"/u/{token}x").status == 404
            server.post("/links", f"do=mail&email={ANA}".encode())
            server.post("/links", f"do=unsubscribe&email={BEN}".encode())
            for broken in (
                f"GET /u/{token} HTTP/9.9\r\n\r\n",
                f"GET /u/{token}?e={ANA}\r\n\r\n",
                f"POST /u/{token} HTTP/1.1\r\nHost: x\r\nContent-Length: {token}\r\n\r\n",
                f"GET /u/{token} HTTP/1.1\r\nHost: x\r\n{ANA}\r\n\r\n",
                f"GET /u/{token} HTTP/1.1\r\nHost: x\r\nX-{token}\0: {ANA}\r\n\r\n",
                f"GET /u/{'y' * 9_000}{token} HTTP/1.1\r\nHost: x\r\n\r\n",
            ):
                assert not raw(server, broken.encode()).startswith(b"HTTP/1.1 200")
            until(lambda: answers(shop) == ["550 [address] is not here"], "the mail is refused")
            with no_room(server, Path(f"{installation.database_file}-wal")):
                assert server.one_click(shop.token("new@example.com")).says_come_back
            assert server.stop() == 0
    assert "The database is unavailable" in server.log
    assert "[address]" in server.log
    assert "@" not in server.log
    assert server.said == [], "what systemd writes into the same journal"
    parts = {token[at : at + 12] for at in range(0, len(token), 6)}
    assert not [part for part in parts if part in server.log]
