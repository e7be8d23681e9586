"""The admin's cookie, tokens and headers: what other sites cannot do, and recipients never meet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from app.config import Settings
from app.domain.users import Role
from app.store.doors import WRITING, Database
from app.web.admin.cookie import derived
from app.web.admin.elsewhere import way_back
from app.web.site import Site
from tests.web.admin.colleagues import DORA, ELIF, PASSWORD, Colleague, at_work, hire, mails
from tests.web.houses import Clock, Mailed, admin_of, events, running, site_of
from tests.web.visiting import FORM, get, request
from tests.world import ANA, World


def test_the_cookie_is_for_this_host_over_https_and_no_script(app: Flask) -> None:
    """R-119."""
    set_ = Colleague(app).open("/admin/sign-in").answer.headers["Set-Cookie"]
    name, _, rest = set_.partition("=")
    assert name == "__Host-sayso"
    parts = {part.strip() for part in rest.split(";")[1:]}
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_on_this_machine_the_cookie_needs_no_https(
    settings: Settings, world: World, clock: Clock
) -> None:
    with running(replace(settings, base_url="http://127.0.0.1:8000"), clock) as app:
        answer = app.test_client().get("/admin/sign-in", base_url="http://127.0.0.1:8000")
    assert answer.headers["Set-Cookie"].startswith("sayso=")
    assert "Secure" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/links", "/p/", "/u/", "/healthz", "/administration"])
def test_recipients_never_meet_a_cookie(app: Flask, path: str) -> None:
    """R-117, R-119: neither set nor read, whatever the browser sends."""
    dora = at_work(app)
    with_it = get(app, path, Cookie=f"__Host-sayso={dora.cookie}")
    without = get(app, path)
    assert with_it.data == without.data
    assert "Set-Cookie" not in with_it.headers
    assert "Cookie" not in with_it.headers.get("Vary", "")


def test_the_admins_cookie_gives_no_power_on_recipients_pages(
    app: Flask, mailed: Mailed, world: World, site: Site
) -> None:
    """H-25, R-119."""
    cookie = {"Cookie": f"__Host-sayso={at_work(app).cookie}"}
    path = mailed.type(ANA, world.novels)
    assert get(app, path, **cookie).data == get(app, path).data
    for bare in ("/u/", "/p/", "/u/account"):
        answer = request(app, "POST", bare, b"do=account", FORM, cookie)
        assert answer.status_code in (404, 405)
    assert events(site.database, ANA) == []


def test_a_press_without_the_forms_token_is_refused(app: Flask, site: Site) -> None:
    """H-26, R-120."""
    dora = at_work(app)
    wanted = {"email": ELIF, "role": "OWNER"}
    for token in ("", "x", at_work_token(app)):
        assert dora.post("/admin/users/new", {**wanted, "csrf_token": token}).status == 400
        assert dora.heading == "This page is out of date"
    assert mails(site) == []
    assert dora.is_in


def at_work_token(app: Flask) -> str:
    """A token of another browser: an attacker's own."""
    return Colleague(app).open("/admin/sign-in").token


FROM_ELSEWHERE = (
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://["},
    {"Origin": "https://mail.example.com.evil.example"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "none"},
    {"Origin": "null", "Referer": ""},
    {"Referer": ""},
    {"Referer": "https://evil.example/"},
)


def test_a_press_that_comes_from_elsewhere_is_refused(app: Flask, site: Site) -> None:
    """H-27, R-110: even with a good token."""
    dora = at_work(app)
    wanted = {"email": ELIF, "role": "OWNER"}
    for headers in FROM_ELSEWHERE:
        assert dora.post("/admin/users/new", wanted, **headers).status == 400, headers
    assert mails(site) == []
    assert dora.post("/admin/users/new", wanted).status == 200, "the token was good"


def test_a_press_of_our_own_page_is_taken(app: Flask, site: Site) -> None:
    """R-110: the browser says where it comes from, as the page lets it."""
    dora = at_work(app)
    dora.post("/admin/users/new", {"email": ELIF, "role": "OWNER"}, Sec_Fetch_Site="same-origin")
    assert dora.status == 200
    assert len(mails(site)) == 1


