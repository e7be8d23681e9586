"""The headers of every answer (R-109, R-121)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

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
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class Headed:
    """An application, every answer with these headers where it does not say otherwise: those of
    views, of what answers before them, and of the API."""

    def __init__(self, inner: WSGIApplication, *, https: bool) -> None:
        self._inner = inner
        self._headers = list((HEADERS | HSTS if https else HEADERS).items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as WSGI asks."""

        def start(status: str, own: list[tuple[str, str]], *fault: Any) -> Callable[..., object]:
            names = {name for name, _ in own}
            added = [header for header in self._headers if header[0] not in names]
            return start_response(status, own + added, *fault)

        return self._inner(environ, start)
