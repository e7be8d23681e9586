"""Mail that comes back, by LMTP behind any mail server: unsubscribes and reports of abuse.

`unsub+TOKEN@` opts out (R-31 to R-33, H-49), `complaints@` takes reports (R-145, H-48). 250 is said
when it is on disk; while the database is away 451, and the mail server comes again.
"""

from __future__ import annotations

import asyncio
import logging
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from app.domain.feedback import Told
from app.domain.leaving import leaving
from app.domain.words import Via
from app.feedback.arf import complained
from app.feedback.bounded import BOUNDED
from app.links.purposes import Purpose
from app.links.tokens import Link, UnreadableLink
from app.services import choices, feedback
from app.services.choices import Press
from app.services.feedback import Report
from app.services.preferences import Source
from app.store.catalog import Missing, OtherSecret
from app.store.doors import Unavailable
from app.web.recipient.opening import scope_of
from app.web.site import Site

log = logging.getLogger(__name__)
UNSUBSCRIBES, COMPLAINTS = "unsub", "complaints"
LARGEST_MAIL = 32 * 1024 * 1024
LARGEST_HEAD = 256 * 1024
LONGEST_LINE = 1024 * 1024
"""Some mail programs write a whole message as one line, and some mail servers pass it on so."""
HEADERS = BytesHeaderParser(policy=BOUNDED)
TAKEN, LATER = "250 2.0.0 Taken", "451 4.3.0 Come again later"
UNKNOWN = "550 5.1.1 There is no such mailbox here"


class Mailbox:
    """What aiosmtpd asks, and the answers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only mailboxes of ours, so that nothing has to be bounced later."""
        del server, session, options
        if self._link(address) is None and _mailbox(address) != COMPLAINTS:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: LMTP, session: Session, envelope: Envelope
    ) -> str:
        """LMTP answers for each recipient, one after the other (RFC 2033)."""
        del server, session
        answers = [
            await asyncio.to_thread(self._taken, address, envelope) for address in envelope.rcpt_tos
        ]
        return "\r\n".join(answers)

    def _taken(self, address: str, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            if link := self._link(address):
                self._unsubscribe(
                    link, envelope.mail_from or "", HEADERS.parsebytes(content[:LARGEST_HEAD])
                )
            else:
                self._complain(content)
        except (Unavailable, Missing, OtherSecret) as fault:
            log.error("The database is unavailable: %s", fault)
            return LATER
        except Exception:
            log.exception("A mail could not be dealt with")
            return LATER
        return TAKEN

    def _unsubscribe(self, link: Link, sender: str, mail: Message) -> None:
        """As by one-click, so by mail. The token alone has authority: what a machine sent back says
        nothing of the person."""
        if link.purpose is Purpose.EXAMPLE or sender in ("", "<>") or _automatic(mail):
            log.info("A mail to unsubscribe was passed over: it is a machine's or an example")
            return
        site = self._site
        catalog = site.catalog()
        source = Source(link.message, link.purpose, link.scope_id)
        press = Press(link.key, catalog, Via.MAILTO, site.now(), source)
        site.database.write(choices.leave, press, leaving(catalog, scope_of(link)))

    def _complain(self, content: bytes) -> None:
        link = complained(content, self._site.tokens)
        if link is None or link.purpose is Purpose.EXAMPLE:
            log.warning("A report at the mailbox for complaints matches nothing of ours")
            return
        now, source = self._site.now(), Source(message=link.message)
        report = Report(link.key, Told.COMPLAINED, now, "", Via.ARF, source=source)
        self._site.database.write(feedback.take, [report], now)

    def _link(self, address: str) -> Link | None:
        mailbox, _, token = address.rpartition("@")[0].partition("+")
        if mailbox.lower() != UNSUBSCRIBES:
            return None
        try:
            return self._site.tokens.read(token)
        except UnreadableLink:
            return None


def _mailbox(address: str) -> str:
    return address.rpartition("@")[0].lower()


def _automatic(mail: Message) -> bool:
    """Whether a machine answered (RFC 3834)."""
    said = str(mail.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    return said != "no"


class Lines(LMTP):
    """LMTP that takes long lines."""

    line_length_limit = LONGEST_LINE


class Listener(Controller):
    """Takes mail at an address until it is stopped."""

    def __init__(self, site: Site, host: str, port: int) -> None:
        super().__init__(Mailbox(site), hostname=host, port=port)

    def factory(self) -> Any:
        """The protocol of one connection."""
        return Lines(self.handler, data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True)
