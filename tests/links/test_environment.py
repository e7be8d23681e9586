"""Senders set a few variables and import three functions."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.links as public
from app.links import BadSetting, from_environment
from app.links.purposes import purpose_key
from app.links.sender import environment_links
from app.links.tokens import MissingKey, Purpose
from tests.links.samples import ANA, LONG_ADDRESS_SECRET, LONG_LINK_SECRET, SETTINGS

BASE = {name: value for name, value in SETTINGS.items() if name != "SAYSO_LINK_SECRETS"}
UNSUBSCRIBE_KEY = purpose_key(LONG_LINK_SECRET.encode(), Purpose.TYPE).hex()
PREFERENCES_KEY = purpose_key(LONG_LINK_SECRET.encode(), Purpose.PREFERENCES).hex()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of our own, without a data directory in it yet."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """This process with the settings of a sender, read anew."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    environment_links.cache_clear()
    yield monkeypatch
    environment_links.cache_clear()


def test_three_functions_are_all_a_sender_needs(sender: pytest.MonkeyPatch) -> None:
    expected = from_environment(SETTINGS)
    assert public.preferences_url(ANA, 3, 812, 7) == expected.preferences_url(ANA, 3, 812, 7)
    assert public.preferences_url(ANA, 3) == expected.preferences_url(ANA, 3)
    assert public.unsubscribe_url(ANA, type=7) == expected.unsubscribe_url(ANA, type=7)
    assert public.unsubscribe_url(ANA, brand=3) == expected.unsubscribe_url(ANA, brand=3)
    assert public.unsubscribe_headers(ANA, brand=3) == expected.unsubscribe_headers(ANA, brand=3)
    assert public.unsubscribe_url(ANA, account=True, message=812) == expected.unsubscribe_url(
        ANA, account=True, message=812
    )
    assert public.unsubscribe_headers(
        ANA, type=7, brand=3, message=812, phrase="News"
    ) == expected.unsubscribe_headers(ANA, type=7, brand=3, message=812, phrase="News")


def test_the_environment_is_read_once_and_not_before_the_first_link(
    sender: pytest.MonkeyPatch,
) -> None:
    sender.delenv("SAYSO_BASE_URL")
    with pytest.raises(BadSetting, match="SAYSO_BASE_URL is not set"):
        public.unsubscribe_url(ANA, type=7)
    sender.setenv("SAYSO_BASE_URL", "https://one.example.com")
    first = public.unsubscribe_url(ANA, type=7)
    sender.setenv("SAYSO_BASE_URL", "https://two.example.com")
    assert public.unsubscribe_url(ANA, type=7) == first


