"""The one-click of RFC 8058 as mailbox providers really send it (R-06 to R-19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Flask

from app.config import Settings
from app.domain.changes import Subscribe
from app.domain.standing import ALL, of_brand, of_type
from app.domain.words import DAY, Actor, Kind, Via
from app.links.purposes import Purpose
from app.services import catalog
from app.store.doors import Database
from tests.web.houses import (
    Clock,
    Mailed,
    events,
    everything,
    known,
    proof,
    running,
    token_of,
)
from tests.web.visiting import FORM, ONE_CLICK, get, one_click, request
from tests.world import ANA, BEN, CLEO, NOW, Person, World, say

MULTIPART = "multipart/form-data; boundary=---FormBoundaryjWmhtjORrn"
SAMPLE = (
    b"-----FormBoundaryjWmhtjORrn\r\n"
    b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    b"One-Click\r\n"
    b"-----FormBoundaryjWmhtjORrn--\r\n"
)
Body = tuple[bytes, str | None]

SAYS_SO: Mapping[str, Body] = {
    "as Gmail sends it": (ONE_CLICK, FORM),
    "with a charset": (ONE_CLICK, f"{FORM}; charset=utf-8"),
    "percent-encoded": (b"List%2DUnsubscribe=One%2DClick", FORM),
    "with a line break behind": (ONE_CLICK + b"\r\n", FORM),
    "with white space around": (b"List-Unsubscribe=+One-Click%20", FORM),
    "in lower case": (b"list-unsubscribe=one-click", FORM),
    "in upper case": (b"LIST-UNSUBSCRIBE=ONE-CLICK", FORM),
    "RFC 8058, 8.3": (SAMPLE, MULTIPART),
    "multipart with a charset": (SAMPLE, f"{MULTIPART}; charset=utf-8"),
    "no content type": (ONE_CLICK, None),
    "text/plain": (ONE_CLICK, "text/plain"),
    "octet-stream": (ONE_CLICK, "application/octet-stream"),
    "a content type that is none": (ONE_CLICK, "\xff;;;=/"),
    "twice, the valid one first": (ONE_CLICK + b"&List-Unsubscribe=No", FORM),
    "with other fields": (ONE_CLICK + b"&a=b", FORM),
    "behind many other fields": (b"a=b&" * 400 + ONE_CLICK, FORM),
    "behind many other fields, as text": (b"a=b&" * 400 + ONE_CLICK, "text/plain"),
}
SAYS_NOTHING: Mapping[str, Body] = {
    "nothing": (b"", None),
    "nothing, as a form": (b"", FORM),
    "nothing, as multipart": (b"", MULTIPART),
    "white space": (b"\r\n", "text/plain"),
    "multipart without boundary": (SAMPLE, "multipart/form-data"),
    "multipart with another boundary": (SAMPLE, "multipart/form-data; boundary=other"),
    "multipart without content type": (SAMPLE, None),
    "multipart cut short": (SAMPLE[:40], MULTIPART),
    "not UTF-8": (b"\xff\xfe\x00\x80", None),
    "compressed": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xf3", "text/plain"),
    "a word": (b"unsubscribe", "text/plain"),
    "a number": (b"1", "text/plain"),
}
SAYS_ELSE: Mapping[str, Body] = {
    "No": (b"List-Unsubscribe=No", FORM),
    "nothing of it": (b"List-Unsubscribe=", FORM),
    "another field": (b"a=b", FORM),
    "the page's form": (b"do=save&number=0&shown=&texts=1.1.en", FORM),
    "No first": (b"List-Unsubscribe=No&" + ONE_CLICK, FORM),
    "No without content type": (b"List-Unsubscribe=No", None),
    "another field without content type": (b"a=b", None),
    "many fields without content type": (b"a=b&" * 400, None),
    "another field in multipart": (SAMPLE.replace(b"List-Unsubscribe", b"other"), MULTIPART),
    "another value in multipart": (SAMPLE.replace(b"One-Click", b"No"), MULTIPART),
    "JSON": (b'{"List-Unsubscribe":"One-Click"}', "application/json"),
    "JSON as a form": (b'{"List-Unsubscribe":"One-Click"}', FORM),
    "JSON as text": (b'{"List-Unsubscribe": "One-Click"}', "text/plain"),
    "JSON without content type": (b'["List-Unsubscribe=One-Click"]', None),
    "an empty list": (b"[]", None),
    "what is said to be JSON": (b"unsubscribe", "application/json"),
    "JSON nested deeply": (b"[" * 8_000, "application/json"),
    "JSON nested deeply, closed": (b"[" * 8_000 + b"]" * 8_000, None),
}


def someone(number: int) -> Person:
    return Person("Somebody", f"reader-{number}@example.com")


def sent(app: Flask, path: str, body: Body) -> int:
    return request(app, "POST", path, *body).status_code


def test_every_way_to_say_it_unsubscribes(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-14, H-15, H-16, H-17, H-18, H-21, R-06, R-07, R-12, R-14: and so does saying nothing."""
    for number, (name, body) in enumerate({**SAYS_SO, **SAYS_NOTHING}.items()):
        person = someone(number)
        answer = request(app, "POST", mailed.type(person, world.novels), *body)
        assert (name, answer.status_code, len(answer.data) < 100) == (name, 200, True)
        assert "Set-Cookie" not in answer.headers
        assert "Location" not in answer.headers
        assert known(database, person).held.opted_out(of_type(world.novels.id)), name


