"""Where links lead: the base URL and mail domain of an installation, checked once at start."""

import re
from ipaddress import ip_address
from typing import Final, NamedTuple

import idna

# What `/u/`, a token and `?type=2147483647` add, and what an URL in a mail may have.
LONGEST_PATH: Final = 77
LONGEST_URL: Final = 255
GOOD_BASE_URL: Final = 120 - LONGEST_PATH

_parts = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[::1\]|[^\s/?#@:\[\]\\]+)(?P<port>:[0-9]{1,5})?"
    r"(?P<prefix>(?:/[A-Za-z0-9._~-]+)*)/?",
    re.IGNORECASE,
).fullmatch
_PORTS = range(1, 65536)
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_domain = re.compile(rf"{_LABEL}(?:\.{_LABEL})*").fullmatch


class BadHost(ValueError):
    """A base URL or domain no link may be made with; the message says why."""


class BaseUrl(NamedTuple):
    """Where Sayso is reached. text has no slash at its end; host is in lower case and ASCII."""

    text: str
    host: str

    @property
    def namespace(self) -> str:
        """The host as List-Id may carry it: a dot-atom, which the IPv6 loopback is not."""
        return "localhost" if self.host == "[::1]" else self.host


def parse_base_url(text: str) -> BaseUrl:
    """Checks `https://host[:port][/prefix]`; http only leads to this machine. Raises BadHost.

    Up to GOOD_BASE_URL characters every link stays within the 120 that survive everywhere.
    """
    parts = _parts(text.strip())
    if parts is None:
        raise BadHost(f"{text!r} is not of the form https://host or https://host/prefix")
    scheme, prefix = parts["scheme"].lower(), parts["prefix"]
    host = parts["host"] if parts["host"] == "[::1]" else parse_domain(parts["host"])
    if scheme == "http" and not _is_loopback(host):
        raise BadHost(f"{text!r} has to be https; http is for this machine only")
    if {".", ".."} & set(prefix.split("/")) or int((parts["port"] or ":1")[1:]) not in _PORTS:
        raise BadHost(f"{text!r} has a path or port that leads nowhere")
    base = f"{scheme}://{host}{parts['port'] or ''}{prefix}"
    if len(base) + LONGEST_PATH > LONGEST_URL:
        raise BadHost(f"{text!r} is too long: at most {LONGEST_URL - LONGEST_PATH} characters")
    return BaseUrl(base, host)


def parse_domain(text: str) -> str:
    """A domain in lower case and A-labels, without a dot at its end. Raises BadHost."""
    domain = text.strip()
    try:
        ascii_form = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except ValueError:
        ascii_form = ""
    ascii_form = ascii_form.lower().removesuffix(".")
    if len(ascii_form) > 253 or not _domain(ascii_form):
        raise BadHost(f"{text!r} is not a domain such as mail.example.com")
    return ascii_form


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "[::1]") or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
