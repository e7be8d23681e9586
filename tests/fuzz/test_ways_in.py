"""The ways in that strangers have, under attack from outside to the database (issue 6).

Whatever comes: an answer that is documented, all of it kept or nothing, and no fault in the log.
That the ledger explains what is left is seen to by the database's fixture.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import smtplib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from werkzeug.test import TestResponse

from app.domain.importing.orders import What
from app.domain.runs import RunState
from app.files.shapes import Unreadable
from app.links.tokens import Link, Purpose
from app.store.doors import Database
from app.web.site import Site
from app.worker.lmtp import TAKEN, Listener, Mailbox
from tests.fuzz import attacks
from tests.fuzz.mutating import Recipe, recipes
from tests.imports.files import Office
from tests.processes.installation import free_port
from tests.web import test_feedback as providers
from tests.web.houses import everything
from tests.world import ANA, World

pytestmark = pytest.mark.long
MANY, LARGEST = int(os.environ.get("SAYSO_FUZZ", "500")), 16 * 1024


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing failed, and no log has an address or a token."""
    yield
    for record in caplog.records:
        assert record.levelno < logging.ERROR, record.getMessage()
        assert ANA.address not in record.getMessage()


def often(samples: list[bytes], attack: Callable[[bytes], None]) -> None:
    """Send so many inputs made of the samples; the samples themselves first."""
    for sample in samples:
        attack(sample)

    @hypothesis_settings(max_examples=MANY, deadline=None, suppress_health_check=[*HealthCheck])
    @given(recipes(samples))
    def every(recipe: Recipe) -> None:
        attack(recipe.made(LARGEST))

    every()


def _mailgun(app: Flask, raw: bytes) -> TestResponse:
    try:
        event = json.loads(raw)["event-data"]
    except (ValueError, RecursionError, TypeError, LookupError):
        return app.test_client().post("/feedback/mailgun", data=raw)
    answer: TestResponse = providers.by_mailgun(app, event)
    return answer


def _postmark(app: Flask, raw: bytes) -> TestResponse:
    return app.test_client().post("/feedback/postmark", data=raw, headers=providers.POSTMARK)


def _ses(app: Flask, raw: bytes) -> TestResponse:
    return providers.by_ses(app, Message=raw.decode("latin-1"))


CALLS: dict[str, tuple[list[bytes], Callable[[Flask, bytes], TestResponse]]] = {
    "sendgrid": (attacks.SENDGRID, providers.by_sendgrid),
    "mailgun": (attacks.MAILGUN, _mailgun),
    "postmark": (attacks.POSTMARK, _postmark),
    "ses": ([notice["Message"].encode() for notice in map(json.loads, attacks.SES)], _ses),
}
"""A provider's bodies, and how they are sent, well signed."""


@pytest.mark.parametrize("provider", CALLS)
def test_a_call_of_a_provider_is_kept_whole_or_refused(
    app: Flask, database: Database, asked: list[str], provider: str
) -> None:
    """R-147, H-47: whatever stands in a body that the provider signed."""
    samples, send = CALLS[provider]

    def attack(raw: bytes) -> None:
        before = everything(database)
        answer = send(app, raw)
        assert answer.status_code in (200, 400, 403)
        if answer.status_code != 200:
            assert everything(database) == before

    often(samples, attack)


def token_for(site: Site, world: World) -> str:
    """That opts Ana out of novels."""
    return site.tokens.mint(Link(Purpose.TYPE, ANA.key, world.novels.id))


@pytest.mark.parametrize("mailbox", ["unsub", "complaints"])
def test_whatever_mail_comes_is_taken(site: Site, world: World, mailbox: str) -> None:
    """R-33, R-145: a mail that no 250 ever meets would come again for days."""
    token = token_for(site, world)
    of_ana = attacks.TOKEN.encode(), token.encode()
    samples = [report.replace(*of_ana) for report in attacks.REPORTS]
    samples += [b"From: a@b.c\r\nAuto-Submitted: auto-replied\r\n\r\nPlease.\r\n"]
    taking = Mailbox(site)

    def attack(content: bytes) -> None:
        envelope = Envelope()
        envelope.mail_from, envelope.content = "x@y.z", content
        envelope.rcpt_tos = [f"{mailbox}+{token}@x.y" if mailbox == "unsub" else f"{mailbox}@x.y"]
        none: Any = None
        taken = taking.handle_DATA(none, none, envelope)
        assert apart.submit(asyncio.run, taken).result() == TAKEN

    with ThreadPoolExecutor(1) as apart:  # a browser that other tests keep has a loop in this one
        often(samples, attack)


def test_a_mail_server_that_talks_nonsense_disturbs_nobody(site: Site, world: World) -> None:
    """R-33: it is answered line by line, and the next one is served."""
    token, port = token_for(site, world), free_port()
    session = (
        f"LHLO x.y\r\nMAIL FROM:<x@y.z> SIZE=9 BODY=8BITMIME SMTPUTF8\r\n"
        f"RCPT TO:<unsub+{token}@x.y>\r\nRCPT TO:<complaints@x.y>\r\nDATA\r\nSubject: x\r\n\r\n"
        f"Please.\r\n.\r\nRSET\r\nNOOP\r\nVRFY <x@y.z>\r\nHELP\r\nQUIT\r\n"
    )
    listener = Listener(site, "127.0.0.1", port)
    listener.start()

    def attack(said: bytes) -> None:
        for line in _answered(port, said):
            assert line[:3].isdigit(), line

    try:
        often([session.encode()], attack)
        with smtplib.LMTP("127.0.0.1", port) as client:
            assert client.sendmail("x@y.z", f"unsub+{token}@x.y", "Please.") == {}
    finally:
        listener.stop()


def _answered(port: int, said: bytes) -> list[bytes]:
    """What is answered to so much, said at once, until the line is closed."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), 60) as line, suppress(ConnectionError):
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        while piece := line.recv(65_536):
            heard += piece
    return heard.split(b"\r\n")[:-1]


@pytest.mark.parametrize("what", What)
def test_a_file_is_imported_to_its_end_or_changes_nothing(
    site: Site, database: Database, world: World, what: What
) -> None:
    """R-130, H-37: whatever is in it; every row of it is told of."""
    office = Office(site, world)

    def attack(content: bytes) -> None:
        before = everything(database)
        try:
            id_ = office.give(content, what)
        except Unreadable:
            assert everything(database) == before
            return
        order = office.order(id_)
        if order.address is None:
            return
        run = office.do(id_)
        assert run.state in (RunState.DONE, RunState.FAILED)
        if run.state is RunState.FAILED:
            assert everything(database) == before
            return
        assert len(office.report(id_)) <= run.done

    often(attacks.LISTS, attack)