def test_a_readable_body_that_says_something_else_is_400(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-18, H-19, H-21, R-14, R-15: and nothing changes."""
    untouched = everything(database)
    for name, body in SAYS_ELSE.items():
        for path in (mailed.type(ANA, world.novels), mailed.account(CLEO)):
            assert (name, sent(app, path, body)) == (name, 400)
    assert everything(database) == untouched


def test_who_sends_a_form_of_their_own_is_led_to_the_button(
    app: Flask, mailed: Mailed, world: World
) -> None:
    """R-15: it is no mistake of ours, and trying again would not help."""
    answer = request(app, "POST", mailed.type(ANA, world.novels), b"do=foo", FORM)
    assert answer.status_code == 400
    assert "Open the link from your message again, and use the buttons there." in answer.text
    assert "on our side" not in answer.text


def test_a_strict_installation_refuses_what_says_nothing(
    settings: Settings, clock: Clock, database: Database, world: World, mailed: Mailed
) -> None:
    """H-16, H-17, R-14: the setting `strict`."""
    untouched = everything(database)
    with running(replace(settings, one_click="strict"), clock) as app:
        for name, body in SAYS_NOTHING.items():
            assert (name, sent(app, mailed.type(ANA, world.novels), body)) == (name, 400)
        assert everything(database) == untouched
        for name, body in SAYS_SO.items():
            assert (name, sent(app, mailed.type(ANA, world.novels), body)) == (name, 200)
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))


def test_a_one_click_is_one_event_of_the_person_with_what_shows_for_it(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-14, R-04, R-96, rules.md 7: no text was seen, and IP and user agent are the provider's."""
    path = mailed.type(ANA, world.novels, message=812)
    assert one_click(app, path, "203.0.113.9", User_Agent="Provider/1").status_code == 200
    (event,) = events(database, ANA)
    assert (event.actor, event.via, event.kind) == (Actor.CONTACT, Via.ONE_CLICK, Kind.CHANGED)
    assert (event.message, event.link_purpose, event.link_scope) == (812, 2, world.novels.id)
    assert (event.texts, event.language, event.program_texts, event.brand_texts) == (None,) * 4
    assert event.at == NOW
    (kept,) = proof(database)
    assert kept == {
        "of": "provider",
        "ip": "203.0.113.9",
        "user_agent": "Provider/1",
    }


def test_a_one_click_ends_its_list_and_nothing_else(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """R-19, H-29: only what the link names, whatever else the request says."""
    path = mailed.type(ANA, world.novels)
    answer = request(
        app,
        "POST",
        f"{path}?type={world.offers.id}&scope=account&t=x",
        ONE_CLICK + b"&type=1",
        FORM,
    )
    assert answer.status_code == 200
    assert set(known(database, ANA).held) == {of_type(world.novels.id)}


def test_what_each_kind_of_link_ends(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """R-04, rules.md 5: the link alone says what; an unknown id also opts out of the account."""
    fernway, unknown = of_brand(world.fernway.id), 77
    ends = {
        Purpose.TYPE: (
            (world.novels.id, {of_type(world.novels.id)}),
            (world.receipts.id, {fernway}),
            (world.circle.id, {of_type(world.circle.id)}),
            (unknown, {of_type(unknown), ALL}),
        ),
        Purpose.BRAND: (
            (world.workshops.id, {of_brand(world.workshops.id)}),
            (unknown, {of_brand(unknown), ALL}),
        ),
        Purpose.ACCOUNT: ((0, {ALL}),),
        Purpose.PREFERENCES: ((world.fernway.id, {fernway}), (unknown, {of_brand(unknown), ALL})),
    }
    cases = [(p, scope, places) for p, rows in ends.items() for scope, places in rows]
    for number, (purpose, scope, places) in enumerate(cases):
        person = someone(number)
        assert one_click(app, mailed.of(person.key, purpose, scope)).status_code == 200
        assert set(known(database, person).held) == places, (purpose, scope)


def test_links_of_what_was_archived_go_on_opting_out(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """Rules.md 1: in a process that kept the old catalogue, and in one that knows."""
    for reads_first in (False, True):
        database.write(catalog.archive_type, world.novels.id, NOW)
        database.write(catalog.archive_brand, world.workshops.id, NOW)
        person = someone(reads_first)
        paths = (
            mailed.type(person, world.novels),
            mailed.type(person, world.evenings),
            mailed.brand(person, world.workshops),
        )
        for path in paths:
            if reads_first:
                assert get(app, path).status_code == 200
            assert one_click(app, path).status_code == 200
        assert set(known(database, person).held) == {
            of_type(world.novels.id),
            of_type(world.evenings.id),
            of_brand(world.workshops.id),
        }


def test_a_type_made_a_moment_ago_is_known_to_every_process(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """R-19: a process that has not read of it must not take it for an unknown one."""
    one_click(app, mailed.type(BEN, world.novels))
    new = catalog.NewType(world.fernway.id, "poems", {"en": {"name": "Poems"}})
    made = database.write(catalog.add_type, new, NOW)
    assert one_click(app, mailed.of(ANA.key, Purpose.TYPE, made)).status_code == 200
    assert set(known(database, ANA).held) == {of_type(made)}


def test_the_same_one_click_twice_is_one_event_and_an_old_link_works_again(
    app: Flask, database: Database, mailed: Mailed, world: World, clock: Clock
) -> None:
    """H-22, R-60: 200 each time, after five years too."""
    path = mailed.type(ANA, world.novels)
    assert [one_click(app, path).status_code for _ in range(2)] == [200, 200]
    assert len(events(database, ANA)) == 1
    say(database, ANA, Subscribe(world.novels))
    for days in (30, 60, 5 * 365):
        clock.at = NOW + days * DAY
        assert one_click(app, path).status_code == 200
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))
    assert len(events(database, ANA)) == 3


def test_cookies_and_credentials_are_ignored(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-25, R-06, R-11, R-118, R-119: the token is the only authority."""
    session = {
        "Cookie": "session=admin; __Host-session=eyJ1c2VyIjoxfQ",
        "Authorization": "Basic YTpi",
    }
    answer = request(app, "POST", mailed.type(ANA, world.novels), ONE_CLICK, FORM, session)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))
    untouched = everything(database)
    for path in ("/u/", "/u/me", "/p/", "/u/admin/account"):
        assert request(app, "POST", path, ONE_CLICK, FORM, session).status_code in (404, 405)
    assert everything(database) == untouched


def test_no_post_is_ever_redirected(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-24, R-08, R-09: not for a slash, a double slash, a host or a scheme."""
    path = mailed.type(ANA, world.novels)
    token = token_of(path)
    expected = {
        path: 200,
        f"{path}/": 200,
        f"//u//{token}": 404,
        f"/u//{token}": 404,
        f"//u/{token}": 200,
        f"/u/{token}//": 404,
        f"/u/./{token}": 405,
        f"/u/{token}/nothing": 405,
        f"/x/u/{token}": 404,
        "/": 405,
        "/links/": 400,
        "/healthz/": 405,
    }
    assert {url: one_click(app, url).status_code for url in expected} == expected
    for host in (
        "www.example.com",
        "evil.example",
        "192.0.2.7:8000",
        "[::1]",
        "xn--bcher-kva.example",
    ):
        assert one_click(app, path, Host=host).status_code == 200


def test_every_host_and_scheme_takes_every_token(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-24, H-29, R-138: a valid opt-out is never refused for its host."""
    client = app.test_client(use_cookies=False)
    cases = [(s, h) for s in ("http", "https") for h in ("mail.example.com", "workshops.example")]
    for number, (scheme, host) in enumerate(cases):
        person = someone(number)
        answer = client.post(
            mailed.type(person, world.novels),
            base_url=f"{scheme}://{host}",
            data=ONE_CLICK,
            content_type=FORM,
        )
        assert answer.status_code == 200
        assert known(database, person).held.opted_out(of_type(world.novels.id))
