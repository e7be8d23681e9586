"""The worker as a process beside the web: apart, so that long work takes no page's time, and no
longer there than what started it."""

from __future__ import annotations

import os
import signal
import threading

from app.config import from_environment
from app.garbage import look_seldom
from app.logs import configure
from app.web.site import make_site
from app.worker.loop import Worker


def main() -> None:
    """Work until SIGTERM, or until the server is gone."""
    settings = from_environment()
    configure(settings.log_format)
    look_seldom()
    ending, server = threading.Event(), os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ending.set())
    working = threading.Thread(target=Worker(make_site(settings)).run, args=(ending,))
    working.start()
    while working.is_alive():
        working.join(1)
        if os.getppid() != server:
            ending.set()


if __name__ == "__main__":
    main()
