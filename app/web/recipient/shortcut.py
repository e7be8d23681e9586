"""What is asked most, answered before Flask: a page that many see alike, and RFC 8058's own POST.

Routing, request, response and hooks cost more than all the rest of these two. Whatever is out of
the ordinary goes on to the views, whose answers these equal to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from time import perf_counter
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from app.domain.undo import last_own
from app.links.base32 import TEXT_LENGTH
from app.links.purposes import Purpose
from app.links.tokens import Link, UnreadableLink
from app.queries import recipient
from app.web.recipient import oneclick
from app.web.recipient.alike import READ, Asked, seen
from app.web.recipient.rendering import spoken
from app.web.site import Site
from app.web.tolerant_request import Body

BODY = b"List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
TEXT, HTML = (("Content-Type", f"text/{name}; charset=utf-8") for name in ("plain", "html"))


class Shortcut:
    """Answers what is in SHORT and plain, and hands everything else on."""

    def __init__(self, main: Flask, inner: WSGIApplication) -> None:
        self._main = main
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as WSGI asks."""
        began, site = perf_counter(), self._main.extensions["sayso"]
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        short = SHORT.get((method, path[:3])) if len(path) == 3 + TEXT_LENGTH else None
        if short is None or environ.get("QUERY_STRING"):
            return self._inner(environ, start_response)
        try:
            said = short.answer(site, path[3:], environ)
        except Exception as fault:
            return self._failed(fault, environ, start_response)
        if said is None:
            return self._inner(environ, start_response)
        length = ("Content-Length", str(len(said)))
        start_response("200 OK", [short.type, length])
        site.meter.answered(method, short.route, 200, perf_counter() - began)
        return [said]

    def _failed(
        self, fault: Exception, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """As Flask answers where a view of its own failed."""
        with self._main.request_context(environ):
            response = self._main.finalize_request(self._main.handle_user_exception(fault))
            return response(environ, start_response)


def _page(site: Site, token: str, environ: WSGIEnvironment) -> bytes | None:
    """A page whose like was rendered before, where there is nothing to undo."""
    link = _link(site, token)
    if link is None or link.purpose is not Purpose.PREFERENCES:
        return None
    now = site.now()
    with site.database.reading() as connection:
        page = recipient.preference_page(
            connection, site.catalogs, link.key, link.scope_id, None, now
        )
    environ[READ] = page
    if last_own(page.known.held, now) is not None:
        return None
    wishes = (None, page.known.language, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    asked = Asked(spoken(*wishes, page.brand.language), "", environ["SCRIPT_NAME"])
    return seen(site, page, asked, now)


def _one_click(site: Site, token: str, environ: WSGIEnvironment) -> bytes | None:
    """The POST of RFC 8058, section 3.1, to the letter."""
    length, type_ = environ.get("CONTENT_LENGTH"), environ.get("CONTENT_TYPE")
    if length != str(len(BODY)) or type_ != FORM or (link := _link(site, token)) is None:
        return None
    body = Body(environ["wsgi.input"]).read(len(BODY))
    if body != BODY:
        environ["wsgi.input"] = BytesIO(body)
        return None
    oneclick.opt_out(site, link, environ)
    return oneclick.DONE


def _link(site: Site, token: str) -> Link | None:
    try:
        return site.tokens.read(token)
    except UnreadableLink:
        return None


class Short(NamedTuple):
    """The route, as the views have it; the type of the answer; what finds its content, or None."""

    route: str
    type: tuple[str, str]
    answer: Callable[[Site, str, WSGIEnvironment], bytes | None]


SHORT = {
    ("GET", "/p/"): Short("/p/<token>", HTML, _page),
    ("POST", "/u/"): Short("/u/<token>", TEXT, _one_click),
}
