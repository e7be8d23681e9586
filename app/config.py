"""Every setting: read from the environment once, typed, checked at start. docs/settings.md lists
them all."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import getaddresses
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.domain.address import (
    BadSecret,
    fingerprint,
    matching_form,
    parse_secret,
    parse_secrets,
)
from app.links.hosts import parse_base_url, parse_domain

ROOT = Path(__file__).parent.parent
ADDRESS_SECRET_FILE = "address-secret"  # noqa: S105 - the file's name
LINK_SECRETS_FILE = "link-secrets"
DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


class BadSettings(Exception):
    """Settings that cannot be used, with a line for each that says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one process runs with. Secrets stay out of its repr."""

    data_dir: Path
    database_url: str
    read_database_url: str | None = None
    browse_database_url: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    address_secret: bytes | None = field(default=None, repr=False)
    link_secrets: tuple[bytes, ...] = field(default=(), repr=False)
    link_secrets_next: tuple[bytes, ...] = field(default=(), repr=False)
    link_secrets_leaked: tuple[bytes, ...] = field(default=(), repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    unsubscribe_domain: str | None = None
    trusted_proxies: int = 0
    one_click: str = "tolerant"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    api_calls: int = 1_000
    ses_topics: tuple[str, ...] = ()
    sendgrid_public_key: str | None = None
    mailgun_signing_key: str | None = field(default=None, repr=False)
    postmark_credentials: str | None = field(default=None, repr=False)
    webhook_networks: tuple[str, ...] = ()
    worker: str = "embedded"
    metrics_token: str | None = field(default=None, repr=False)
    log_format: str = "text"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return make_url(self.database_url).get_backend_name() == "sqlite"

    @property
    def link_fingerprints(self) -> dict[str, list[str]]:
        """Which link secrets it has, by what each does. They tell no more than a link does."""
        leaked = self.link_secrets_leaked
        sound = dict.fromkeys((*self.link_secrets, *self.link_secrets_next))
        by_use = {
            "verify": [secret for secret in sound if secret not in leaked],
            "sign": self.link_secrets[-1:],
            "optOutOnly": leaked,
        }
        return {use: [fingerprint(s)[:4].hex() for s in by_use[use]] for use in by_use}

    @property
    def link_secrets_told(self) -> str:
        """The same in words."""
        words = {"verify": "verifying", "sign": "signing", "optOutOnly": "opting out only"}
        known = self.link_fingerprints.items()
        return "; ".join(f"{words[use]} {', '.join(prints)}" for use, prints in known if prints)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its field, how its text is read, what it is for. Secrets may come by a file."""

    field: str
    read: Callable[[str], Any]
    about: str
    secret: bool = False

    @property
    def name(self) -> str:
        """Its name in the environment."""
        return f"SAYSO_{self.field.upper()}"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises BadSettings with every problem at once."""
    problems: list[str] = []
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        try:
            text = _text(setting, environment)
            if text:
                values[setting.field] = setting.read(text)
        except (ValueError, OSError) as fault:
            problems.append(f"{setting.name}: {fault}")
    data_dir = values.setdefault("data_dir", Path("var")).absolute()
    values["data_dir"] = data_dir
    values.setdefault("database_url", f"sqlite:///{data_dir / 'sayso.db'}")
    try:
        values.update(_kept_secrets(data_dir, values))
    except (ValueError, OSError) as fault:
        problems.append(str(fault))
    if problems:
        raise BadSettings("\n".join(problems))
    return Settings(**values)


def _text(setting: Setting, environment: Mapping[str, str]) -> str:
    if not setting.secret:
        return environment.get(setting.name, "").strip()
    file = environment.get(f"{setting.name}_FILE", "").strip()
    given = environment.get(setting.name, "").strip()
    if file and given:
        raise ValueError(f"is set twice: set either it or {setting.name}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else given


def _kept_secrets(data_dir: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """The secrets that `sayso init` made, where the environment gives none."""
    kept: dict[str, Any] = {}
    for name, file, read in (
        ("address_secret", ADDRESS_SECRET_FILE, parse_secret),
        ("link_secrets", LINK_SECRETS_FILE, parse_secrets),
    ):
        path = data_dir / file
        if name not in values and path.is_file():
            try:
                kept[name] = read(path.read_text(encoding="utf-8"))
            except BadSecret as fault:
                raise ValueError(f"{path}: {fault}") from None
    return kept


def _url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(
            "is no database URL; write sqlite:////path/sayso.db or "
            "postgresql+psycopg://user:password@host/name"
        ) from None
    if url.drivername not in DRIVERS:
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    if url.get_backend_name() == "sqlite" and (url.host or url.database in (None, "", ":memory:")):
        raise ValueError("names no file; write sqlite:////path/sayso.db")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def _base_url(text: str) -> str:
    return parse_base_url(text).text


def _smtp_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        scheme = parts.scheme if parts.hostname and parts.port != 0 else ""
    except ValueError:  # which would tell a part of the password
        scheme = ""
    if scheme not in ("smtp", "smtps", "smtp+starttls"):
        raise ValueError(
            "write smtp://host:25, smtp+starttls://user:password@host:587 or smtps://…:465, a "
            "password's / as %2F, its @ as %40 and its : as %3A"
        )
    return text


def _mailbox(text: str) -> str:
    try:
        ((_, address),) = getaddresses([text])
        matching_form(address)
    except ValueError:
        raise ValueError("write name@domain, or Name <name@domain>") from None
    return text


def _topics(text: str) -> tuple[str, ...]:
    topics = tuple(text.split())
    if not all(topic.startswith("arn:") for topic in topics):
        raise ValueError("write the ARN of each topic: arn:aws:sns:region:account:name")
    return topics


def _networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part)) for part in text.split())
    except ValueError:
        raise ValueError("write networks like 10.0.0.0/8, with spaces between them") from None


def _key(text: str) -> str:
    try:
        b64decode(text, validate=True)
    except ValueError:
        raise ValueError("write the verification key as SendGrid shows it, in base64") from None
    return text


def _credentials(text: str) -> str:
    if ":" not in text:
        raise ValueError("write user:password, as in the webhook's URL at Postmark")
    return text


def _token(text: str) -> str:
    if len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("write 16 or more letters and digits, without white space")
    return text


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone; write one like Europe/Amsterdam") from None


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of: {', '.join(words)}")
        return text

    return read


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 10:
        raise ValueError("must be a number from 0 to 10")
    return int(text)


def _calls(text: str) -> int:
    if not text.isdecimal() or int(text) > 1_000_000:
        raise ValueError("must be a number from 0 (no limit) to 1000000")
    return int(text)


SETTINGS = (
    Setting("data_dir", Path, "Where Sayso keeps its files: database, secrets, unsent mail."),
    Setting("database_url", _url, "SQLite by default, in the data directory."),
    Setting("read_database_url", _url, "The same primary, by a role that may only SELECT."),
    Setting("browse_database_url", _url, "A replica for lists, searches and exports."),
    Setting("base_url", _base_url, "Where people reach Sayso: every mailed link begins with it."),
    Setting("address_secret", parse_secret, "Makes address keys. Never changes.", secret=True),
    Setting("link_secrets", parse_secrets, "Sign links, oldest to newest.", secret=True),
    Setting("link_secrets_next", parse_secrets, "Verify, and do not sign yet.", secret=True),
    Setting("link_secrets_leaked", parse_secrets, "Verify for opting out only.", secret=True),
    Setting(
        "smtp_url", _smtp_url, "Where mail goes out. Without it, mail lies as .eml.", secret=True
    ),
    Setting("mail_from", _mailbox, "Sender of service mail where the brand has none."),
    Setting("unsubscribe_domain", parse_domain, "The domain that takes mailto: unsubscribes."),
    Setting("trusted_proxies", _count, "How many reverse proxies stand in front. 0 by default."),
    Setting("one_click", _one_of("tolerant", "strict"), "What one-click bodies are accepted."),
    Setting("time_zone", _zone, "The zone of the times people read. UTC by default."),
    Setting("api_calls", _calls, "Calls a key may make in 10 seconds. 1000 by default, 0: any."),
    Setting("ses_topics", _topics, "The SNS topics that tell of SES, by their ARN."),
    Setting("sendgrid_public_key", _key, "The key that verifies SendGrid's event webhook."),
    Setting("mailgun_signing_key", str, "The key that signs Mailgun's webhooks.", secret=True),
    Setting(
        "postmark_credentials", _credentials, "user:password of Postmark's calls.", secret=True
    ),
    Setting("webhook_networks", _networks, "Networks of yours that webhooks may reach."),
    Setting("worker", _one_of("embedded", "off"), "Whether serving starts a worker beside it."),
    Setting("metrics_token", _token, "Who has it may read /metrics.", secret=True),
    Setting("log_format", _one_of("text", "json"), "How each line of the log is written."),
)
