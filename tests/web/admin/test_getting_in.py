"""Who gets into the admin, and how (R-137)."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from argon2 import extract_parameters
from flask import Flask
from sqlalchemy import func, select

from app.domain.deeds import Doer
from app.domain.users import Role
from app.domain.words import HOUR
from app.services import users
from app.store.tables import admin_user, outbox, user_token
from app.web.admin import passwords
from app.web.admin.signing_in import TRIES_OF_NETWORK, TRIES_OF_USER
from app.web.site import Site
from tests.web.admin.colleagues import (
    DORA,
    ELIF,
    OTHER,
    PASSWORD,
    Colleague,
    at_work,
    doer,
    hire,
    invitation,
    link_in,
    mails,
    user,
)
from tests.web.houses import Clock


def test_nobody_can_sign_in_before_somebody_was_invited(app: Flask, site: Site) -> None:
    """R-137: there are no default credentials."""
    with site.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(admin_user)) == 0
    assert Colleague(app).sign_in("admin@example.com", "admin").heading == "Sign in"


def test_an_invitation_sets_a_password_that_lets_one_in(app: Flask, site: Site) -> None:
    """R-137."""
    site.database.write(users.invite, DORA, Role.OWNER, doer(site))
    dora = Colleague(app).open(f"/admin/password/{invitation(site, DORA)}")
    assert dora.heading == "Choose a password"
    dora.fill(name="Dora", password=PASSWORD).press()
    assert dora.heading == "Sign in"
    assert "Your password is set" in dora.words
    dora.fill(email="DORA@fernway.example", password=PASSWORD).press()
    assert dora.heading == "Home"
    assert "Dora" in dora.page.text


def test_a_password_is_stored_as_its_argon2id_hash_of_a_salt_of_its_own(
    app: Flask, site: Site
) -> None:
    """R-137: with the memory and time that OWASP advises; set by a link, changed, and reset."""
    site.database.write(users.invite, DORA, Role.OWNER, doer(site))
    dora = Colleague(app).open(f"/admin/password/{invitation(site, DORA)}")
    dora.fill(password=PASSWORD).press()
    stored = [user(site, DORA).password_hash or ""]
    dora.sign_in().open("/admin/account").fill(present=PASSWORD, new=PASSWORD).press("password")
    stored.append(user(site, DORA).password_hash or "")
    for each in stored:
        parameters = extract_parameters(each)
        assert each.startswith("$argon2id$v=19$")
        assert (parameters.memory_cost, parameters.time_cost) >= (19_456, 2)
        assert (parameters.salt_len, parameters.hash_len) >= (16, 32)
    assert len({each.split("$")[4] for each in stored}) == 2


def test_a_link_works_once_however_often_it_is_looked_at(app: Flask, site: Site) -> None:
    """R-123: what scanners fetch uses nothing up."""
    site.database.write(users.invite, DORA, Role.OWNER, doer(site))
    path = f"/admin/password/{invitation(site, DORA)}"
    dora, late = Colleague(app).open(path), Colleague(app).open(path)
    dora.fill(password=PASSWORD).press()
    assert late.fill(password=OTHER).press().status == 404
    assert late.open(path).heading == "This link does not work any more"
    assert Colleague(app).sign_in().is_in


@pytest.mark.parametrize("passed", [24 * HOUR, 25 * HOUR])
def test_an_invitation_ends_after_a_day(app: Flask, site: Site, clock: Clock, passed: int) -> None:
    """R-137."""
    site.database.write(users.invite, DORA, Role.OWNER, doer(site))
    path = f"/admin/password/{invitation(site, DORA)}"
    clock.pass_(24 * HOUR - 1)
    dora = Colleague(app).open(path)
    assert dora.status == 200
    clock.at += passed - 24 * HOUR + 1
    assert dora.fill(password=PASSWORD).press().status == 404
    assert user(site, DORA).invited


WEAK = {
    "": "at least 12",
    "elevenchars": "at least 12",
    "passwordpassword": "Many people",
    "Password1234": "Many people",
    "aaaaaaaaaaaa": "Many people",
    "123123123123": "Many people",
    "correct horse battery staple": "Many people",
    "dora@fernway.example": "your address",
    "Dora@Fernway.example2026": "your address",
}


def test_weak_passwords_are_refused_in_words(app: Flask, site: Site) -> None:
    """R-137: long, not common, not one's address; nothing is asked about kinds of characters."""
    site.database.write(users.invite, DORA, Role.OWNER, doer(site))
    dora = Colleague(app).open(f"/admin/password/{invitation(site, DORA)}")
    for password, told in WEAK.items():
        dora.fill(name="Dora", password=password).press()
        assert dora.status == 400
        assert told in dora.errors[0], password
        assert dora.page.one("title").text.startswith("Error: ")
        assert dora.page.one("input", id="name").get("value") == "Dora"
        assert not password or password not in dora.answer.text.replace(DORA, "")
    assert user(site, DORA).invited