def test_a_sender_loads_no_web_framework_and_no_database() -> None:
    """The import rule of docs/architecture.md, as a fresh process sees it."""
    code = (
        "import sys; from app.links import preferences_url, unsubscribe_url, unsubscribe_headers\n"
        "import app.links.jinja\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('app.')))"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    roots, rooms = (set(line.split()) for line in done.stdout.splitlines())
    assert not roots & {"flask", "werkzeug", "sqlalchemy", "click", "alembic", "email_validator"}
    assert all(name.startswith(("app.links", "app.domain")) for name in rooms)


def test_secrets_may_stand_in_files(folder: Path) -> None:
    (folder / "address").write_text(f"{LONG_ADDRESS_SECRET}\n")
    (folder / "links").write_text(f"{'x' * 32}\n{LONG_LINK_SECRET}\n")
    made = from_environment(
        {
            "SAYSO_BASE_URL": "https://mail.example.com",
            "SAYSO_ADDRESS_SECRET_FILE": "address",
            "SAYSO_LINK_SECRETS_FILE": str(folder / "links"),
        }
    )
    assert made.unsubscribe_url(ANA, type=7) == from_environment(SETTINGS).unsubscribe_url(
        ANA, type=7
    )


@pytest.mark.parametrize("setting", [{}, {"SAYSO_DATA_DIR": "data"}])
def test_else_the_secrets_of_the_data_directory_are_taken(
    folder: Path, setting: dict[str, str]
) -> None:
    data = folder / setting.get("SAYSO_DATA_DIR", "var")
    data.mkdir()
    (data / "address-secret").write_text(LONG_ADDRESS_SECRET)
    (data / "link-secrets").write_text(f"{LONG_LINK_SECRET}\n")
    made = from_environment({"SAYSO_BASE_URL": "https://mail.example.com"} | setting)
    assert made.preferences_url(ANA, 3) == from_environment(SETTINGS).preferences_url(ANA, 3)


def test_a_wrong_file_in_the_data_directory_is_named(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "address-secret").write_text("short")
    with pytest.raises(BadSetting, match="address-secret: secret 1 has 5 bytes"):
        from_environment({"SAYSO_BASE_URL": "https://mail.example.com"})
    (folder / "var" / "address-secret").write_bytes(b"\xff")
    with pytest.raises(BadSetting, match=r"SAYSO_ADDRESS_SECRET: cannot read .*address-secret"):
        from_environment({"SAYSO_BASE_URL": "https://mail.example.com"})


def test_brand_and_mail_domain_may_be_set() -> None:
    made = from_environment(
        SETTINGS | {"SAYSO_BRAND": "3", "SAYSO_UNSUBSCRIBE_DOMAIN": "Mail.Example.com"}
    )
    assert made.preferences_url(ANA) == made.preferences_url(ANA, 3)
    assert made.unsubscribe_headers(ANA)["List-Unsubscribe"].endswith("@mail.example.com>")


def test_an_offline_sender_needs_no_link_secret() -> None:
    """docs/rules.md, 5: with the unsubscribe key alone it cannot make a preferences link."""
    full = from_environment(SETTINGS)
    made = from_environment(BASE | {"SAYSO_UNSUBSCRIBE_KEY": UNSUBSCRIBE_KEY})
    assert made.unsubscribe_url(ANA, type=7) == full.unsubscribe_url(ANA, type=7)
    with pytest.raises(MissingKey):
        made.preferences_url(ANA, 3)
    trusted = from_environment(BASE | {"SAYSO_PREFERENCES_KEY": PREFERENCES_KEY})
    assert trusted.preferences_url(ANA, 3) == full.preferences_url(ANA, 3)


def test_a_purpose_key_goes_before_what_the_data_directory_keeps(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "link-secrets").write_text("y" * 32)
    made = from_environment(BASE | {"SAYSO_UNSUBSCRIBE_KEY": UNSUBSCRIBE_KEY})
    assert made.unsubscribe_url(ANA, type=7) == from_environment(SETTINGS).unsubscribe_url(
        ANA, type=7
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"SAYSO_BASE_URL": ""}, "BASE_URL is not set, .*: set it .* https://mail.example.com"),
        ({"SAYSO_BASE_URL": "mail.example.com"}, "SAYSO_BASE_URL: 'mail.example.com' is not"),
        ({"SAYSO_UNSUBSCRIBE_DOMAIN": "a b"}, "SAYSO_UNSUBSCRIBE_DOMAIN: 'a b' is not a domain"),
        ({"SAYSO_BRAND": "shop"}, "SAYSO_BRAND: .*'shop'"),
        ({"SAYSO_BRAND": "0"}, "SAYSO_BRAND: brand is the number"),
        ({"SAYSO_ADDRESS_SECRET": ""}, "no address-secret: set SAYSO_ADDRESS_SECRET or"),
        ({"SAYSO_ADDRESS_SECRET": "0123456789"}, "SAYSO_ADDRESS_SECRET: secret 1 has 10 bytes"),
        ({"SAYSO_ADDRESS_SECRET_FILE": "x"}, "both set"),
        ({"SAYSO_LINK_SECRETS": ""}, "no link-secrets: set SAYSO_LINK_SECRETS or"),
        ({"SAYSO_LINK_SECRETS": "0123456789"}, "SAYSO_LINK_SECRETS: secret 1 has 10 bytes"),
        ({"SAYSO_LINK_SECRETS_LEAKED": LONG_LINK_SECRET}, "SAYSO_LINK_SECRETS: .*leaked"),
        ({"SAYSO_UNSUBSCRIBE_KEY": UNSUBSCRIBE_KEY}, "not both"),
        ({"SAYSO_UNSUBSCRIBE_KEY": "0123456789"}, "SAYSO_UNSUBSCRIBE_KEY: .*64 hexadecimal"),
        ({"SAYSO_BASE_URL": "", "SAYSO_BASE_URL_FILE": "gone"}, "cannot read gone"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_told(
    folder: Path, change: dict[str, str], says: str
) -> None:
    """R-26: and what to do is said."""
    with pytest.raises(BadSetting, match=says) as error:
        from_environment(SETTINGS | change)
    for secret in (LONG_ADDRESS_SECRET, LONG_LINK_SECRET, UNSUBSCRIBE_KEY, "0123456789"):
        assert secret not in str(error.value)


def test_a_secret_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "binary").write_bytes(b"\xff" * 40)
    environ = SETTINGS | {"SAYSO_ADDRESS_SECRET": "", "SAYSO_ADDRESS_SECRET_FILE": "binary"}
    with pytest.raises(BadSetting, match="SAYSO_ADDRESS_SECRET_FILE: cannot read binary"):
        from_environment(environ)
    with pytest.raises(BadSetting, match="undecodable"):
        from_environment(SETTINGS | {"SAYSO_ADDRESS_SECRET": os.fsdecode(b"\xff" * 40)})
