"""Nothing can be stored, or something broke: never a false 200 (H-45, R-17)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.config import Settings
from app.domain.standing import of_brand, of_type
from app.domain.words import DAY
from app.store.doors import Database
from app.text.languages import LANGUAGES
from tests.web.houses import (
    LINK_SECRET,
    OTHER_SECRET,
    Clock,
    Mailed,
    everything,
    known,
    running,
    token_of,
)
from tests.web.visiting import FORM, ONE_CLICK, Visitor, get, one_click, request
from tests.world import ANA, BEN, World

NOWHERE = {
    "sqlite": "sqlite:////nowhere/at/all/sayso.db",
    "postgresql": "postgresql+psycopg://sayso@/sayso?host=/nowhere/at/all",
}


@pytest.fixture
def lost(settings: Settings, database: Database, clock: Clock) -> Iterator[Flask]:
    """An application whose database is not there."""
    with running(replace(settings, database_url=NOWHERE[database.dialect]), clock) as app:
        yield app


SAVED = [("number", "0"), ("shown", "1.1.1"), ("texts", "1.1.en")]


def says_come_back(answer: TestResponse) -> bool:
    """503, with when to try again, and with nothing to keep."""
    return (
        answer.status_code == 503
        and int(answer.headers["Retry-After"]) > 0
        and answer.headers["Cache-Control"] == "no-store"
        and "Set-Cookie" not in answer.headers
    )


def test_without_a_database_every_answer_says_to_come_back(
    lost: Flask, mailed: Mailed, world: World
) -> None:
    """H-45, R-17, R-64: reading, writing, broken links and the health check."""
    form = urlencode([("email", ANA.address), ("do", "unsubscribe")]).encode()
    for path in (mailed.preferences(ANA), mailed.type(ANA, world.novels), mailed.account(ANA)):
        assert says_come_back(get(lost, path))
        assert says_come_back(request(lost, "HEAD", path))
        assert says_come_back(one_click(lost, path))
    for word in ("save", "account", "pause-30", "undo", "reason"):
        sent = urlencode([("do", word), ("record", "1"), ("mark", "00"), *SAVED]).encode()
        assert says_come_back(request(lost, "POST", mailed.preferences(ANA), sent, FORM)), word
        if word != "save":
            below = f"{mailed.type(ANA, world.novels)}/{word.split('-')[0]}"
            assert says_come_back(request(lost, "POST", below, sent, FORM)), word
    for path in ("/links", "/u/broken", "/nothing", "/healthz"):
        assert says_come_back(get(lost, path))
    assert says_come_back(request(lost, "POST", "/links", form, FORM))
    assert says_come_back(request(lost, "GET", f"/brand/{world.fernway.id}.css"))


def test_the_page_that_says_so_is_a_page(lost: Flask, mailed: Mailed) -> None:
    """R-151: in words, in the reader's language, and without the link in it. Who only looked is not
    told that a choice of theirs was lost."""
    for language in LANGUAGES:
        visitor = Visitor(lost).open(f"{mailed.preferences(ANA)}?lang={language}")
        assert visitor.status == 503
        assert visitor.page.one("html").get("lang") == language
        assert visitor.heading
        assert token_of(mailed.preferences(ANA)) not in visitor.html
        assert visitor.buttons == set()
    looked = Visitor(lost).open(mailed.preferences(ANA)).words
    pressed = Visitor(lost).send([("do", "account")], mailed.preferences(ANA)).words
    lost_choice = "Your choice could not be stored"
    assert (lost_choice in looked, lost_choice in pressed) == (False, True)


class Silent(BytesIO):
    """A body of which nothing comes."""

    def read(self, size: int | None = -1) -> bytes:
        raise BlockingIOError

    def readinto(self, buffer: object) -> int:
        raise BlockingIOError


def test_a_sender_who_falls_silent_is_told_that_not_all_arrived(app: Flask, mailed: Mailed) -> None:
    """R-64: 408, in the words of whose screen it is, and nothing is changed."""
    for path in (mailed.preferences(ANA), "/links", "/admin/sign-in"):
        answer = app.test_client().post(path, input_stream=Silent(b"do=save"), content_type=FORM)
        assert answer.status_code == 408, path
        assert "Not all of it arrived" in answer.text, path
        assert "The connection stopped half-way, so nothing was changed." in answer.text


@contextmanager
def without(database: Database, table: str) -> Iterator[None]:
    """A part of the database is away."""
    _rename(database, table, f"{table}_away")
    yield
    _rename(database, f"{table}_away", table)


def _rename(database: Database, old: str, new: str) -> None:
    database.write(
        lambda connection: connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
    )


def test_a_write_that_fails_in_its_midst_leaves_nothing(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """H-45, R-17: no false 200, and the next one works."""
    one_click(app, mailed.type(BEN, world.novels))
    presses = (
        (mailed.type(ANA, world.novels), ONE_CLICK),
        (mailed.preferences(ANA), b"do=account"),
        (f"{mailed.type(ANA, world.novels)}/account", b""),
        ("/links", b"email=ana@example.com&do=unsubscribe"),
    )
    before = everything(database)
    for table in ("evidence", "preference", "event"):
        with without(database, table):
            for path, body in presses:
                answer = request(app, "POST", path, body, FORM)
                assert answer.status_code in (500, 503), (table, path)
                assert b'role="status"' not in answer.data
        assert everything(database) == before
    for path, body in presses:
        assert request(app, "POST", path, body, FORM).status_code == 200


def test_when_counting_fails_requests_pass(
    settings: Settings, clock: Clock, tmp_path: Path, mailed: Mailed, world: World
) -> None:
    """R-16, architecture 2: limits are no consent; a lost count holds nobody up."""
    where = tmp_path / "not" / "there"
    with running(replace(settings, data_dir=where), clock) as app:
        assert get(app, "/u/broken").status_code == 404
        assert Visitor(app).open("/links").fill(email=ANA.address).press("link").status == 200


def test_links_of_every_age_work_whatever_became_of_their_secret(
    settings: Settings, clock: Clock, mailed: Mailed, database: Database, world: World
) -> None:
    """H-45, R-60, R-125: rotated twice, five years later."""
    path, preferences = mailed.type(ANA, world.novels), mailed.preferences(ANA)
    clock.pass_(5 * 365 * DAY)
    newer = (OTHER_SECRET, b"the newest link secret of them all")
    with running(replace(settings, link_secrets=(LINK_SECRET, *newer)), clock) as app:
        assert one_click(app, path).status_code == 200
        assert Visitor(app).open(preferences).boxes[world.novels.id] is False
    with running(replace(settings, link_secrets=newer), clock) as app:
        assert get(app, path).status_code == 404
    waiting = replace(settings, link_secrets=newer, link_secrets_next=(LINK_SECRET,))
    with running(waiting, clock) as app:
        assert get(app, preferences).status_code == 200


def test_a_link_of_a_leaked_secret_can_only_opt_out(
    settings: Settings, clock: Clock, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 5: a preferences link then shows and changes nothing but the brand's opt-out."""
    leaked = replace(settings, link_secrets=(OTHER_SECRET,), link_secrets_leaked=(LINK_SECRET,))
    with running(leaked, clock) as app:
        visitor = Visitor(app).open(mailed.preferences(ANA))
        assert (visitor.status, visitor.boxes) == (200, {})
        assert one_click(app, mailed.preferences(ANA)).status_code == 200
        assert one_click(app, mailed.type(BEN, world.novels)).status_code == 200
        assert get(app, mailed.example(world.fernway)).status_code == 404
    assert known(database, ANA).held.opted_out(of_brand(world.fernway.id))
    assert known(database, BEN).held.opted_out(of_type(world.novels.id))


def test_another_address_secret_serves_nobody(
    settings: Settings, clock: Clock, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 2: with it every address would be unknown, and every opt-out lost."""
    other = replace(settings, address_secret=b"another address secret for the test")
    untouched = everything(database)
    with running(other, clock) as app:
        for path in (mailed.preferences(ANA), mailed.type(ANA, world.novels), "/links", "/healthz"):
            assert says_come_back(get(app, path))
        assert says_come_back(one_click(app, mailed.type(ANA, world.novels)))
    assert everything(database) == untouched


def test_a_database_that_was_never_set_up_serves_nobody(settings: Settings, clock: Clock) -> None:
    """R-64: 503, as if it were away."""
    with running(settings, clock) as app:
        assert says_come_back(get(app, "/links"))
        assert says_come_back(get(app, "/healthz"))
