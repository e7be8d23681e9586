"""sayso users: the first owner, and whoever is locked out (R-137)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from app.config import from_environment
from app.domain.users import Role
from app.web.site import system_clock
from tests.cli.running import Finished, run
from tests.web.admin.colleagues import DORA, ELIF, PASSWORD, Colleague, user
from tests.web.houses import BASE_URL, Clock, running, site_of

Sayso = Callable[..., Finished]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of an installation."""
    return {
        "SAYSO_DATA_DIR": str(tmp_path),
        "SAYSO_DATABASE_URL": database_url,
        "SAYSO_BASE_URL": BASE_URL,
        "SAYSO_ADDRESS_SECRET": "an-address-secret-for-tests-only",
        "SAYSO_LINK_SECRETS": "a-link-secret-for-the-tests-only",
    }


@pytest.fixture
def sayso(settings: dict[str, str]) -> Sayso:
    """Runs `sayso users …` in an installation that was made."""
    assert run(("init", "--data-privacy"), settings).status == 0
    return lambda *arguments: run(("users", *arguments), settings)


@pytest.fixture
def app(settings: dict[str, str], sayso: Sayso) -> Iterator[Flask]:
    """The application of that installation, at the time it was made."""
    del sayso
    with running(from_environment(settings), Clock(system_clock())) as app:
        yield app


def invited(sayso: Sayso, email: str = DORA, role: str = "owner") -> str:
    """The path of a new link."""
    done = sayso("invite", email, "--role", role)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"{BASE_URL}/admin/password/")
    return urlsplit(done.out.strip()).path


def test_nobody_is_there_at_first(sayso: Sayso) -> None:
    """R-137: no default credentials."""
    assert sayso("list").out == ""


def test_a_printed_link_makes_the_first_owner(sayso: Sayso, app: Flask) -> None:
    """R-137."""
    dora = Colleague(app).open(invited(sayso, "Dora@Fernway.example"))
    dora.fill(name="Dora", password=PASSWORD).press()
    assert dora.sign_in().heading == "Home"
    assert user(site_of(app), DORA).role is Role.OWNER
    assert sayso("list").out.split() == [DORA, "owner", "active"]


def test_the_link_is_printed_and_nothing_else(sayso: Sayso) -> None:
    """So that a script can hand it on."""
    assert len(sayso("invite", DORA, "--role", "viewer").out.splitlines()) == 1


def test_a_link_helps_who_is_locked_out(sayso: Sayso, app: Flask) -> None:
    """The password holds until the link is used."""
    dora = Colleague(app).open(invited(sayso)).fill(password=PASSWORD).press()
    path = invited(sayso)
    assert dora.sign_in().is_in
    dora.open(path).fill(password="quite another password").press()
    assert not dora.is_in
    assert dora.sign_in(password="quite another password").is_in


def test_a_deactivated_user_is_out(sayso: Sayso, app: Flask) -> None:
    """R-137."""
    Colleague(app).open(invited(sayso)).fill(password=PASSWORD).press()
    elif_ = Colleague(app).open(invited(sayso, ELIF, "editor")).fill(password=PASSWORD).press()
    assert elif_.sign_in(ELIF).is_in
    assert sayso("deactivate", ELIF).status == 0
    assert not elif_.is_in
    assert f"{ELIF:<40} editor  deactivated" in sayso("list").out


def test_the_only_owner_stays(sayso: Sayso, app: Flask) -> None:
    Colleague(app).open(invited(sayso)).fill(password=PASSWORD).press()
    for arguments in (("deactivate", DORA), ("invite", DORA, "--role", "viewer")):
        done = sayso(*arguments)
        assert done.status == 2
        assert "only owner" in done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("invite", "dora", "--role", "owner"), "no email address"),
        (("invite", DORA), "--role"),
        (("invite", DORA, "--role", "admin"), "owner"),
        (("deactivate", "nobody@fernway.example"), "no user"),
    ],
)
def test_what_is_asked_wrongly_is_told(sayso: Sayso, arguments: tuple[str, ...], told: str) -> None:
    done = sayso(*arguments)
    assert done.status == 2
    assert told in done.err
    assert sayso("list").out == ""