@pytest.mark.parametrize(
    "password", ["twelve chars", "éléphants à pois", "密码密码密码密碼很長很長的"]
)
def test_any_long_password_will_do(app: Flask, site: Site, password: str) -> None:
    """R-137."""
    site.database.write(users.invite, DORA, Role.OWNER, doer(site))
    dora = Colleague(app).open(f"/admin/password/{invitation(site, DORA)}")
    dora.fill(password=password).press()
    assert Colleague(app).sign_in(password=password).is_in


def test_what_was_wrong_is_not_told(app: Flask, site: Site) -> None:
    """R-137, R-126: a wrong password, an unknown and a deactivated user get the same answer."""
    hire(site, DORA, Role.OWNER)
    elif_ = hire(site, ELIF, Role.EDITOR)
    site.database.write(users.deactivate, elif_.id, doer(site))
    tries = [(DORA, "not her password"), ("nobody@fernway.example", PASSWORD), (ELIF, PASSWORD)]
    answers = []
    for email, password in tries:
        colleague = Colleague(app).sign_in(email, password)
        text = colleague.answer.text.replace(colleague.token, "").replace(email, "")
        answers.append((colleague.status, text, colleague.errors))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 400


def test_an_unknown_user_costs_the_same_work(app: Flask, site: Site) -> None:
    """R-126: the time of an answer tells nothing."""
    dora = replace(hire(site, DORA, Role.OWNER), password_hash=passwords.hashed(PASSWORD))

    def work(of: Doer | None) -> float:
        began = time.process_time()
        assert not passwords.proves(dora if of else None, "a wrong password")
        return time.process_time() - began

    passwords.proves(None, "the first one makes a hash to work on")
    tries = [(work(doer(site)), work(None)) for _ in range(5)]  # a slow moment is both's
    known, unknown = map(min, zip(*tries, strict=True))
    assert 0.5 < unknown / known < 2


def test_a_password_is_the_same_however_composed_where_somebody_types_it(site: Site) -> None:
    """H-20: to compose as much as a form may send would take a process seconds a try."""
    dora = hire(site, DORA, Role.OWNER)
    for many, same in ((500, True), (1_001, False)):
        typed = replace(dora, password_hash=passwords.hashed("\u00e9" * many))
        assert passwords.proves(typed, "\u00e9" * many)
        assert passwords.proves(typed, "e\u0301" * many) is same


def test_changing_the_password_asks_the_present_one_and_ends_other_sessions(app: Flask) -> None:
    """R-137."""
    here, elsewhere = at_work(app), Colleague(app).sign_in()
    here.open("/admin/account").fill(present="not this one", new=OTHER).press("password")
    assert here.errors == ["This is not your present password"]
    before = here.cookie
    here.fill(present=PASSWORD, new="short").press("password")
    assert "at least 12" in here.errors[0]
    here.fill(present=PASSWORD, new=OTHER).press("password")
    assert "Your password is changed" in here.words
    assert here.cookie != before
    assert here.is_in
    assert not elsewhere.is_in
    assert not elsewhere.sign_in().is_in
    assert elsewhere.sign_in(password=OTHER).is_in


