"""Users of the admin: invited, deactivated, given another role, listed (R-137)."""

from __future__ import annotations

from flask import Flask

from app.domain.users import Role
from app.services import users
from app.web.site import Site
from tests.web.admin.colleagues import (
    DORA,
    ELIF,
    OTHER,
    STAFF,
    Colleague,
    at_work,
    doer,
    hire,
    link_in,
    mails,
    user,
)


def test_an_owner_invites_by_mail(app: Flask, site: Site) -> None:
    """R-137."""
    dora = at_work(app)
    dora.open("/admin/users/new")
    assert "No mail server is set (SAYSO_SMTP_URL)" in dora.words
    dora.fill(email=ELIF, role="EDITOR").press()
    assert "The invitation is on its way" in dora.words
    assert ELIF in dora.words
    (mail,) = mails(site)
    assert mail["To"] == ELIF
    elif_ = Colleague(app).open(link_in(mail))
    elif_.fill(name="Elif", password=OTHER).press()
    elif_.sign_in(ELIF, OTHER)
    assert elif_.heading == "Home"
    assert "Types" in elif_.places
    assert not {"Users", "Settings", "Audit trail"} & set(elif_.places)
    assert user(site, ELIF).role is Role.EDITOR


def test_a_bad_invitation_is_told_in_words(app: Flask, site: Site) -> None:
    dora = at_work(app)
    dora.open("/admin/users/new").press()
    assert dora.errors == [
        "Enter an email address with an @, like name@example.com",
        "Choose a role",
    ]
    dora.fill(email=DORA, role="VIEWER").press()
    assert dora.errors == ["There is a user with this address already"]
    assert user(site, DORA).role is Role.OWNER
    assert mails(site) == []


def test_a_deactivated_user_is_out_at_once(app: Flask, site: Site) -> None:
    """R-137."""
    dora, elif_ = at_work(app), at_work(app, ELIF)
    dora.open(f"/admin/users/{user(site, ELIF).id}").press("deactivation")
    assert "Deactivated" in dora.words
    assert not elif_.is_in
    assert not elif_.sign_in(ELIF).is_in
    Colleague(app).open("/admin/forgotten").fill(email=ELIF).press()
    assert mails(site) == []


def test_a_deactivated_user_comes_back_by_a_new_invitation_only(app: Flask, site: Site) -> None:
    dora, elif_ = at_work(app), at_work(app, ELIF)
    page = f"/admin/users/{user(site, ELIF).id}"
    dora.open(page).press("deactivation")
    dora.open(page).press("invitation")
    assert not elif_.sign_in(ELIF).is_in
    (mail,) = mails(site)
    elif_.open(link_in(mail)).fill(password=OTHER).press()
    assert elif_.sign_in(ELIF, OTHER).is_in


def test_the_only_owner_stays(app: Flask, site: Site) -> None:
    """So that nobody locks everybody out."""
    dora = at_work(app)
    site.database.write(users.invite, ELIF, Role.OWNER, doer(site))  # who cannot sign in yet
    page = f"/admin/users/{user(site, DORA).id}"
    told = ["This is the only owner. Make somebody else an owner first"]
    assert dora.open(page).press("deactivation").errors == told
    assert dora.open(page).fill(role="VIEWER").press("role").errors == told
    assert user(site, DORA).role is Role.OWNER
    hire(site, "other@fernway.example", Role.OWNER)
    dora.open(page).fill(role="VIEWER").press("role")
    assert user(site, DORA).role is Role.VIEWER
    assert dora.status == 403, "from the next request on"


def test_a_role_changes_from_the_next_request_on(app: Flask, site: Site) -> None:
    """R-137."""
    dora, elif_ = at_work(app), at_work(app, ELIF)
    assert elif_.open("/admin/users").status == 403
    dora.open(f"/admin/users/{user(site, ELIF).id}").fill(role="OWNER").press("role")
    assert elif_.open("/admin/users").status == 200


def test_every_user_is_listed_with_role_and_state(app: Flask, site: Site) -> None:
    dora = at_work(app)
    hire(site, ELIF, STAFF[ELIF])
    site.database.write(users.invite, "new@fernway.example", Role.VIEWER, doer(site))
    rows = [row.text for row in dora.open("/admin/users").page.one("tbody").all("tr")]
    assert [DORA in row for row in rows] == [True, False, False]
    assert "EditorActive" in rows[1]
    assert "ViewerInvited" in rows[2]
