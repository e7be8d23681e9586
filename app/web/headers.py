"""The headers of every answer (R-109, R-121)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
HSTS = "max-age=31536000; includeSubDomains"


def of_every_answer(*, https: bool) -> dict[str, str]:
    """The headers, for a site that is reached by HTTPS or not."""
    return {**HEADERS, "Strict-Transport-Security": HSTS} if https else HEADERS


def register(app: Flask, *, https: bool) -> None:
    """Add the headers to every answer that does not say otherwise."""
    headers = of_every_answer(https=https)

    @app.after_request
    def add(response: Response) -> Response:
        own = {name for name, _ in response.headers}
        response.headers.extend([h for h in headers.items() if h[0] not in own])
        return response


class Headed:
    """An application within, every answer with these headers where it does not say otherwise.

    Where an answer is short, to add them by Flask's hook costs a tenth of it."""

    def __init__(self, inner: WSGIApplication, headers: Mapping[str, str]) -> None:
        self._inner = inner
        self._headers = list(headers.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as WSGI asks."""

        def start(status: str, own: list[tuple[str, str]], *fault: Any) -> Callable[..., object]:
            names = {name for name, _ in own}
            added = [header for header in self._headers if header[0] not in names]
            return start_response(status, own + added, *fault)

        return self._inner(environ, start)
