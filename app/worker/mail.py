"""Making a service mail and handing it to the mail system."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from app.domain.catalog import Brand
from app.domain.mail import MailKind
from app.domain.users import TokenPurpose
from app.links import message_policy
from app.links.timed import Request
from app.links.tokens import Link, Purpose
from app.queries import own_move
from app.queries.recipient import confirmation_page, mark_of
from app.services import users
from app.services.outbox import Owed
from app.text import letters
from app.text.dates import moment
from app.web.site import Site

TIMEOUT_SECONDS = 20
NOBODY = "sayso@localhost"


def compose(site: Site, owed: Owed, recipient: str, brand: Brand) -> EmailMessage:
    """The link in the person's language, in plain text, with nothing to sell."""
    name, words = TEMPLATES[owed.mail.kind], WORDS[owed.mail.kind](site, owed)
    letter = letters.letter(name, brand, owed.mail.language, words)
    message = EmailMessage(message_policy)
    message.set_content(letter.body)
    message["From"] = sender(site, brand)
    message["To"] = recipient
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{owed.message_id}@{site.links.base.namespace}>"
    message["Date"] = format_datetime(moment(site.now()))
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = owed.mail.language
    return message


def _preferences(site: Site, owed: Owed) -> dict[str, Any]:
    """`asked_by`: the user who wanted it sent, where it was not the person."""
    mail = owed.mail
    link = Link(Purpose.PREFERENCES, mail.key, mail.brand, 0)
    return {"url": site.links.url(link), "asked_by": mail.asked_by}


def _confirmation(site: Site, owed: Owed) -> dict[str, Any]:
    """Raises Nobody where what was asked for is answered, erased or over."""
    mail, record = owed.mail, owed.mail.record or 0
    with site.database.reading() as connection:
        types, page = confirmation_page(
            connection, site.catalogs, mail.key, mail.brand, record, site.now()
        )
        if not types:
            raise Nobody("there is nothing to confirm any more")
        opened = mark_of(connection, mail.key, record)
    token = site.confirmations.mint(Request(mail.key, mail.brand, record, opened))
    names = [t.texts.get("name", mail.language, page.brand.language) for t in types]
    return {"url": f"{site.links.base.text}/c/{token}", "names": names}


def _access(site: Site, owed: Owed) -> dict[str, Any]:
    """The number of the mail is in the link: it acts once, and the next mail's is another."""
    token = site.accesses.mint(Request(owed.mail.key, owed.mail.brand, owed.id))
    return {"url": f"{site.links.base.text}/d/{token}"}


def _address_change(site: Site, owed: Owed) -> dict[str, Any]:
    """`here`: whether it asks the mailbox that mail is to come to. Raises Nobody where there is
    nothing to agree to any more."""
    mail, id_ = owed.mail, owed.mail.record or 0
    with site.database.reading() as connection:
        asked = own_move.move(connection, site.catalogs, id_, mail.key, mail.brand)
    if not asked.open:
        raise Nobody("there is nothing to agree to any more")
    token = site.moves.mint(Request(mail.key, mail.brand, id_))
    return {"url": f"{site.links.base.text}/m/{token}", "here": asked.here}


def _invitation(site: Site, owed: Owed) -> dict[str, Any]:
    return _password_link(site, owed, TokenPurpose.INVITATION)


def _password_reset(site: Site, owed: Owed) -> dict[str, Any]:
    return _password_link(site, owed, TokenPurpose.RESET)


def _webhook_off(site: Site, owed: Owed) -> dict[str, Any]:
    return {"url": f"{site.links.base.text}/admin/webhooks/{owed.mail.record}"}


def _password_link(site: Site, owed: Owed, purpose: TokenPurpose) -> dict[str, Any]:
    """A new one-time link. Raises Nobody where no user of the admin may get one."""
    email = owed.mail.recipient or ""
    token = site.database.write(users.issue, email, purpose, site.now())
    if token is None:
        raise Nobody("no user of the admin has this address")
    return {"url": f"{site.links.base.text}/admin/password/{token}"}


TEMPLATES = {
    MailKind.PREFERENCES_LINK: "preferences_link",
    MailKind.CONFIRMATION: "confirmation",
    MailKind.INVITATION: "invitation",
    MailKind.PASSWORD_RESET: "password_reset",
    MailKind.WEBHOOK_OFF: "webhook_off",
    MailKind.ACCESS_LINK: "access_link",
    MailKind.ADDRESS_CHANGE: "address_change",
}
WORDS = {
    MailKind.PREFERENCES_LINK: _preferences,
    MailKind.CONFIRMATION: _confirmation,
    MailKind.INVITATION: _invitation,
    MailKind.PASSWORD_RESET: _password_reset,
    MailKind.WEBHOOK_OFF: _webhook_off,
    MailKind.ACCESS_LINK: _access,
    MailKind.ADDRESS_CHANGE: _address_change,
}


def sender(site: Site, brand: Brand) -> str:
    """The brand's own sender, else the installation's."""
    name, address = parseaddr(brand.sender or site.settings.mail_from or NOBODY)
    return str(Address(name or brand.name, addr_spec=address))


class Nobody(Exception):
    """There is nobody to whom this mail may go. The message says why."""


class Refused(Exception):
    """The mail system will never take this mail. Its answer is the message."""


class NotNow(Exception):
    """The mail system does not take this mail now, others perhaps. Its answer is the message."""


@contextmanager
def mail_system(site: Site) -> Iterator[MailSystem]:
    """A connection to the mail system, for a few mails. Raises OSError or SMTPException."""
    if site.settings.smtp_url is None:
        yield Folder(folder_of(site))
        return
    with _connected(site.settings.smtp_url) as connection:
        yield Smtp(connection)


def folder_of(site: Site) -> Path:
    """Where mails lie as files, if there is no server."""
    return site.settings.data_dir / "mail"


class Smtp:
    """Hands mails to a server."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self._connection = connection

    def send(self, message: EmailMessage, owed: Owed) -> str:
        """The server's yes. Raises Refused where it says never, NotNow where it says later, and
        OSError or SMTPException where it says nothing."""
        try:
            self._connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _said(*next(iter(refusal.recipients.values()))) from refusal
        except smtplib.SMTPResponseException as refusal:
            raise _said(refusal.smtp_code, refusal.smtp_error) from refusal
        except smtplib.SMTPNotSupportedError as refusal:
            raise Refused(str(refusal)) from refusal  # the address needs SMTPUTF8
        return "accepted"


class Folder:
    """Without a server, mails lie as files, for whoever looks."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: EmailMessage, owed: Owed) -> str:
        """Where it lies."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._path / f"{owed.message_id}.eml"
        file.write_bytes(message.as_bytes())
        return f"lies at {file}"


MailSystem = Smtp | Folder


def _said(code: int, answer: bytes | str) -> Refused | NotNow:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return (Refused if 500 <= code < 600 else NotNow)(f"{code} {text}")


@cache
def trust() -> ssl.SSLContext:
    """Whom the machine trusts: to read that takes as long as several mails."""
    return ssl.create_default_context()


@cache
def _own_name() -> str:
    """What this machine calls itself. It asks the name servers, which may take seconds."""
    return str(smtplib.SMTP().local_hostname)


@contextmanager
def _connected(url: str) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, _own_name(), timeout=TIMEOUT_SECONDS, context=trust()
        )
    else:
        connection = smtplib.SMTP(host, parts.port or 25, _own_name(), TIMEOUT_SECONDS)
    with connection:
        if parts.scheme == "smtp+starttls":
            connection.starttls(context=trust())
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        yield connection
