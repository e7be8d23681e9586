"""Many people at once: threads that post, each with links of its own, and what they were told."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

from tests.processes.installation import FORM, ONE_CLICK, PATIENCE, Server, until

PEOPLE = 1_000
PAUSE_SECONDS = 0.02
"""Between two requests of one thread, so that the server has the processors to itself."""


class Crowd:
    """What a crowd was told: the addresses answered with 200, other answers, and failures."""

    def __init__(self, server: Server, token: Callable[[str], str], person: str = "reader") -> None:
        self._server = server
        self._person = person
        self._token = token
        self._ending = threading.Event()
        self._numbers = count(1)
        self.done: list[str] = []
        self.others: list[int] = []
        self.failures: list[Exception] = []

    @property
    def asked(self) -> int:
        """How many requests came to an end."""
        return len(self.done) + len(self.others) + len(self.failures)

    def asks_more(self, requests: int) -> None:
        """Wait for so many more requests to come to an end."""
        until(partial(self._asked_since, self.asked + requests), "the crowd asks on")

    def _asked_since(self, number: int) -> bool:
        return self.asked > number

    @contextmanager
    def busy(self, people: int) -> Iterator[None]:
        """Keep posting: every second one over a connection that stays open."""
        goes = [self._over_new_connections, self._over_one_connection]
        threads = [threading.Thread(target=goes[at % 2]) for at in range(people)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in threads:
                thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads)

    def _addresses(self) -> Iterator[str]:
        while not self._ending.wait(PAUSE_SECONDS):
            yield f"{self._person}{next(self._numbers) % PEOPLE}@example.com"

    def _over_new_connections(self) -> None:
        for address in self._addresses():
            try:
                self._note(address, self._server.one_click(self._token(address)).status)
            except (OSError, http.client.HTTPException) as failure:
                self.failures.append(failure)

    def _over_one_connection(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=PATIENCE)
        for address in self._addresses():
            try:
                connection.request("POST", f"/u/{self._token(address)}", ONE_CLICK, FORM)
                with connection.getresponse() as response:
                    response.read()
                    self._note(address, response.status)
            except (OSError, http.client.HTTPException) as failure:
                self.failures.append(failure)
                connection.close()
        connection.close()

    def _note(self, address: str, status: int) -> None:
        if status == 200:
            self.done.append(address)
        else:
            self.others.append(status)
