"""The second factor: set up, asked for, lost, required (R-137)."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask

from app.domain.deeds import Doer
from app.domain.users import HALFWAY, Role
from app.domain.words import SECOND
from app.services import users
from app.web.admin.second_factors import WRONG_CODES, step_of
from app.web.site import Site
from tests.web.admin.colleagues import (
    DORA,
    ELIF,
    PASSWORD,
    Colleague,
    at_work,
    hire,
    link_in,
    mails,
    user,
)
from tests.web.houses import Clock
from tests.world import NOW

PAGE = "/admin/account/second-factor"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def set_up(colleague: Colleague, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """Scan the code and enter one; the app, and the recovery codes."""
    colleague.open(PAGE)
    app = pyotp.TOTP(colleague.page.one("main").all("code")[0].text.replace(" ", ""))
    colleague.fill(code=app.at(clock.at // SECOND), present=PASSWORD).press("second-factor")
    assert colleague.heading == "Your recovery codes", colleague.errors
    codes = [item.text for item in colleague.page.one("ul", **{"class": "codes"}).all("li")]
    clock.pass_(60 * SECOND)
    return app, codes


def test_the_code_is_asked_after_the_password(app: Flask, clock: Clock) -> None:
    dora = at_work(app)
    phone, _ = set_up(dora, clock)
    dora = Colleague(app).sign_in()
    assert dora.heading == "Enter the code"
    assert not dora.is_in
    dora.fill(code="000000").press()
    assert "This code does not hold" in dora.errors[0]
    halfway = dora.cookie
    dora.fill(code=phone.at(clock.at // SECOND)).press()
    assert dora.heading == "Home"
    assert dora.cookie != halfway, "a session gets a new id whenever it can do more"
    thief = Colleague(app)
    thief.cookie = halfway
    assert not thief.is_in


def test_the_way_back_outlasts_the_code(app: Flask, clock: Clock) -> None:
    """R-129."""
    phone, _ = set_up(at_work(app), clock)
    dora = Colleague(app).open("/admin/users")
    dora.fill(email=DORA, password=PASSWORD).press()
    dora.fill(code=phone.at(clock.at // SECOND)).press()
    assert dora.url == "/admin/users"


def test_a_code_is_good_once(app: Flask, clock: Clock) -> None:
    """RFC 6238, 5.2."""
    phone, _ = set_up(at_work(app), clock)
    code = phone.at(clock.at // SECOND)
    assert Colleague(app).sign_in().fill(code=code).press().heading == "Home"
    late = Colleague(app).sign_in()
    assert late.fill(code=code).press().errors
    assert not late.is_in


def test_the_code_of_the_set_up_does_not_sign_in(app: Flask, clock: Clock) -> None:
    dora = at_work(app)
    phone, _ = set_up(dora, clock)
    clock.pass_(-60 * SECOND)
    again = Colleague(app).sign_in()
    again.fill(code=phone.at(clock.at // SECOND)).press()
    assert not again.is_in


def test_a_recovery_code_is_good_once(app: Flask, site: Site, clock: Clock) -> None:
    _, codes = set_up(at_work(app), clock)
    assert len(codes) == len(set(codes)) == 8
    assert all(re.fullmatch("([a-z2-7]{4}-){5}[a-z2-7]{4}", code) for code in codes)
    dora = Colleague(app).sign_in().fill(code=codes[0].upper().replace("-", " ")).press()
    assert dora.heading == "Home"
    assert user(site, DORA).recovery_codes == 7
    assert Colleague(app).sign_in().fill(code=codes[0]).press().errors


def test_recovery_codes_are_shown_once_and_stored_as_digests(
    app: Flask, site: Site, clock: Clock
) -> None:
    dora = at_work(app)
    _, codes = set_up(dora, clock)
    assert codes[0] not in dora.open(PAGE).answer.text
    dora.fill(present=PASSWORD).press("recovery-codes")
    new = [item.text for item in dora.page.one("ul", **{"class": "codes"}).all("li")]
    assert not set(new) & set(codes)
    assert Colleague(app).sign_in().fill(code=codes[0]).press().errors
    assert Colleague(app).sign_in().fill(code=new[0]).press().heading == "Home"


def test_the_secret_is_offered_as_an_image_until_it_is_taken(app: Flask, clock: Clock) -> None:
    dora = at_work(app)
    image = dora.open(f"{PAGE}.svg").answer
    assert image.mimetype == "image/svg+xml"
    assert image.text.startswith("<?xml") or image.text.startswith("<svg")
    assert "style=" not in image.text
    assert "<script" not in image.text
    phone, _ = set_up(dora, clock)
    assert dora.open(f"{PAGE}.svg").status == 404
    assert phone.secret not in dora.open(PAGE).answer.text.replace(" ", "")


def test_each_session_is_offered_a_secret_of_its_own(app: Flask) -> None:
    dora, again = at_work(app), Colleague(app).sign_in()
    offered = [c.open(PAGE).page.one("main").all("code")[0].text for c in (dora, again, dora)]
    assert offered[0] == offered[2] != offered[1]


def test_setting_up_and_taking_away_ask_the_password(app: Flask, site: Site, clock: Clock) -> None:
    dora = at_work(app)
    dora.open(PAGE)
    phone = pyotp.TOTP(dora.page.one("main").all("code")[0].text.replace(" ", ""))
    dora.fill(code=phone.at(clock.at // SECOND), present="a guess").press("second-factor")
    assert dora.errors == ["This is not your present password"]
    set_up(dora, clock)
    assert dora.open(PAGE).fill(present="a guess").press("removal").errors
    assert user(site, DORA).second_factor
    dora.open(PAGE).fill(present=PASSWORD).press("removal")
    assert "Your second factor is taken away" in dora.words
    assert Colleague(app).sign_in().heading == "Home"


def test_the_account_can_require_it(app: Flask, site: Site, clock: Clock) -> None:
    dora, elif_ = at_work(app), at_work(app, ELIF)
    set_up(dora, clock)
    dora.open("/admin/users").press("second-factor")
    assert "From now on everybody needs a second factor" in dora.words
    for path in ("", "/account", "/nowhere"):
        assert elif_.open(f"/admin{path}").heading == "Set up a second factor"
    set_up(elif_, clock)
    assert elif_.is_in
    assert elif_.open(PAGE).post(f"{PAGE}/removal", {"present": PASSWORD}).status == 400
    assert user(site, ELIF).second_factor
    dora.open("/admin/users").press("leave")
    elif_.open(PAGE).fill(present=PASSWORD).press("removal")
    assert not user(site, ELIF).second_factor


def test_who_must_set_it_up_can_still_sign_out(app: Flask, site: Site) -> None:
    elif_ = at_work(app, ELIF)
    site.database.write(users.require_second_factor, True, Doer(None, site.now()))
    assert elif_.open("/admin").press("sign-out").heading == "Sign in"


def test_half_a_sign_in_ends_soon(app: Flask, clock: Clock) -> None:
    phone, _ = set_up(at_work(app), clock)
    dora = Colleague(app).sign_in()
    clock.pass_(HALFWAY)
    dora.fill(code=phone.at(clock.at // SECOND)).press()
    assert dora.heading == "Sign in"
    assert not dora.is_in


def test_codes_are_not_to_be_guessed(app: Flask, clock: Clock) -> None:
    """R-137: throttled by user."""
    phone, _ = set_up(at_work(app), clock)
    dora = Colleague(app).sign_in()
    assert [dora.fill(code=f"{n:06}").press().status for n in range(11)] == [400] * 10 + [429]
    assert dora.fill(code=phone.at(clock.at // SECOND)).press().status == 429
    assert not dora.is_in


def test_too_many_wrong_codes_of_a_day_shut_out_nobody_with_a_recovery_code(
    app: Flask, site: Site, clock: Clock
) -> None:
    """R-137: ten in fifteen minutes, day after day, would find one within a year."""
    phone, codes = set_up(at_work(app), clock)
    whom = ("admin-code", str(user(site, DORA).id))
    for _ in range(WRONG_CODES.amount - 1):
        site.counts.allow(WRONG_CODES, *whom)
    dora, thief = Colleague(app).sign_in(), Colleague(app, network="198.51.100.7").sign_in()
    assert thief.fill(code="000000").press().status == 400
    assert thief.fill(code=phone.at(clock.at // SECOND)).press().status == 429
    assert "Too many codes were wrong" in thief.errors[0]
    guesses = [thief.fill(code="a" * 24).press().status for _ in range(11)]
    assert guesses == [400] * 10 + [429]
    assert dora.fill(code=codes[0]).press().heading == "Home"
    assert Colleague(app).sign_in().fill(code=phone.at(clock.at // SECOND)).press().is_in


def test_a_new_invitation_takes_a_lost_second_factor_away(
    app: Flask, site: Site, clock: Clock
) -> None:
    """A reset does not: a mailbox alone is one factor."""
    dora, elif_ = at_work(app), at_work(app, ELIF)
    set_up(elif_, clock)
    Colleague(app).open("/admin/forgotten").fill(email=ELIF).press()
    (reset,) = mails(site)
    elif_.open(link_in(reset)).fill(password="another good password").press()
    assert user(site, ELIF).second_factor
    dora.open(f"/admin/users/{user(site, ELIF).id}").press("invitation")
    invitation = next(mail for mail in mails(site) if mail["Subject"] != reset["Subject"])
    elif_.open(link_in(invitation)).fill(password=PASSWORD).press()
    assert not user(site, ELIF).second_factor
    assert elif_.sign_in(ELIF).heading == "Home"


@pytest.mark.parametrize(("late", "good"), [(-60, False), (-30, True), (0, True), (30, True)])
def test_clocks_may_differ_by_half_a_minute(late: int, good: bool) -> None:
    """RFC 6238, 6."""
    code = pyotp.TOTP(SECRET).at(NOW // SECOND + late)
    assert (step_of(SECRET, code, NOW) == NOW // SECOND // 30 + late // 30) is good


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "ü" * 6])
def test_what_is_no_code_is_refused(app: Flask, site: Site, clock: Clock, code: str) -> None:
    hire(site, DORA, Role.OWNER)
    assert step_of(SECRET, code, clock.at) is None