def test_too_many_tries_at_one_address_are_put_off_known_or_not(
    app: Flask, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """R-137: throttled by account, and the answer tells nothing. Who guesses shuts out nobody
    elsewhere, until very many do; the log says that it happens, and not at whose address."""
    hire(site, DORA, Role.OWNER)
    for email in (DORA, "nobody@fernway.example"):
        answers = [Colleague(app).sign_in(email, "a guess").status for _ in range(11)]
        assert answers == [400] * 10 + [429]
    assert not Colleague(app).sign_in().is_in
    assert Colleague(app, "198.51.100.1").sign_in().is_in
    for _ in range(TRIES_OF_USER.amount):
        site.counts.allow(TRIES_OF_USER, "admin", site.keys(DORA).hex())
    late = Colleague(app, "203.0.113.1").sign_in()
    assert late.status == 429
    assert not late.is_in
    assert "failed at the password, from 192.0.2.0/24" in caplog.text
    assert "Too many sign-ins were tried, the last from 203.0.113.0/24" in caplog.text
    assert DORA not in caplog.text


def test_too_many_tries_from_one_network_are_put_off(app: Flask, site: Site) -> None:
    """R-137: throttled by network."""
    hire(site, DORA, Role.OWNER)
    guesser = Colleague(app).open("/admin/sign-in")
    for _ in range(TRIES_OF_NETWORK.amount):
        site.counts.allow(TRIES_OF_NETWORK, "admin", "192.0.2.0/24")
    assert guesser.fill(email=DORA, password=PASSWORD).press().status == 429
    assert Colleague(app, "198.51.100.1").sign_in().is_in


def test_a_forgotten_password_is_reset_by_mail(app: Flask, site: Site) -> None:
    """R-137, R-126: the same answer for known and unknown; only the mailbox learns."""
    here = at_work(app)
    answers = []
    for email in (DORA, "nobody@fernway.example"):
        asker = Colleague(app).open("/admin/forgotten")
        asker.fill(email=email).press()
        answers.append((asker.status, asker.answer.text.replace(email, "")))
    assert answers[0] == answers[1]
    (mail,) = mails(site)
    assert mail["To"] == DORA
    dora = Colleague(app).open(link_in(mail))
    dora.fill(password=OTHER).press()
    assert not here.is_in, "a reset ends every session"
    assert dora.sign_in(password=OTHER).is_in
    assert dora.open(link_in(mail)).status == 404


def test_the_outbox_never_holds_a_link(app: Flask, site: Site) -> None:
    """R-113: the token is made when the mail is, and kept as a digest."""
    at_work(app).open("/admin/forgotten").fill(email=DORA).press()
    with site.database.reading() as connection:
        (owed,) = connection.execute(select(outbox)).all()
    assert owed.recipient == DORA
    token = link_in(mails(site)[0]).rsplit("/", 1)[1]
    with site.database.reading() as connection:
        (ended,) = connection.execute(select(outbox)).all()
        digests = connection.scalars(select(user_token.c.digest)).all()
    assert ended.recipient is None
    assert all(token not in str(value) for value in (*owed, *ended))
    assert token.encode() not in digests
    assert re.fullmatch("[a-z2-7]{58}", token), "as logs take it out"


def test_a_reset_link_ends_after_an_hour(app: Flask, site: Site, clock: Clock) -> None:
    """R-137."""
    hire(site, DORA, Role.OWNER)
    Colleague(app).open("/admin/forgotten").fill(email=DORA).press()
    path = link_in(mails(site)[0])
    clock.pass_(HOUR)
    assert Colleague(app).open(path).status == 404


def test_a_malformed_address_is_told_at_the_forgotten_password(app: Flask) -> None:
    asker = Colleague(app).open("/admin/forgotten").fill(email="dora.example").press()
    assert asker.errors == ["Enter an email address with an @, like name@example.com"]
    assert asker.page.one("input", id="email").get("value") == "dora.example"
