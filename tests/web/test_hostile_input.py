"""Whatever is sent, the answer is an answer (H-20, H-37, H-39, H-50, R-130, R-131)."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.domain.standing import of_type
from app.services import catalog
from app.store.doors import Database
from tests.web.houses import Mailed, everything, known, token_of
from tests.web.visiting import FORM, ONE_CLICK, Visitor, get, one_click, request
from tests.world import ANA, BEN, NOW, World

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE")
ANSWERS = {200, 400, 404, 405, 413, 429}
NAMES = (
    *("do", "type", "shown", "texts", "number", "record", "reason", "words", "email", "website"),
    *("List-Unsubscribe", "lang", "mark", "_method", "csrf_token", "", "do[]", "type "),
)
WORDS = (
    *("save", "brand", "account", "pause-30", "pause-", "resume", "undo", "reason", "link"),
    *("unsubscribe", "One-Click", "en", "1.1.en", "0", "1", "-1", "2147483648", "9" * 4_400),
    *("\0", "\ud800", "\u202e", "²", "١", "a@b", "<script>", "{{7*7}}", "%s", "' OR 1=1 --"),
)
KINDS = (
    *(FORM, f"{FORM}; charset=utf-16", f"{FORM}; charset=nothing", "application/json"),
    *("multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary="),
    *("text/plain", "text/xml", "application/octet-stream", "message/rfc822", "*/*", "", ";"),
)
HEADERS = (
    *("Accept-Language", "Cookie", "Host", "User-Agent", "Range", "If-None-Match", "Expect"),
    *("Content-Encoding", "Transfer-Encoding", "Authorization", "X-Forwarded-For", "Accept"),
)
BELOW = ("", "/", "/type", "/brand", "/account", "/pause", "/undo", "/reason", "/link", "/x/y", ".")
TOKEN = "TOKEN"

anything = st.text(max_size=40) | st.sampled_from(WORDS)
on_the_wire = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60)
form = st.lists(st.tuples(st.sampled_from(NAMES) | anything, anything), max_size=8)


def encoded(fields: list[tuple[str, str]]) -> bytes:
    """As a form, lone surrogates and all."""
    return urlencode(fields, errors="surrogatepass").encode()


def in_parts(fields: list[tuple[str, str]]) -> bytes:
    """As multipart with the boundary x."""
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
        for name, value in fields
    ]
    return b"".join([*parts, b"--x--\r\n"])


paths = (
    st.builds(
        lambda folder, token, below: f"/{folder}/{token}{below}",
        st.sampled_from(["u", "p", "U", "P", "c", "brand"]),
        st.just(TOKEN) | anything.map(lambda text: quote(text, errors="surrogatepass")),
        st.sampled_from(BELOW),
    )
    | st.sampled_from(["/links", "/", "//", "/healthz", "/brand/1.css", "/brand/x/logo", "*"])
    | st.binary(max_size=60).map(lambda raw: "/" + quote(raw))
)
requests = st.fixed_dictionaries(
    {
        "method": st.sampled_from(METHODS),
        "path": paths.filter(lambda path: not path.startswith(("/admin", "/api"))),
        "query": form.map(lambda fields: encoded(fields).decode()) | on_the_wire,
        "body": st.binary(max_size=300) | form.map(encoded) | form.map(in_parts),
        "kind": st.sampled_from(KINDS) | on_the_wire,
        "headers": st.dictionaries(st.sampled_from(HEADERS), on_the_wire, max_size=3),
        "network": st.integers(0, 2**16 - 1),
    }
)


@pytest.fixture
def send(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> Iterator[Callable[[dict[str, Any]], int]]:
    """Sends any request, some with Ana's links; whatever it was, nothing happens to Ben."""
    one_click(app, mailed.type(BEN, world.novels))
    before = known(database, BEN)
    tokens = [mailed.preferences(ANA), mailed.type(ANA, world.novels), mailed.account(ANA)]

    def sent(wanted: dict[str, Any]) -> int:
        network = wanted["network"]
        token = token_of(tokens[network % len(tokens)])
        answer = request(
            app,
            wanted["method"],
            f"{wanted['path'].replace(TOKEN, token)}?{wanted['query']}",
            wanted["body"],
            wanted["kind"],
            wanted["headers"],
            f"10.{network >> 8}.{network & 255}.1",
        )
        assert "Location" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        return answer.status_code

    yield sent
    assert known(database, BEN) == before


USUAL = hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(wanted=requests)
@USUAL
def test_no_request_is_answered_with_500(
    send: Callable[[dict[str, Any]], int], wanted: dict[str, Any]
) -> None:
    """H-20, H-37, H-50, R-130, R-131."""
    assert send(wanted) in ANSWERS


