"""What only a real server sees: bodies without an end, heads without measure (H-20, H-41, H-50)."""

from __future__ import annotations

import resource
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.running import run
from tests.processes.front import Nginx
from tests.processes.installation import Installation, Server, Shop, until

pytestmark = pytest.mark.slow
BODY = b"List-Unsubscribe=One-Click"


class Running(NamedTuple):
    """A server with the example in it."""

    server: Server
    shop: Shop
    key: str

    def one_click(self, person: str, *headers: bytes) -> bytes:
        """The head of a one-click without its end."""
        start = f"POST /u/{self.shop.token(person)} HTTP/1.1".encode()
        kind = b"Content-Type: application/x-www-form-urlencoded"
        return b"\r\n".join([start, b"Host: x", b"Connection: close", kind, *headers, b"\r\n"])

    def get(self, target: bytes, *headers: bytes) -> bytes:
        """A whole request for a page."""
        start = b"GET " + target + b" HTTP/1.1"
        return b"\r\n".join([start, *(headers or (b"Host: x",)), b"Connection: close", b"\r\n"])

    def call(self, method: bytes, target: bytes, *headers: bytes) -> bytes:
        """The head of a call of the API, with its key."""
        start = method + b" " + target + b" HTTP/1.1"
        key = f"Authorization: Bearer {self.key}".encode()
        return b"\r\n".join([start, b"Host: x", key, *headers, b"Connection: close", b"\r\n"])

    def answers(self, *pieces: bytes) -> int:
        """The status of the answer to these bytes; 0 where the server just hung up."""
        with socket.create_connection(("127.0.0.1", self.server.port), 30) as connection:
            with suppress(ConnectionError):
                for piece in pieces:
                    connection.sendall(piece)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
            head = b""
            with suppress(ConnectionError):
                while b"\r\n" not in head and (more := connection.recv(4096)):
                    head += more
        return int(head.split()[1]) if head else 0

    @property
    def resident(self) -> int:
        """How much memory the server's workers take, in bytes."""
        return sum(
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
            for pid in self.server.workers
        )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One worker, so that every request meets the same one."""
    settings = {"SAYSO_WORKER": "off"}
    installation = Installation(tmp_path_factory.mktemp("serving"), settings)
    assert run(("init", "--example"), installation.environment).status == 0
    scopes = ("--scope", "contacts", "--scope", "statuses.read", "--scope", "statuses.write")
    create = ("keys", "create", "--name", "Shop", *scopes)
    key = run(create, installation.environment).out.split()[-1]
    shop = Shop(installation.site())
    with installation.serving() as server:
        yield Running(server, shop, key)
    shop.site.database.close()


def test_bodies_without_end_are_refused_and_take_no_memory(running: Running) -> None:
    """H-20, R-130: endless chunks, ten megabytes, ten thousand parts; and it goes on."""
    person = "endless@example.com"
    assert (
        running.answers(running.one_click(person, b"Content-Length: 26"), b"a=b&" * 6 + b"a=")
        == 400
    )
    before = running.resident
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    endless = running.one_click(person, b"Transfer-Encoding: chunked")
    large = running.one_click(person, b"Content-Length: 10000000")
    for head, piece in ((endless, chunk), (large, b"x" * 100_000)):
        assert running.answers(head, *[piece] * 1_000) in (0, 400, 413)
    parts = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 10_000
    multipart = large.replace(
        b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x"
    )
    assert running.answers(multipart, parts) in (0, 413)
    assert running.resident - before < 16 * 2**20
    assert not running.shop.is_out(person)
    assert running.answers(running.one_click(person, b"Content-Length: 26"), BODY) == 200
    assert running.shop.is_out(person)


def test_what_is_too_large_ends_its_connection_and_says_so(running: Running) -> None:
    """A sender that goes on by it would lose its next request."""
    there = HTTPConnection("127.0.0.1", running.server.port, timeout=30)
    with closing(there):
        path = f"/u/{running.shop.token('large@example.com')}"
        for body, status, connection in ((BODY, 200, "keep-alive"), (b"x" * 70_000, 413, "close")):
            there.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = there.getresponse()
            assert (answer.status, answer.getheader("Connection")) == (status, connection)
            assert answer.read()


def test_a_chunked_one_click_is_one(running: Running) -> None:
    """R-06, R-07: with no length said; broken on its way it changes nothing and is 400."""
    head = running.one_click("chunked@example.com", b"Transfer-Encoding: chunked")
    for broken in (
        b"zz\r\n",
        b"-1\r\n",
        b"1a;" + b"x" * 40_000,
        b"\xff\r\n",
        b"ffffffffffffffffff\r\n",
    ):
        assert running.answers(head, broken) in (0, 400)
    assert not running.shop.is_out("chunked@example.com")
    assert running.answers(head, b"1a\r\n" + BODY + b"\r\n0\r\n\r\n") == 200
    assert running.shop.is_out("chunked@example.com")


def test_heads_without_measure_are_refused(running: Running) -> None:
    """H-41, H-50: the server's own refusals."""
    page = f"/u/{running.shop.token('head@example.com')}".encode()
    cookies = b"Cookie: " + b"; ".join(b"c%d=1" % n for n in range(200))
    refused = {
        431: (
            running.get(page, b"Host: x", b"X: " + b"a" * 64_000),
            running.get(page, b"Host: x", *(b"X%d: 1" % n for n in range(200))),
        ),
        414: (running.get(page + b"?" + b"a" * 9_000),),
        400: (
            running.get(page, b"Host: x", b"Host: evil.example"),
            running.get(b"/u/\0"),
            running.get(b"*"),
            running.get(page, b"Host : x"),
            running.get(page, b"Host: x", b"Content-Length: -1"),
            running.one_click(
                "head@example.com", b"Content-Length: 3", b"Transfer-Encoding: chunked"
            ),
            b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        ),
        404: (running.get(b"/u/" + b"a" * 5_000),),
        200: (
            running.get(page + b"?" + b"a" * 5_000),
            running.get(page, b"Host: x", cookies),
            running.get(b"http://evil.example" + page),
            running.get(page, b"Host: evil.example"),
            b"GET " + page + b" HTTP/1.0\r\n\r\n",
        ),
    }
    for status, heads in refused.items():
        for head in heads:
            assert (head[:90], running.answers(head)) == (head[:90], status)
    assert not running.shop.is_out("head@example.com")


