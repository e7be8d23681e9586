"""Admin and API are applications of their own, each loaded when it is first asked for: the pages
of recipients never wait for what these need, nor pay for it, nor share their body limits, errors,
sessions or ways in (docs/decisions/0040, 0105)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib import import_module
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

FOLDERS = {
    "admin": "app.web.admin.application",
    "api": "app.web.api.application",
    "communication-preferences": "app.web.api.application",
}
"""The first folder of a path, and the module that makes the application for all within."""


class Apart:
    """Hands what lies in FOLDERS to its application, and everything else on."""

    def __init__(self, main: Flask, inner: WSGIApplication) -> None:
        self._main = main
        self._inner = inner
        self._loaded: dict[str, Flask] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as WSGI asks."""
        folder = environ.get("PATH_INFO", "")[1:].partition("/")[0]
        if folder in FOLDERS:
            return self.application(folder).wsgi_app(environ, start_response)
        return self._inner(environ, start_response)

    def application(self, folder: str) -> Flask:
        """The application of a folder, made once."""
        module = FOLDERS[folder]
        if module not in self._loaded:
            with self._lock:
                if module not in self._loaded:
                    self._loaded[module] = import_module(module).create(self._main)
        return self._loaded[module]
