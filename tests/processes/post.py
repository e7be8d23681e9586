"""A real mail server that takes what it is given, unless a test tells it what to answer."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.processes.installation import PATIENCE, free_port

TAKEN = "250 Taken"


class Received(NamedTuple):
    """A mail that was taken."""

    sender: str
    to: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        parsed = message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def link(self) -> str:
        """The one URL in it, on a line of its own (R-106)."""
        lines = str(self.message.get_content()).splitlines()
        (line,) = [line for line in lines if "://" in line]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/p/[a-z2-7]{58}", line)
        return line


class Post:
    """What happened at the server, and what it answers."""

    def __init__(self) -> None:
        self.controller: Controller
        """Who listens for it, while somebody does."""
        self.mails: list[Received] = []
        self.offered: list[str] = []
        """The Message-ID of each mail whose content came, taken or not."""
        self.refused: set[str] = set()
        """To whom mail was refused for good."""
        self.to_recipient: Callable[[str], str] = lambda address: TAKEN
        self.to_content: Callable[[Received], str] = lambda mail: TAKEN
        self.holding = threading.Event()
        self._free = threading.Event()
        self._free.set()

    @contextmanager
    def holds(self) -> Iterator[None]:
        """Keep whoever sends content waiting for an answer."""
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody listens at its port meanwhile."""
        self.controller.stop()
        try:
            yield
        finally:
            self.controller = _listener(self, self.controller.port)

    def message_ids(self) -> list[str]:
        """Those of the mails that were taken. No property: aiosmtpd reads all of those of whom it
        calls, for each connection."""
        return [str(mail.message["Message-ID"]) for mail in self.mails]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient is named."""
        answer = self.to_recipient(address)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """A mail's content has come."""
        content = envelope.content
        assert isinstance(content, bytes)
        mail = Received(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        self.offered.append(str(mail.message["Message-ID"]))
        if not self._free.is_set():
            self.holding.set()
            await asyncio.to_thread(self._free.wait, PATIENCE)
        answer = await asyncio.to_thread(self.to_content, mail)
        if answer == TAKEN:
            self.mails.append(mail)
        elif answer.startswith("5"):
            self.refused.update(mail.to)
        return answer


@contextmanager
def listening(
    post: Post, port: int | None = None, *, utf8: bool = True, **tls: Any
) -> Iterator[str]:
    """Serve `post`; the URL for SAYSO_SMTP_URL. `tls`: how aiosmtpd is to speak it."""
    chosen = port or free_port()
    post.controller = _listener(post, chosen, utf8, **tls)
    try:
        yield f"smtp://127.0.0.1:{chosen}"
    finally:
        post.controller.stop()


def _listener(post: Post, port: int, utf8: bool = True, **tls: Any) -> Controller:
    here = "127.0.0.1"
    made = Controller(
        post,
        here,
        port,
        ready_timeout=PATIENCE,
        server_hostname=here,
        enable_SMTPUTF8=utf8,
        **tls,
    )
    made.start()
    return made