def test_calls_of_the_api_without_measure_are_refused(running: Running) -> None:
    """H-20, H-50: long URLs, 300 questions, 200 cookies, 64 KB of head, bodies without end; the
    next call is answered, and no log has the key."""
    many = b"&".join(b"p%d=%d" % (n, n) for n in range(300))
    cookies = b"Cookie: " + b"; ".join(b"c%d=1" % n for n in range(200))
    one, long = b"/api/v1/contacts", b"x" * 5_000
    called = {
        200: (running.call(b"GET", one), running.call(b"GET", one, cookies)),
        400: (
            running.call(b"GET", one + b"?" + many),
            running.call(b"GET", one + b"?search=" + long),
            running.call(b"GET", b"/communication-preferences/v3/status/email/" + long),
            running.call(b"GET", one, b"Content-Length: -1"),
            running.call(b"GET", one, b"Transfer-Encoding: chunked", b"Content-Length: 3"),
        ),
        401: (running.get(one), running.get(one, b"Host: x", b"Authorization: Bearer " + long)),
        404: (running.call(b"GET", b"/api/v1/" + long),),
        414: (running.call(b"GET", one + b"?search=" + b"x" * 9_000),),
        431: (
            running.call(b"GET", one, b"X-Long: " + b"x" * 65_536),
            running.get(one, b"Host: x", b"Authorization: Bearer " + b"x" * 65_536),
            running.call(b"GET", one, *(b"X%d: 1" % n for n in range(200))),
        ),
    }
    for status, heads in called.items():
        for head in heads:
            assert (head[:90], running.answers(head)) == (head[:90], status)
    json = b"Content-Type: application/json"
    before, write = running.resident, b"/api/v1/preferences"
    endless = running.call(b"POST", write, json, b"Transfer-Encoding: chunked")
    large = running.call(b"POST", write, json, b"Content-Length: 100000000")
    assert running.answers(endless, *[b"8000\r\n" + b"[" * 0x8000 + b"\r\n"] * 1_000) in (0, 413)
    assert running.answers(large, *[b"[" * 100_000] * 1_000) in (0, 413)
    short = running.call(b"POST", write, json, b"Content-Length: 9")
    assert running.answers(short, b'{"em') == 400
    assert running.resident - before < 64 * 2**20
    assert running.answers(running.call(b"GET", one)) == 200
    assert running.key not in running.server.log
    assert "Traceback" not in running.server.log


