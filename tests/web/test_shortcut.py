"""What is asked most is answered before Flask, as Flask would: to the byte."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.test import EnvironBuilder

from app.domain.changes import Unsubscribe
from app.domain.words import ACCOUNT, DAY
from app.store.doors import Database
from app.web.headers import Headed
from app.web.recipient.shortcut import Shortcut
from tests.web.houses import Clock, Mailed, known, proof
from tests.web.visiting import FORM, ONE_CLICK, Visitor
from tests.world import ANA, BEN, CLEO, Person, World, by, say


class Answer(NamedTuple):
    """What came over the wire, and whether Flask was asked."""

    status: str
    headers: list[tuple[str, str]]
    content: bytes
    by_flask: bool


class Asked:
    """An application, asked with its shortcut or by itself."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._reached = False
        self._long = Headed(self._views, https=True)
        self._short = Headed(Shortcut(app, self._views), https=True)

    def short(self, method: str, path: str, body: bytes = b"", **how: str) -> Answer:
        """By way of the shortcut."""
        return self._ask(self._short, method, path, body, how)

    def views(self, method: str, path: str, body: bytes = b"", **how: str) -> Answer:
        """Without it."""
        return self._ask(self._long, method, path, body, how)

    def _views(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self._reached = True
        return Flask.wsgi_app(self._app, environ, start_response)

    def _ask(self, way: Any, method: str, path: str, body: bytes, how: dict[str, str]) -> Answer:
        made = EnvironBuilder(path, method=method, content_type=FORM if body else None)
        environ = {**made.get_environ(), **how, "wsgi.input": BytesIO(body)}
        environ |= {"CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "192.0.2.7"}
        self._reached = False
        told: list[Any] = []
        content = b"".join(way(environ, lambda *said, **_: told.extend(said)))
        return Answer(told[0], told[1], content, self._reached)


def test_a_page_seen_before_is_the_one_that_the_view_shows(
    app: Flask, mailed: Mailed, world: World, database: Database, clock: Clock
) -> None:
    """R-109, R-114: headers and content, whoever asks, in whatever language, below any prefix."""
    say(database, CLEO, Unsubscribe(ACCOUNT), by_=by(at=clock() - DAY))
    asked = Asked(app)
    for person in (ANA, BEN, CLEO):
        path = mailed.preferences(person)
        for how in (
            {},
            {"HTTP_ACCEPT_LANGUAGE": "tlh, nl-BE;q=0.9, de;q=0.5"},
            {"HTTP_ACCEPT_LANGUAGE": "fr;q=0, \xff;;q=x"},
            {"SCRIPT_NAME": "/mail"},
        ):
            view = asked.views("GET", path, b"", **how)
            assert view.status == "200 OK"
            assert asked.short("GET", path, b"", **how) == view._replace(by_flask=False)


def test_whatever_else_is_asked_goes_on_to_the_views(
    app: Flask, mailed: Mailed, world: World, database: Database, visitor: Visitor
) -> None:
    """R-99, R-110: what is new, chosen, damaged, wider, or to be undone."""
    asked = Asked(app)
    page, leave = mailed.preferences(ANA), mailed.type(BEN, world.novels)
    assert asked.short("GET", page).by_flask
    assert not asked.short("GET", page).by_flask
    plain = ("GET", page), ("POST", leave, ONE_CLICK)
    others: tuple[tuple[Any, ...], ...] = (
        ("HEAD", page),
        ("GET", f"{page}?lang=nl"),
        ("GET", page.replace("/p/", "/P/")),
        ("GET", f"{page[:-1]}8"),
        ("GET", mailed.example(world.fernway)),
        ("GET", mailed.type(ANA, world.novels).replace("/u/", "/p/")),
        ("POST", leave, b"List-Unsubscribe=One-Clock"),
        ("POST", leave, ONE_CLICK + b"&a=b"),
        ("POST", leave),
        ("POST", f"{leave[:-1]}8", ONE_CLICK),
        ("POST", page, ONE_CLICK),
    )
    for other in others:
        assert asked.short(*other) == asked.views(*other), other
    visitor.open(page).press("account")
    again = asked.short(*plain[0])
    assert again.by_flask
    assert b'value="undo"' in again.content
    assert not asked.short(*plain[1]).by_flask


def test_a_one_click_leaves_behind_what_the_view_would(
    app: Flask, mailed: Mailed, world: World, database: Database
) -> None:
    """R-06, R-17: the same answer, event and evidence."""
    asked, agent = Asked(app), {"HTTP_USER_AGENT": "Mailbox \xff" * 100}

    def left(ask: Any, person: Person) -> tuple[Any, ...]:
        answer = ask("POST", mailed.type(person, world.novels, 812), ONE_CLICK, **agent)
        return answer[:3], dict(known(database, person).held), proof(database)[-1]

    assert left(asked.short, ANA) == left(asked.views, BEN)
