"""People who work at Fernway, with browsers that keep cookies, at the admin."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from app.domain.deeds import Doer
from app.domain.users import Role, TokenPurpose
from app.queries import users as known
from app.queries.users import User
from app.services import credentials, sessions, users
from app.services.sessions import Arrival
from app.web.site import Site
from app.worker.loop import Worker
from tests.web.houses import BASE_URL, admin_of, site_of
from tests.web.reading import Element, fields, read

PASSWORD = "fernway sells books by mail"
OTHER = "workshops are held on sundays"
DORA, ELIF, FINN = "dora@fernway.example", "elif@fernway.example", "finn@fernway.example"
STAFF = {DORA: Role.OWNER, ELIF: Role.EDITOR, FINN: Role.VIEWER}
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Proved in no time: a hash says itself how dear it is."""


def hire(site: Site, email: str, role: Role) -> User:
    """Somebody who was invited and has set the password of this page."""
    site.database.write(users.invite, email, role, Doer(None, site.now()))
    token = invitation(site, email)
    name = email.partition("@")[0].capitalize()
    site.database.write(credentials.redeem, token, HASHED, name, site.now())
    return user(site, email)


def invitation(site: Site, email: str) -> str:
    """The token of a new link for somebody invited."""
    purpose = TokenPurpose.INVITATION
    token = site.database.write(users.issue, email, purpose, site.now())
    assert token is not None
    return token


def doer(site: Site) -> Doer:
    """Somebody at the command line."""
    return Doer(None, site.now())


def user(site: Site, email: str) -> User:
    """What is stored of a user."""
    with site.database.reading() as connection:
        found = known.by_email(connection, email)
    assert found is not None
    return found


def mails(site: Site) -> list[EmailMessage]:
    """Send what is owed, and read all that was ever sent."""
    Worker(site).work()
    files = sorted((site.settings.data_dir / "mail").glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


def link_in(mail: EmailMessage) -> str:
    """The path of the one link in a mail."""
    (url,) = re.findall(r"https://\S+", mail.get_content())
    assert url.startswith(f"{BASE_URL}/admin/password/")
    return str(urlsplit(url).path)


class Colleague:
    """Somebody with a browser: opens screens, fills in fields, presses buttons that are there."""

    def __init__(self, app: Flask, network: str = "192.0.2.1") -> None:
        self.app = app
        self._client = app.test_client()
        self._network = network
        self.url = ""
        self.token = ""
        """As a form that this browser showed last had it."""
        self.answer: TestResponse
        self.page = Element("", {})
        self._filled: dict[str, Any] = {}

    def open(self, url: str, **headers: str) -> Colleague:
        """Look at a screen."""
        return self._go("GET", url, {}, headers)

    def fill(self, **values: str) -> Colleague:
        """Write into fields, or choose among options."""
        self._filled.update(values)
        return self

    def attach(self, name: str, content: bytes, file: str = "list.csv") -> Colleague:
        """Choose a file."""
        self._filled[name] = (BytesIO(content), file)
        return self

    def press(self, word: str = "", **headers: str) -> Colleague:
        """Press the button that sends `word` or whose address ends with it; the first one in main,
        where none is named. What is filled in has to be there."""
        form, sent, where = self._button(word)
        assert self._filled.keys() <= {e.get("name") for e in form.within}, "no such field"
        return self._go("POST", where, {**sent, **self._filled}, headers)

    def post(self, url: str, sent: dict[str, str] | None = None, **headers: str) -> Colleague:
        """Send fields with a token of this browser's, from no form in particular."""
        return self._go("POST", url, {"csrf_token": self.token, **(sent or {})}, headers)

    def appear(self, user: User) -> Colleague:
        """Be in, as after sign_in: without its pages, which few tests are about."""
        site = site_of(self.app)
        arrival = Arrival(user.id, user.password_hash, True, site.now(), self._network, "Lynx/2.9")
        admin = admin_of(self.app)
        with admin.test_request_context("/admin", base_url=BASE_URL):
            session["token"] = site.database.write(sessions.begin, arrival, None)
            self.token = generate_csrf()
            seal = SecureCookieSessionInterface().get_signing_serializer(admin)
            self.cookie = seal.dumps(dict(session)) if seal else ""
        return self

    def sign_in(self, email: str = DORA, password: str = PASSWORD) -> Colleague:
        """Go in by the door."""
        self.open("/admin/sign-in")
        return self.fill(email=email, password=password).press()

    @property
    def status(self) -> int:
        """The answer's status."""
        return self.answer.status_code

    @property
    def heading(self) -> str:
        """What the screen is about."""
        return self.page.one("h1").text

    @property
    def words(self) -> str:
        """What the screen says."""
        return self.page.one("main").text

    @property
    def errors(self) -> list[str]:
        """What the summary of problems says."""
        return [link.text for box in self.page.all("div", role="alert") for link in box.all("a")]

    @property
    def places(self) -> list[str]:
        """Where the side leads."""
        return [link.text for nav in self.page.all("nav") for link in nav.all("a")]

    @property
    def is_in(self) -> bool:
        """Whether the home screen answers."""
        return self._client.get("/admin", base_url=BASE_URL).status_code == 200

    @property
    def cookie(self) -> str:
        """What the browser keeps; empty where nothing."""
        kept = self._client.get_cookie("__Host-sayso", domain="mail.example.com")
        return kept.value if kept else ""

    @cookie.setter
    def cookie(self, value: str) -> None:
        self._client.set_cookie("__Host-sayso", value, domain="mail.example.com")

    def _button(self, word: str) -> tuple[Element, dict[str, str], str]:
        for form in self.page.one("main" if not word else "body").all("form", method="post"):
            for button in form.all("button"):
                where = button.get("formaction") or form.get("action")
                if word in ("", button.get("value"), where.rsplit("/", 1)[-1]):
                    sent = dict(fields(form))
                    if button.get("name"):
                        sent[button.get("name")] = button.get("value")
                    return form, sent, where
        raise AssertionError(f"no button {word}")

    def _go(
        self, method: str, url: str, sent: dict[str, str], headers: dict[str, str]
    ) -> Colleague:
        browser = {"User-Agent": "Lynx/2.9"}
        if method == "POST":
            browser |= {"Origin": BASE_URL, "Referer": BASE_URL + (self.url or "/admin")}
        browser |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = self._client.open(
            url,
            method=method,
            data=sent if method == "POST" else None,
            headers={name: value for name, value in browser.items() if value},
            base_url=BASE_URL,
            environ_overrides={"REMOTE_ADDR": self._network},
        )
        self.url, self._filled = url, {}
        if self.answer.status_code == 303:
            return self._go("GET", self.answer.headers["Location"], {}, {})
        if self.answer.mimetype == "text/html":
            self.page = read(self.answer.text)
            for field in self.page.all("input", name="csrf_token"):
                self.token = field.get("value")
        return self


def at_work(app: Flask, email: str = DORA) -> Colleague:
    """Somebody hired and signed in."""
    return Colleague(app).appear(hire(site_of(app), email, STAFF[email]))