def test_the_server_logs_no_link_when_it_refuses_one(running: Running) -> None:
    """H-50, R-113: gunicorn names the URL that it cannot read."""
    token = running.shop.token("logs@example.com")
    for target in (f"/u/{token}\xe9", f"/u/{token.upper()} x", f"/u/{token}?{'a' * 9_000}"):
        assert running.answers(running.get(target.encode("latin-1"))) in (400, 414)
    assert "[token]" in running.server.log
    assert token not in running.server.log.lower()


@pytest.mark.long
def test_a_sender_who_falls_silent_is_told_so_and_changes_nothing(running: Running) -> None:
    """H-20: 408 by page, admin, call and one-click, whose answer is given before Flask."""
    person, kind = "silent@example.com", b"Content-Type: application/x-www-form-urlencoded"
    heads = {
        running.one_click(person, b"Content-Length: 26"): 408,
        running.one_click(person, b"Content-Length: 99"): 408,
        b"POST /links HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n" + kind + b"\r\n\r\n": 408,
        running.call(b"POST", b"/api/v1/contacts", b"Content-Length: 99"): 400,
    }
    senders: list[socket.socket] = []
    with ExitStack() as kept:
        for head in heads:
            where = ("127.0.0.1", running.server.port)
            sender = kept.enter_context(socket.create_connection(where, 30))
            sender.sendall(head + b"List-")
            senders.append(sender)
        told = [int(sender.recv(4096).split()[1]) for sender in senders]
    assert told == [*heads.values()]
    assert not running.shop.held(person)


@pytest.mark.long
def test_slow_senders_hold_nobody_up_behind_the_proxy(running: Running, tmp_path: Path) -> None:
    """H-20: more of them than there are threads, a letter at a time, head or body; nginx takes them
    whole, as docs/operations.md asks of a proxy."""
    nginx = Nginx(tmp_path, [running.server.port])
    nginx.process.start()
    try:
        until(lambda: _through(nginx) == 200, "the proxy answers")
        body = b"POST /links HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\ndo="
        slow = [_opened(nginx, begun) for begun in (body, b"GET /links HTTP/1.1\r\nX: ") * 30]
        for _ in range(5):
            for sender in slow:
                sender.sendall(b"a")
            assert _through(nginx) == 200
        for sender in slow:
            sender.close()
    finally:
        nginx.process.kill()


def _opened(nginx: Nginx, begun: bytes) -> ssl.SSLSocket:
    """A connection on which this was said, and no more."""
    plain = socket.create_connection(("127.0.0.1", nginx.port), 30)
    sender = nginx.trust.wrap_socket(plain, server_hostname="127.0.0.1")
    sender.sendall(begun)
    return sender


def _through(nginx: Nginx) -> int:
    """What a page is answered with through the proxy; 0 while nobody listens."""
    connection = HTTPSConnection("127.0.0.1", nginx.port, timeout=10, context=nginx.trust)
    with suppress(ConnectionError), closing(connection):
        connection.request("GET", "/links")
        return connection.getresponse().status
    return 0