@pytest.mark.long
@given(wanted=requests)
@hypothesis_settings(parent=USUAL, max_examples=20_000, derandomize=False)
def test_none_of_very_many_requests_is_answered_with_500(
    send: Callable[[dict[str, Any]], int], wanted: dict[str, Any]
) -> None:
    """H-20, H-37, H-50, R-130, R-131."""
    assert send(wanted) in ANSWERS


# Sizes


def test_what_is_too_large_is_413_and_changes_nothing(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """H-20, R-130: by length, by parts, and by one field. A bomb stays packed."""
    untouched = everything(database)
    many = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' for _ in range(10_000)
    )
    bodies = (
        (b"x" * (16 * 1024 + 1), FORM),
        (ONE_CLICK + b"&a=" + b"x" * 10_000_000, FORM),
        (many, "multipart/form-data; boundary=x"),
        (ONE_CLICK + b"&" + b"a=b&" * 5_000, FORM),
    )
    for path in (mailed.type(ANA, world.novels), mailed.preferences(ANA), "/links"):
        for body, kind in bodies:
            assert request(app, "POST", path, body, kind).status_code == 413
    bomb = gzip.compress(ONE_CLICK + b"&a=" + b"x" * 10_000_000)
    for path in (mailed.preferences(ANA), "/links"):
        packed = request(app, "POST", path, bomb, FORM, {"Content-Encoding": "gzip"})
        assert packed.status_code == 400
    assert everything(database) == untouched
    for below in ("pause", "undo", "reason", "link"):
        path = f"{mailed.type(ANA, world.novels)}/{below}"
        answer = request(app, "POST", path, b"x" * 20_000, FORM)
        assert (below, answer.status_code) == (below, 413)
    assert everything(database) == untouched


def test_a_query_of_any_bytes_does_not_matter(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """H-08, H-37, R-102, R-130: not even where it is no UTF-8, as a link and as an error."""
    for query in ("name=Jos\xe9", "\xff\xfe", "lang=\x80", "type=%ff", "\x00", "%", "&&==&", "="):
        for path in (mailed.preferences(ANA), mailed.type(ANA, world.novels), "/links"):
            answer = get(app, f"{path}?{query}")
            assert (query, answer.status_code) == (query, 200)
        assert get(app, f"/nothing?{query}").status_code == 404
        assert request(app, "PUT", f"/links?{query}").status_code == 405
        assert one_click(app, f"{mailed.type(ANA, world.novels)}?{query}").status_code == 200
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))


def test_a_lying_length_is_answered(app: Flask, mailed: Mailed, world: World) -> None:
    """R-130: though no server of ours would let it pass."""
    for length in ("-1", "x", "", "1.5", "99999999999999999999", "²"):
        answer = app.test_client(use_cookies=False).post(
            mailed.preferences(ANA),
            data=b"do=save",
            content_type=FORM,
            environ_overrides={"CONTENT_LENGTH": length},
        )
        assert answer.status_code in (400, 413), length


def test_long_urls_many_parameters_and_many_cookies_are_answered(
    app: Flask, mailed: Mailed, world: World
) -> None:
    """H-50: a valid link still works, whatever is glued to it; junk is 404."""
    path = mailed.preferences(ANA)
    parameters = "&".join(f"p{number}={number}" for number in range(300))
    cookies = "; ".join(f"c{number}={number}" for number in range(200))
    assert get(app, f"{path}?{parameters}").status_code == 200
    assert get(app, f"{path}?{'x' * 5_000}").status_code == 200
    assert get(app, path, Cookie=cookies).status_code == 200
    assert get(app, path, X_Large="x" * 64_000).status_code == 200
    for junk in ("/u/" + "a" * 5_000, "/u/" + "%25" * 5_000, "/" + "u/" * 2_000):
        assert get(app, junk, "198.51.100.1").status_code == 404


# Text that wants to be something else


def test_texts_of_brands_and_types_are_text(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """H-39, R-139: names, descriptions and addresses that an operator typed are escaped."""
    evil = "<script>alert(1)</script>\"'>{{7*7}}{% raw %}\u202e"
    named = {"name": evil, "description": evil, "frequency": evil}
    changed = {"name": evil, "postal_address": evil, "contact": f"{evil}@example.com"}
    database.write(
        catalog.edit_brand, world.fernway.id, {**changed, "texts": {"en": {"intro": evil}}}, NOW
    )
    database.write(catalog.edit_type_texts, world.novels.id, {"en": named}, NOW)
    for path in (mailed.preferences(ANA), mailed.type(ANA, world.novels), "/links"):
        visitor = Visitor(app).open(path)
        assert visitor.status == 200
        assert visitor.page.all("script") == []
        assert "49" not in visitor.page.one("title").text
        assert "<script>alert(1)</script>" in visitor.page.one("footer").text
    visitor = Visitor(app).open(mailed.preferences(ANA))
    assert "{{7*7}}{% raw %}" in visitor.words
    assert visitor.untick(world.novels).press("save").status == 200
    assert visitor.page.all("script") == []
