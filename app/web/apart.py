"""The API is an application of its own, loaded at its first call: the pages of recipients never
pay for what it needs, nor do they share its body limit, its errors or its ways in."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib import import_module
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

FOLDERS = ("/api/", "/communication-preferences/")


class Apart:
    """Hands what lies in the API's folders to it, and everything else on."""

    def __init__(self, main: Flask, inner: WSGIApplication) -> None:
        self._main = main
        self._inner = inner
        self._loaded: Flask | None = None
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as WSGI asks."""
        if environ.get("PATH_INFO", "").startswith(FOLDERS):
            return self.api.wsgi_app(environ, start_response)
        return self._inner(environ, start_response)

    @property
    def api(self) -> Flask:
        """The API's application, loaded once."""
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    made = import_module("app.web.api.application").create_api(self._main)
                    self._loaded = made
        return self._loaded
