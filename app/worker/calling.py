"""Calls hosts that others name: public ones only, each call with an end, whatever the host does."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

import httpcore

from app.domain.webhooks import AT_ONCE, may_reach

CALL_SECONDS = 10
MOST_OF_AN_ANSWER = 64 * 1024
KEPT_SECONDS = 5
UNTOLD = (
    *(OSError, UnicodeError, httpcore.TimeoutException, httpcore.NetworkError),
    *(httpcore.ProtocolError, httpcore.UnsupportedProtocol),
)
"""What a host that cannot be asked raises; UnicodeError where its name can be none."""


class Calls:
    """Posts. A connection is kept for a moment, for who is called again by the same name."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._kept = httpcore.ConnectionPool(
            ssl_context=httpcore.default_ssl_context(),
            network_backend=Ways(networks),
            max_connections=AT_ONCE,
            keepalive_expiry=KEPT_SECONDS,
        )

    def post(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """The status of the answer, of which little is read and nothing followed. Raises one of
        UNTOLD where there is none within CALL_SECONDS, the name looked up and all."""
        parts, ends = urlsplit(url), time.monotonic() + CALL_SECONDS
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        whom = httpcore.URL(
            scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target
        )
        until = {"connect": ends, "read": ends, "write": ends, "pool": CALL_SECONDS}
        with self._kept.stream(
            "POST",
            whom,
            headers=[("Host", parts.netloc), *headers.items()],
            content=content,
            extensions={"timeout": until},
        ) as answer:
            with suppress(httpcore.TimeoutException):
                _read(answer.iter_stream())
            return int(answer.status)


class Ways(httpcore.NetworkBackend):
    """The ways to the hosts that may be reached. What a name stood for when it was looked at is
    what is connected to: it cannot change its mind in between. Timeouts are moments of the
    monotonic clock, when all is to be over: who says a little again and again gets no more time."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._networks = networks
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises PermissionError where the host may not be reached."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        if not addresses or not all(may_reach(one, self._networks) for one in addresses):
            raise PermissionError("the host is not public")
        first, rest = addresses[0], _left(timeout)
        return Line(self._plain.connect_tcp(first, port, rest, local_address, socket_options))


class Line(httpcore.NetworkStream):
    """A connection whose timeouts are moments."""

    def __init__(self, plain: httpcore.NetworkStream) -> None:
        self._plain = plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some of what comes."""
        return self._plain.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        self._plain.write(buffer, _left(timeout))

    def close(self) -> None:
        """End it."""
        self._plain.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on in secret."""
        return Line(self._plain.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        """What is known of it."""
        return self._plain.get_extra_info(info)


def _left(ends: float | None) -> float | None:
    if ends is None:
        return None
    left = ends - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("no answer in time")
    return left


def _read(answer: Iterable[bytes]) -> None:
    read = 0
    for chunk in answer:
        read += len(chunk)
        if read > MOST_OF_AN_ANSWER:
            return
