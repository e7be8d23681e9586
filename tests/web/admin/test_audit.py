"""The audit trail: what users did, searchable, never changed (R-137)."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import exc, select, text

from app.domain.deeds import Deed, Doer
from app.domain.users import Role
from app.domain.words import DAY
from app.services import users
from app.services.audit import note_user
from app.store.doors import Database
from app.store.tables import audit
from app.web.site import Site
from tests.databases import ON_POSTGRES, ON_SQLITE
from tests.web.admin.colleagues import DORA, ELIF, PASSWORD, Colleague, at_work, user
from tests.web.houses import Clock
from tests.world import ANA, World


def deeds(site: Site) -> list[str]:
    """All that is kept, oldest first."""
    with site.database.reading() as connection:
        return list(connection.scalars(select(audit.c.action).order_by(audit.c.id)))


def rows(colleague: Colleague) -> list[str]:
    """What a page of the trail says, row by row."""
    return [row.text for body in colleague.page.all("tbody") for row in body.all("tr")]


def test_what_users_do_is_kept(app: Flask, site: Site) -> None:
    """R-137."""
    dora = at_work(app)
    dora.open("/admin/users/new").fill(email=ELIF, role="EDITOR").press()
    dora.open(f"/admin/users/{user(site, ELIF).id}").fill(role="VIEWER").press("role")
    dora.open(f"/admin/users/{user(site, ELIF).id}").press("deactivation")
    dora.open("/admin/account").fill(name="Dora D.").press("name")
    dora.fill(present=PASSWORD, new="workshops on sundays").press("password")
    dora.press("sign-out")
    assert deeds(site) == [
        "user-invited",
        "password-set",
        "signed-in",
        "user-invited",
        "role-changed",
        "user-deactivated",
        "name-changed",
        "password-changed",
        "signed-out",
    ]


def test_no_words_of_a_person_are_kept(app: Flask, site: Site) -> None:
    """R-137, R-79: who is erased leaves nothing behind in the trail."""
    dora = at_work(app)
    dora.open("/admin/users/new").fill(email=ELIF, role="EDITOR").press()
    dora.open("/admin/account").fill(name="Dora Dee").press("name")
    with site.database.reading() as connection:
        kept = str(connection.execute(select(audit)).all())
    assert not [word for word in (DORA, ELIF, "Dora", "Dee", PASSWORD) if word in kept]


def test_what_is_refused_is_not_kept(app: Flask, site: Site) -> None:
    """The trail is written in the transaction that does it."""
    dora = at_work(app)
    before = deeds(site)
    dora.open(f"/admin/users/{user(site, DORA).id}").press("deactivation")
    dora.open("/admin/users/new").fill(email=DORA, role="EDITOR").press()
    assert deeds(site) == before


def test_an_owner_reads_it_newest_first_in_words(app: Flask, site: Site) -> None:
    dora = at_work(app)
    dora.open("/admin/users/new").fill(email=ELIF, role="EDITOR").press()
    dora.open("/admin/audit")
    assert [row.split(",")[0] for row in rows(dora)] == [
        f"DoraInvited a user{ELIF}Editor1 June 2026",
        "DoraSigned in1 June 2026",
        "DoraSet a password by a link1 June 2026",
        "Command lineInvited a userDoraOwner1 June 2026",
    ]


def test_what_was_done_to_whom_is_one_click_away(app: Flask, site: Site, world: World) -> None:
    """The contact is named as it is called now; deleted, it has no name here any more."""
    dora = at_work(app)
    record = dora.open("/admin/contacts/new").fill(email=ANA.address, name="Ana").press().url
    dora.post(f"{record}/opt-out", {"brand": "0"})
    dora.post(f"/admin/types/{world.novels.id}/archive", {})
    leads = [(a.text, a.get("href")) for a in dora.open("/admin/audit").page.one("tbody").all("a")]
    assert leads == [
        ("Novels", f"/admin/types/{world.novels.id}"),
        ("Ana", record),
        ("Ana", record),
    ]
    dora.post(f"{record}/deletion", {})
    assert "Ana" not in dora.open("/admin/audit").words


def test_it_is_searched_by_user_action_and_day(app: Flask, site: Site, clock: Clock) -> None:
    dora, elif_ = at_work(app), at_work(app, ELIF)
    clock.pass_(DAY)
    elif_.sign_in(ELIF)
    dora.sign_in()
    who = user(site, ELIF).id
    assert len(rows(dora.open(f"/admin/audit?user={who}"))) == 3
    assert len(rows(dora.open("/admin/audit?user=0"))) == 2
    assert len(rows(dora.open("/admin/audit?action=signed-in"))) == 4
    assert len(rows(dora.open("/admin/audit?day=2026-06-02"))) == 2
    assert len(rows(dora.open(f"/admin/audit?user={who}&action=signed-in&day=2026-06-01"))) == 1
    assert "Nothing like this was done" in dora.open("/admin/audit?day=2025-01-01").words


def test_what_is_asked_wrongly_does_no_harm(app: Flask) -> None:
    """R-130."""
    dora = at_work(app)
    for query in ("user=x", "user=99999999999", "action=x'--", "before=-1"):
        assert dora.open(f"/admin/audit?{query}").status == 200, query
    for day in ("2026-13-40", "0001-01-01"):
        assert dora.open(f"/admin/audit?day={day}").status == 200, day


def test_pages_go_on_where_the_last_one_ended(app: Flask, site: Site) -> None:
    dora = at_work(app)
    by = Doer(user(site, DORA).id, site.now())
    for _ in range(60):
        site.database.write(note_user, by, Deed.NAME_CHANGED, by.user or 0)
    first = rows(dora.open("/admin/audit?action=name-changed"))
    (older,) = dora.page.one("main").all("a", rel="next")
    site.database.write(note_user, by, Deed.NAME_CHANGED, by.user or 0)
    second = rows(dora.open(older.get("href")))
    assert (len(first), len(second)) == (50, 10)
    assert not dora.page.all("a", rel="next")


def refused(database: Database, statement: str) -> None:
    """The database itself refuses."""
    with pytest.raises(exc.DBAPIError, match="audit is append-only"):
        database.write(lambda connection: connection.execute(text(statement)).rowcount)


@pytest.fixture
def kept(database: Database) -> Database:
    """A database with something in its trail."""
    database.write(users.invite, DORA, Role.OWNER, Doer(None, 0))
    return database


def test_nobody_rewrites_it(kept: Database) -> None:
    """R-137: append-only, by the database itself."""
    refused(kept, "UPDATE audit SET at = 0")
    refused(kept, "DELETE FROM audit")


@ON_SQLITE
def test_nobody_replaces_it(kept: Database) -> None:
    refused(kept, "INSERT OR REPLACE INTO audit SELECT * FROM audit")


@ON_POSTGRES
def test_nobody_truncates_it(kept: Database) -> None:
    refused(kept, "TRUNCATE audit CASCADE")
