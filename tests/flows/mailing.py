"""A sender's messages and templates, and what of them lies in each mailbox."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from urllib.parse import urlsplit

from app.links import message_policy
from tests.processes.post import Post, listening

MAILING = """\
<h1>New this week</h1>
<p>Three novels and a cookbook came in.</p>
<footer>
<p>Fernway Books, 14 Mill Lane, Leeds LS1 4AB, United Kingdom</p>
<p>You get New arrivals at {{ email }}.
<a href="{{ preferences_url }}">Choose what you get</a>
<a href="{{ unsubscribe_url }}">Unsubscribe from New arrivals</a>
<a href="{{ unsubscribe_all_url }}">Unsubscribe from Fernway Books</a></p>
</footer>
"""
MAILING_WITH_EXTENSION = """\
<h1>New this week</h1>
<footer>
<p>Fernway Books, 14 Mill Lane, Leeds LS1 4AB, United Kingdom</p>
<p><a href="{{ preferences_url(email, message=message, type=type) }}">Choose what you get</a>
<a href="{{ unsubscribe_url(email, message=message, type=type) }}">Unsubscribe</a></p>
</footer>
"""


def message(email: str, html: str, headers: Mapping[str, str]) -> EmailMessage:
    """One recipient's message, in HTML and in plain text."""
    made = EmailMessage(message_policy)
    made["From"] = "Fernway Books <post@fernway.example>"
    made["To"] = email
    made["Subject"] = "New this week"
    for name, value in headers.items():
        made[name] = value
    links = (f"{words}:\n{url}\n" for words, url in links_in(html).items())
    made.set_content("Three novels and a cookbook came in.\n\n" + "\n".join(links))
    made.add_alternative(html, subtype="html")
    return made


def links_in(html: str) -> dict[str, str]:
    """Where the links lead, by their words."""
    reader = _Links()
    reader.feed(html)
    return reader.found


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it lies in a mailbox."""

    raw: bytes

    @property
    def header(self) -> bytes:
        """Its header, byte for byte."""
        return self.raw.partition(b"\r\n\r\n")[0]

    @property
    def message(self) -> EmailMessage:
        """The parsed message."""
        return message_from_bytes(self.raw, policy=default)

    @property
    def one_click(self) -> str:
        """The URL that a mailbox provider posts to: the first in List-Unsubscribe."""
        first = str(self.message["List-Unsubscribe"]).split(",")[0]
        return first.removeprefix("<").removesuffix(">")

    @property
    def ids(self) -> dict[str, int]:
        """The type (t) and the brand (b) that List-Id names."""
        words = re.findall(r"\b([tb])(\d+)\.", str(self.message["List-Id"]))
        return {kind: int(number) for kind, number in words}

    @property
    def links(self) -> dict[str, str]:
        """Where the links in its body lead, by their words."""
        body = self.message.get_body(("html",))
        assert isinstance(body, EmailMessage)
        return links_in(body.get_content())


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._href: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._href = dict(attrs).get("href") if tag == "a" else None

    def handle_data(self, data: str) -> None:
        if self._href:
            self.found[data], self._href = self._href, None


def sent(messages: Iterable[EmailMessage]) -> dict[str, Received]:
    """Send the messages to a mail server; what lies in each mailbox then."""
    post = Post()
    with listening(post) as url:
        server = urlsplit(url)
        with smtplib.SMTP(server.hostname or "", server.port or 0) as connection:
            for one in messages:
                connection.send_message(one)
    return {whose: Received(mail.content) for mail in post.mails for whose in mail.to}
