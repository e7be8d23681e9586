"""The headers of every answer (R-109, R-121)."""

from __future__ import annotations

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
