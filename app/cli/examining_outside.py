"""What `sayso doctor` looks at beyond this machine: the public URL, the mail server, DNS, and the
headers that mail will carry."""

from __future__ import annotations

import http.client
import secrets
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTPException
from urllib.parse import urlsplit

from app.cli.findings import Finding, fault, ok, warning
from app.links.headers import message_policy
from app.links.mailing import mailing_links
from app.web.site import Site
from app.worker.mail import Smtp, mail_system

PATIENCE_SECONDS = 5
DNS_PORT = 53
RESOLVERS = Path("/etc/resolv.conf")
MX, INTERNET, WANTS_RECURSION = 15, 1, 0x0100
NO_ERROR, NO_SUCH_NAME = 0, 3
LONGEST_LINE = 998


def base_url(site: Site) -> Iterator[Finding]:
    """Where people and mailbox providers come in: by https, and with no redirect (R-08)."""
    url = urlsplit(site.settings.base_url)
    secure = url.scheme == "https"
    if not secure:
        todo = "Set SAYSO_BASE_URL to the public https address."
        yield warning("base URL", f"{url.geturl()} is not reached by others.", todo)
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    try:
        with closing(kind(url.hostname or "", url.port, timeout=PATIENCE_SECONDS)) as connection:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
    except ssl.SSLCertVerificationError as why:
        said = f"Its certificate is not trusted: {why.verify_message}"
        yield fault("base URL", said, "Renew it, or serve the whole chain that leads to it.")
        return
    except (OSError, http.client.HTTPException) as why:
        wrong = fault if secure else warning
        yield wrong("base URL", f"Nobody answers there: {why}", "Is it served, and DNS set?")
        return
    if status == http.client.OK:
        yield ok("base URL", f"{site.settings.base_url} answers.")
    else:
        todo = "The proxy must hand requests on as they are, and redirect none."
        yield fault("base URL", f"{site.settings.base_url}/healthz answers {status}.", todo)


def mail(site: Site) -> Iterator[Finding]:
    """Service mail needs a server that takes it."""
    if site.settings.smtp_url is None:
        yield warning("mail", "No server: mail lies in files.", "Set SAYSO_SMTP_URL.")
        return
    try:
        with mail_system(site) as server:
            told = "connected, and signed in where that is asked"
            yield ok("mail", told if isinstance(server, Smtp) else "")
    except (OSError, SMTPException) as why:
        yield fault("mail", f"The server does not take us: {why}", "See SAYSO_SMTP_URL.")


def unsubscribe_domain(site: Site) -> Iterator[Finding]:
    """Mail to unsub+TOKEN@ needs a way to us."""
    domain = site.settings.unsubscribe_domain
    if domain is None:
        yield ok("DNS", "No domain takes unsubscribes by mail: the headers offer https alone.")
        return
    try:
        found = has_mail_exchanger(domain, (_name_server(), DNS_PORT))
    except (OSError, struct.error, IndexError) as why:
        yield warning("DNS", f"No name server could be asked: {why}", "See /etc/resolv.conf.")
        return
    if found:
        yield ok("DNS", f"{domain} has an MX record.")
    else:
        yield fault("DNS", f"{domain} has no MX record.", "Let it lead to the mail server.")


def headers(site: Site) -> Iterator[Finding]:
    """Of a sample message, in its raw bytes: mail programs decode nothing in these fields."""
    brand = site.catalog().brand_or_default(0)
    type_ = next((t.id for t in brand.types if not t.transactional), None)
    found = next(mailing_links(site.links, ["a@example.com"], brand=brand.id, type=type_))
    message = EmailMessage(message_policy)
    for name, value in (found.headers if found else {}).items():
        message[name] = value
    lines = message.as_bytes().rstrip().splitlines()
    if any(b"=?" in line or len(line) > LONGEST_LINE for line in lines) or len(lines) != 3:
        todo = "Shorten SAYSO_BASE_URL and SAYSO_UNSUBSCRIBE_DOMAIN."
        yield fault("headers", "A field is encoded, folded or too long.", todo)
    else:
        yield ok("headers", f"List-Unsubscribe has {max(map(len, lines))} octets, unencoded.")


def has_mail_exchanger(domain: str, server: tuple[str, int]) -> bool:
    """Ask a name server, by address and port. Raises OSError where it does not answer."""
    number = secrets.randbits(16)
    labels = b"".join(bytes([len(part)]) + part.encode() for part in domain.split("."))
    question = struct.pack(">6H", number, WANTS_RECURSION, 1, 0, 0, 0)
    question += labels + struct.pack(">BHH", 0, MX, INTERNET)
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(PATIENCE_SECONDS)
        asking.connect(server)
        asking.send(question)
        answer = asking.recv(4096)
    of, flags, _, answers, _, _ = struct.unpack(">6H", answer[:12])
    if of != number or flags & 15 not in (NO_ERROR, NO_SUCH_NAME):
        raise OSError(f"{server[0]} refused to answer")
    return bool(answers)


def _name_server() -> str:
    """The first one of this machine."""
    lines = RESOLVERS.read_text(encoding="utf-8").splitlines()
    servers = [line.split()[1] for line in lines if line.startswith("nameserver ")]
    if not servers:
        raise OSError(f"{RESOLVERS} names none")
    return servers[0]