def test_signing_in_needs_the_forms_token_too(app: Flask, site: Site) -> None:
    """H-26: nobody is signed in as somebody else by another site."""
    hire(site, DORA, Role.OWNER)
    dora = Colleague(app).open("/admin/sign-in")
    dora.post("/admin/sign-in", {"csrf_token": "", "email": DORA, "password": PASSWORD})
    assert dora.status == 400
    assert not dora.is_in


@pytest.mark.parametrize("path", ["/admin", "/admin/sign-in", "/admin/nowhere", "/admin/account"])
def test_admin_answers_carry_strict_headers(app: Flask, path: str) -> None:
    """R-109, R-110, R-121."""
    answer = at_work(app).open(path).answer
    assert answer.headers["Referrer-Policy"] == "same-origin"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert " style=" not in answer.text
    assert "<script" not in answer.text
    assert "<style" not in answer.text


NOWHERE_ELSE = (
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example/admin",
    "/admin//evil.example",
    "/admin/../u/x",
    "/administration",
    "/u/x",
    "/admin\r\nLocation: https://evil.example",
    "/admin/\x00",
    "admin",
    "/admin/ü",
    "",
    None,
)


def test_the_way_back_leads_nowhere_else(app: Flask, site: Site) -> None:
    """R-129, H-40."""
    hire(site, DORA, Role.OWNER)
    for number, wanted in enumerate(NOWHERE_ELSE):
        assert way_back(wanted) == "/admin", wanted
        dora = Colleague(app, f"198.51.{number}.1").open("/admin/sign-in")
        said = {"email": DORA, "password": PASSWORD, "next": wanted or ""}
        assert dora.post("/admin/sign-in", said).url == "/admin", wanted


@pytest.mark.parametrize(
    "wanted", ["/admin", "/admin/", "/admin/users", "/admin/audit?user=7&day=2026-06-01"]
)
def test_the_way_back_stays_in_the_admin(wanted: str) -> None:
    """R-129."""
    assert way_back(wanted) == wanted


def test_an_older_link_secret_still_reads_the_cookie(
    settings: Settings, world: World, clock: Clock
) -> None:
    """Rotation of the link secrets signs nobody out, and forgets nobody's open form."""
    old, new = settings.link_secrets[0], b"a newer link secret for the tests"
    with running(settings, clock) as app:
        dora = at_work(app)
        kept = dora.open("/admin/account")
        cookie, token = dora.cookie, kept.token
    with running(replace(settings, link_secrets=(old, new)), clock) as app:
        again = Colleague(app)
        again.cookie = cookie
        assert again.is_in
        named = {"csrf_token": token, "name": "Dora D."}
        assert again.open("/admin/account").post("/admin/account/name", named).status == 200
        assert "Dora D." in again.answer.text
    with running(replace(settings, link_secrets=(new,)), clock) as app:
        late = Colleague(app)
        late.cookie = cookie
        assert not late.is_in


def test_the_cookies_key_is_not_a_link_secret(app: Flask) -> None:
    """What signs the cookie opens no link, and the other way round."""
    secret = site_of(app).settings.link_secrets[-1]
    assert admin_of(app).config["SECRET_KEY"] == derived(secret) != secret


def test_looking_writes_nothing(app: Flask, heard: list[str], clock: Clock, site: Site) -> None:
    """R-120: a GET never opens the door that writes, not even to note that somebody is there."""
    dora = at_work(app)
    begins = WRITING[site.database.dialect]
    assert begins in heard
    heard.clear()
    for path in ("", "/users", "/users/new", "/account", "/account/second-factor", "/audit"):
        clock.pass_(600_000)
        assert dora.open(f"/admin{path}").status == 200
    assert begins not in heard


def test_when_the_database_does_not_answer_the_admin_says_so(app: Flask) -> None:
    dora = at_work(app)
    site, gone = site_of(app), Database("sqlite:////nowhere/sayso.db")
    app.extensions["sayso"] = replace(site, database=gone)
    dora.open("/admin")
    app.extensions["sayso"] = site
    gone.close()
    assert dora.status == 503
    assert dora.answer.headers["Retry-After"]
    assert dora.heading == "This does not work right now"
