"""Somebody with a browser that has neither scripts nor cookies, and sends no Referer."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import unquote_to_bytes, urlencode, urljoin, urlsplit

from flask import Flask
from flask.testing import EnvironBuilder
from werkzeug.test import TestResponse, run_wsgi_app
from werkzeug.wrappers import Request

from app.domain.catalog import SubscriptionType
from tests.web.reading import Element, buttons, fields, read

FORM = "application/x-www-form-urlencoded"
ONE_CLICK = b"List-Unsubscribe=One-Click"


def request(
    app: Flask,
    method: str,
    url: str,
    body: bytes = b"",
    content_type: str | None = None,
    headers: dict[str, str] | None = None,
    network: str = "192.0.2.1",
) -> TestResponse:
    """A request as it comes over the wire: what stands in the URL is decoded and not mended, and no
    client of tests stumbles over the host."""
    path, _, query = url.partition("?")
    asked = EnvironBuilder(
        app,
        "/",
        method=method,
        data=body,
        content_type=content_type,
        headers=headers,
        environ_overrides={
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REMOTE_ADDR": network,
        },
    )
    with closing(asked):
        environ = asked.get_environ()
        answer = run_wsgi_app(app, environ, buffered=True)
    return TestResponse(*answer, request=Request(environ))


def get(app: Flask, url: str, network: str = "192.0.2.1", **headers: str) -> TestResponse:
    """GET."""
    return request(app, "GET", url, headers=_named(headers), network=network)


def one_click(app: Flask, url: str, network: str = "192.0.2.1", **headers: str) -> TestResponse:
    """What a mailbox provider sends for its user (RFC 8058)."""
    return request(app, "POST", url, ONE_CLICK, FORM, _named(headers), network)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


class Visitor:
    """Opens pages, ticks boxes and presses buttons that are there."""

    def __init__(self, app: Flask, network: str = "192.0.2.1", **headers: str) -> None:
        self._app = app
        self._network = network
        self._headers = {"Origin": "null", "User-Agent": "Lynx/2.9", **_named(headers)}
        self.url = ""
        self.status = 0
        self.html = ""
        self.page = Element("", {})
        self._filled: dict[str, str] = {}
        self._boxes: dict[str, bool] = {}

    def open(self, url: str) -> Visitor:
        """Look at a page."""
        return self._go("GET", url)

    def tick(self, *types: SubscriptionType) -> Visitor:
        """Tick boxes."""
        return self._set(types, True)

    def untick(self, *types: SubscriptionType) -> Visitor:
        """Untick boxes."""
        return self._set(types, False)

    def fill(self, **values: str) -> Visitor:
        """Write into fields, or choose among options."""
        self._filled.update(values)
        return self

    def press(self, word: str, url: str | None = None) -> Visitor:
        """Press the button that sends `word`, or whose form's address ends with it."""
        button, form = buttons(self.page)[word]
        sent = self._form(form)
        if button.get("name"):
            sent.append((button.get("name"), button.get("value")))
        where = urljoin(self.url, form.get("action")) if form.get("action") else self.url
        return self.send(sent, url or where)

    def send(self, sent: list[tuple[str, str]], url: str | None = None) -> Visitor:
        """Send these fields, to the page itself unless told otherwise."""
        return self._go("POST", url or self.url, urlencode(sent).encode())

    def as_sent(self, word: str) -> list[tuple[str, str]]:
        """The fields that pressing the button would send."""
        button, form = buttons(self.page)[word]
        return [*self._form(form), (button.get("name"), button.get("value"))]

    @property
    def heading(self) -> str:
        """The page's heading."""
        return self.page.one("h1").text

    @property
    def title(self) -> str:
        """What the window is called."""
        return self.page.one("title").text

    @property
    def words(self) -> str:
        """What the page says, below its header."""
        return self.page.one("main").text

    @property
    def boxes(self) -> dict[int, bool]:
        """Each type that has a box, in order, and whether it is ticked."""
        boxes = self.page.all("input", type="checkbox", name="type")
        return {int(box.get("value")): "checked" in box.attributes for box in boxes}

    @property
    def buttons(self) -> set[str]:
        """The words of the buttons there are."""
        return set(buttons(self.page))

    @property
    def facts(self) -> dict[str, str]:
        """What the page states: term and what belongs to it."""
        return {
            dt.text: dt.parent.one("dd").text for dt in self.page.all("dt") if dt.parent is not None
        }

    @property
    def is_result(self) -> bool:
        """Whether the heading is announced as the result of a press."""
        return any(e.get("role") == "status" for e in self.page.one("h1").around)

    def _set(self, types: tuple[SubscriptionType, ...], ticked: bool) -> Visitor:
        for type_ in types:
            assert self.boxes[type_.id] is not ticked, f"{type_.slug} is so already"
            self._boxes[str(type_.id)] = ticked
        return self

    def _form(self, form: Element) -> list[tuple[str, str]]:
        sent = [f for f in fields(form) if f[0] not in self._filled and not self._unticked(f)]
        there = {e.get("name") for e in form.within}
        assert self._filled.keys() <= there, "no such field"
        ticked = [("type", id_) for id_, on in self._boxes.items() if on]
        return [*sent, *self._filled.items(), *(ticked if "type" in there else ())]

    def _unticked(self, sent: tuple[str, str]) -> bool:
        return sent[0] == "type" and self._boxes.get(sent[1]) is False

    def _go(self, method: str, url: str, body: bytes = b"") -> Visitor:
        parts = urlsplit(url)
        self.url = parts.path + (f"?{parts.query}" if parts.query else "")
        content_type = FORM if method == "POST" else None
        answer = request(
            self._app, method, self.url, body, content_type, self._headers, self._network
        )
        assert "Set-Cookie" not in answer.headers
        assert "Location" not in answer.headers
        self.status, self.html = answer.status_code, answer.text
        self.page = read(self.html)
        self._filled, self._boxes = {}, {}
        return self
