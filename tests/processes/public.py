"""The public of an estate: one-clicks, saved pages and asked-for links through the proxy, each by
somebody who was never there before, and what they were told."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from urllib.parse import urlencode

from app.links.tokens import Link, Purpose
from app.services.addresses import remember
from tests.processes.estate import Estate
from tests.processes.installation import FORM, ONE_CLICK, PATIENCE, until
from tests.web.reading import buttons, fields, read

KNOWN = 3_000
KINDS = ("click", "click", "save", "click", "save", "click", "click", "save", "click", "mail")
"""Of ten people six press their mailbox provider's button, three save a page, one lost the link."""


class Public:
    """Who was answered 200, by what they did, how long it took, and all other answers."""

    def __init__(self, estate: Estate, pace: float = 0.02, known: int = KNOWN) -> None:
        """`pace`: seconds between the beginnings of one person's requests and the next one's, of
        those who come one after the other; `known`: how many may ask for mail."""
        self._port, self._trust = estate.nginx.port, estate.nginx.trust
        self._site = estate.shop.site
        self._type, self._brand = estate.shop.type_id(), estate.shop.catalog.default_brand
        self.pace = pace
        self._known = known
        self._ending = threading.Event()
        self._numbers = count(1)
        self.done: dict[str, list[str]] = {"click": [], "save": [], "mail": []}
        self.others: Counter[str] = Counter()
        self.seconds: list[float] = []
        _let_be_known(estate, known)

    @property
    def answered(self) -> int:
        """How many were answered with 200."""
        return sum(len(people) for people in self.done.values())

    def is_answered(self, more: int, within: float = PATIENCE) -> None:
        """Wait until so many more were."""
        until(partial(self._beyond, self.answered + more), "the public is answered", within)

    def is_refused(self) -> None:
        """Wait until somebody more is not."""
        refused = self.others.total()
        until(lambda: self.others.total() > refused, "the public is refused")

    def _beyond(self, answered: int) -> bool:
        return self.answered >= answered

    @contextmanager
    def busy(self, people: int) -> Iterator[None]:
        """So many of them at a time."""
        threads = [threading.Thread(target=self._come) for _ in range(people)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in threads:
                thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads)

    def _come(self) -> None:
        due = time.monotonic()
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            due = max(due + self.pace, time.monotonic() - 1)
            number = next(self._numbers)
            kind = _kind(number, self._known)
            begun = time.monotonic()
            try:
                status = getattr(self, f"_{kind}")(_person(number), number)
            except (OSError, http.client.HTTPException) as failure:
                self.others[type(failure).__name__] += 1
                continue
            if status == 200:
                self.done[kind].append(_person(number))
                self.seconds.append(time.monotonic() - begun)
            else:
                self.others[f"{kind} {status}"] += 1

    def token(self, person: str) -> str:
        """Of the link that this person has to leave the one type with."""
        return self._site.tokens.mint(Link(Purpose.TYPE, self._site.keys(person), self._type, 0))

    def _click(self, person: str, number: int) -> int:
        return self._ask("POST", f"/u/{self.token(person)}", ONE_CLICK)[0]

    def _save(self, person: str, number: int) -> int:
        """Opens the page, takes the tick from the one box, and presses."""
        url = self._site.links.preferences_url(person, self._brand)
        path = f"/p/{url.rpartition('/')[2]}"
        status, html = self._ask("GET", path)
        if status != 200:
            return status
        button, form = buttons(read(html))["save"]
        offers = ("type", str(self._type))
        sent = [field for field in fields(form) if field != offers]
        sent.append((button.get("name"), button.get("value")))
        return self._ask("POST", path, urlencode(sent).encode())[0]

    def _mail(self, person: str, number: int) -> int:
        """From another network each time: one that asks often is told to wait."""
        source = f"127.{1 + number // 250 % 250}.{number % 250}.1"
        sent = urlencode({"email": person, "do": "mail"}).encode()
        return self._ask("POST", "/links", sent, source)[0]

    def _ask(self, method: str, path: str, body: bytes = b"", source: str = "") -> tuple[int, str]:
        connection = http.client.HTTPSConnection(
            "127.0.0.1",
            self._port,
            timeout=PATIENCE,
            context=self._trust,
            source_address=(source, 0) if source else None,
        )
        try:
            connection.request(method, path, body, FORM if body else {})
            with connection.getresponse() as answer:
                return answer.status, answer.read().decode()
        finally:
            connection.close()


def _person(number: int) -> str:
    return f"reader{number}@example.com"


def _kind(number: int, known: int) -> str:
    kind = KINDS[number % len(KINDS)]
    return "click" if kind == "mail" and number >= known * len(KINDS) else kind


def _let_be_known(estate: Estate, known: int) -> None:
    """Those who will ask for mail: a text is needed to send to."""
    site = estate.shop.site
    numbers = range(known * len(KINDS))
    people = [_person(number) for number in numbers if _kind(number, known) == "mail"]
    rows = [(site.keys(person), person, None) for person in people]
    site.database.write(remember, rows, site.now())
