"""Sessions of the admin: how they begin, last and end (R-137)."""

from __future__ import annotations

import pyotp
from flask import Flask
from sqlalchemy import select

from app.domain.users import ABSOLUTE, IDLE, Role
from app.domain.words import MINUTE
from app.queries import users as known
from app.services import credentials, users
from app.store.tables import user_session, user_token
from app.web.site import Site
from tests.databases import ON_POSTGRES
from tests.meetings import meeting
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
    user,
)
from tests.web.houses import Clock


def test_a_session_gets_a_new_id_at_sign_in(app: Flask, site: Site) -> None:
    """R-137: a cookie planted before the sign-in has no power after it."""
    hire(site, DORA, Role.OWNER)
    dora = Colleague(app).open("/admin/sign-in")
    planted = dora.cookie
    dora.sign_in()
    first = dora.cookie
    assert first != planted
    dora.sign_in()
    assert dora.is_in
    for old in (planted, first):
        thief = Colleague(app)
        thief.cookie = old
        assert not thief.is_in


@ON_POSTGRES
def test_who_signs_in_while_their_password_is_changed_does_not_come_in_by_the_old_one(
    app: Flask, site: Site
) -> None:
    """R-137: a new password ends every session, also the one that is just begun."""
    dora, thief = hire(site, DORA, Role.OWNER), Colleague(app).open("/admin/sign-in")
    thief.fill(email=DORA, password=PASSWORD)
    token = invitation(site, DORA)
    meeting(
        site.database,
        lambda connection: credentials.redeem(connection, token, "of another", None, site.now()),
        lambda _: thief.press(),
    )
    assert thief.status == 400
    assert not thief.is_in
    with site.database.reading() as connection:
        assert known.sessions_of(connection, dora.id) == []


@ON_POSTGRES
def test_who_shows_the_second_factor_while_they_are_let_in_no_more_stays_outside(
    app: Flask, site: Site, clock: Clock
) -> None:
    """R-137: also when they are invited anew."""
    hire(site, ELIF, Role.OWNER)
    dora, secret = hire(site, DORA, Role.OWNER), pyotp.random_base32()
    by = doer(site)
    site.database.write(credentials.turn_second_factor_on, dora.id, secret, 0, by)
    halfway = Colleague(app).sign_in()
    halfway.fill(code=pyotp.TOTP(secret).at(clock() // 1000))
    meeting(
        site.database,
        lambda connection: users.deactivate(connection, dora.id, by),
        lambda _: halfway.press(),
    )
    site.database.write(users.invite, DORA, Role.OWNER, by)
    assert not halfway.is_in


@ON_POSTGRES
def test_who_changes_the_password_of_whom_another_was_set_changes_nothing(
    app: Flask, site: Site
) -> None:
    """R-137: whoever knew the old one, and was in."""
    thief = at_work(app, DORA).open("/admin/account")
    thief.fill(present=PASSWORD, new=OTHER)
    token = invitation(site, DORA)
    meeting(
        site.database,
        lambda connection: credentials.redeem(connection, token, "of another", None, site.now()),
        lambda _: thief.press("password"),
    )
    assert user(site, DORA).password_hash == "of another"
    assert not thief.is_in


def test_a_session_is_stored_by_its_digest_only(app: Flask, site: Site) -> None:
    """R-123."""
    at_work(app)
    with site.database.reading() as connection:
        rows = connection.execute(select(user_session.c.digest)).all()
        tokens = connection.execute(select(user_token.c.digest)).all()
    assert rows
    assert all(len(row.digest) == 32 for row in [*rows, *tokens])


def test_a_session_nobody_uses_ends(app: Flask, clock: Clock) -> None:
    """R-137: idle."""
    dora = at_work(app)
    clock.pass_(IDLE)
    assert not dora.is_in


def test_a_session_in_use_goes_on_until_its_absolute_end(app: Flask, clock: Clock) -> None:
    """R-137: idle and absolute."""
    dora = at_work(app)
    began = clock.at
    while clock.at + 50 * MINUTE < began + ABSOLUTE:
        clock.pass_(50 * MINUTE)
        assert dora.is_in
    clock.at = began + ABSOLUTE
    assert not dora.is_in


def test_signing_out_ends_the_session_not_only_the_cookie(app: Flask) -> None:
    """R-137."""
    dora = at_work(app)
    kept = dora.cookie
    dora.open("/admin").press("sign-out")
    assert dora.heading == "Sign in"
    dora.cookie = kept
    assert not dora.is_in


def test_signing_out_everywhere_ends_every_session(app: Flask) -> None:
    """R-137."""
    here, elsewhere = at_work(app), Colleague(app, "198.51.100.7").sign_in()
    here.open("/admin/account")
    assert "198.51.100.7" in here.words
    here.press("end")
    assert "signed out everywhere" in here.words
    assert not here.is_in
    assert not elsewhere.is_in
    assert here.sign_in().is_in
