"""The production server: gunicorn with threads, started in code."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from app.factory import create_app
from app.logs import Redacting
from app.worker.loop import Worker

GRACE_SECONDS = 30


class Server(BaseApplication):  # type: ignore[misc]
    """Workers load the application after the fork: SIGHUP brings new code and settings."""

    def __init__(self, bind: str, workers: int, threads: int) -> None:
        self._settings = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "logger_class": RedactingLogger,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "keepalive": 5,
            "limit_request_line": 8190,
            "post_worker_init": start_worker,
            "worker_exit": end_worker,
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings, those that it knows."""
        for name, value in self._settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, in each worker."""
        return create_app()


class RedactingLogger(Logger):  # type: ignore[misc]
    """Gunicorn names the requested URL when it fails; no token may reach a log."""

    def setup(self, cfg: Any) -> None:
        """Redact whatever it writes."""
        super().setup(cfg)
        self.error_log.addFilter(Redacting())


def start_worker(process: Any) -> None:
    """Send what is owed beside the web, unless the settings say that others do."""
    site = process.wsgi.extensions["sayso"]
    if site.settings.worker == "embedded":
        process.sayso_ending = threading.Event()
        worker = Worker(site)
        thread = threading.Thread(target=worker.run, args=(process.sayso_ending,), daemon=True)
        thread.start()


def end_worker(_: Any, process: Any) -> None:
    """Let the worker finish what it is at."""
    if ending := getattr(process, "sayso_ending", None):
        ending.set()
