"""A request whose query string may be anything: gateways glue on what they like (R-102)."""

from __future__ import annotations

from wsgiref.types import WSGIEnvironment

from flask import Request


class TolerantRequest(Request):
    """Bytes that are no UTF-8 are replaced. Werkzeug would fail, while it tells of failing too."""

    def __init__(
        self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False
    ) -> None:
        super().__init__(environ, populate_request, shallow)
        self.query_string = self.query_string.decode(errors="replace").encode()
