"""Every setting: read, checked at start, told in words, documented."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import fields
from pathlib import Path

import pytest

from app.config import SETTINGS, Setting, Settings, from_environment
from tests.cli.running import run
from tests.processes.installation import Installation

ROOT = Path(__file__).parents[2]
GOOD = "a-secret-of-thirty-two-octets-or-more"
BAD = {
    "SAYSO_DATABASE_URL": {
        "sayso.db": "is no database URL; write sqlite:////path/sayso.db or",
        "mysql://host/sayso": "must begin with sqlite:/// or postgresql+psycopg://",
        "postgresql+asyncpg://host/x": "must begin with sqlite:/// or postgresql+psycopg://",
        "postgresql://host:port/x": "is no database URL",
        "sqlite://var/sayso.db": "names no file; write sqlite:////path/sayso.db",
        "sqlite://": "names no file",
    },
    "SAYSO_READ_DATABASE_URL": {"reader": "is no database URL"},
    "SAYSO_BROWSE_DATABASE_URL": {"oracle://host/x": "must begin with sqlite:/// or postgresql"},
    "SAYSO_BASE_URL": {
        "http://mail.example.com": "has to be https; http is for this machine only",
        "mail.example.com": "is not of the form https://host or https://host/prefix",
        "https://mail.example.com/?x": "is not of the form https://host",
        "https://mail.example.com:99999": "a path or port that leads nowhere",
    },
    "SAYSO_ADDRESS_SECRET": {
        "swordfish": "secret 1 has 9 bytes; at least 32 are needed. Make one with:",
        f"{GOOD} {GOOD}": "there is white space inside; one secret is a single word",
    },
    "SAYSO_LINK_SECRETS": {f"{GOOD} swordfish": "secret 2 has 9 bytes; at least 32 are needed"},
    "SAYSO_LINK_SECRETS_NEXT": {"swordfish": "secret 1 has 9 bytes; at least 32 are needed"},
    "SAYSO_LINK_SECRETS_LEAKED": {"swordfish": "secret 1 has 9 bytes; at least 32 are needed"},
    "SAYSO_SMTP_URL": {
        "smtp.example.com": "write smtp://host:25, smtp+starttls://user:password@host:587 or",
        "http://smtp.example.com": "write smtp://host:25",
        "smtp://post:swordfish/2@smtp.example.com": "a password's / as %2F",
        "smtp://smtp.example.com:99999": "write smtp://host:25",
    },
    "SAYSO_MAIL_FROM": {
        "Fernway Books": "write name@domain, or Name <name@domain>",
        "a@example.com, b@example.com": "write name@domain, or Name <name@domain>",
    },
    "SAYSO_UNSUBSCRIBE_DOMAIN": {"a b": "is not a domain such as mail.example.com"},
    "SAYSO_TRUSTED_PROXIES": {
        "one": "must be a number from 0 to 10",
        "-1": "must be a number from 0 to 10",
        "11": "must be a number from 0 to 10",
    },
    "SAYSO_ONE_CLICK": {"lenient": "must be one of: tolerant, strict"},
    "SAYSO_TIME_ZONE": {
        "Mars/Olympus": "is no time zone; write one like Europe/Amsterdam",
        "/etc/passwd": "is no time zone; write one like Europe/Amsterdam",
        "Europe": "is no time zone; write one like Europe/Amsterdam",
    },
    "SAYSO_API_CALLS": {
        "many": "must be a number from 0 (no limit) to 1000000",
        "-1": "must be a number from 0 (no limit) to 1000000",
    },
    "SAYSO_SES_TOPICS": {"bounces": "write the ARN of each topic: arn:aws:sns:"},
    "SAYSO_SENDGRID_PUBLIC_KEY": {"no key!": "write the verification key as SendGrid shows it"},
    "SAYSO_POSTMARK_CREDENTIALS": {"swordfish": "write user:password"},
    "SAYSO_WEBHOOK_NETWORKS": {"10.0.0.0/64": "write networks like 10.0.0.0/8"},
    "SAYSO_WORKER": {"on": "must be one of: embedded, off"},
    "SAYSO_METRICS_TOKEN": {"short": "write 16 or more letters and digits"},
    "SAYSO_LOG_FORMAT": {"xml": "must be one of: text, json"},
}
ANY_TEXT = {"SAYSO_DATA_DIR", "SAYSO_MAILGUN_SIGNING_KEY"}
SECRET = [setting for setting in SETTINGS if setting.secret]


@pytest.fixture
def never_run(tmp_path: Path) -> Installation:
    """A directory without anything in it."""
    return Installation(tmp_path)


def test_every_setting_has_a_bad_value_here() -> None:
    assert BAD.keys() | ANY_TEXT == {setting.name for setting in SETTINGS}
    assert [setting.field for setting in SETTINGS] == [field.name for field in fields(Settings)]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [(name, value, told) for name, values in BAD.items() for value, told in values.items()],
)
def test_a_bad_value_is_told_by_its_name_before_anything_is_made(
    never_run: Installation, name: str, value: str, told: str
) -> None:
    """R-26: a setting that cannot work is an error at start, in words, with what to write."""
    never_run.settings[name] = value
    for command in (("init",), ("upgrade",), ("brands", "list")):
        finished = run(command, never_run.environment)
        assert (finished.status, finished.out) == (2, ""), command
        (line,) = finished.err.splitlines()
        assert line.startswith(f"{name}: ")
        assert told in line
        assert "swordfish" not in line
    assert not never_run.var.exists()


@pytest.mark.slow
def test_serving_with_bad_values_tells_them_all_at_once(never_run: Installation) -> None:
    never_run.settings.update({name: next(iter(values)) for name, values in BAD.items()})
    finished = never_run.run("serve")
    assert finished.returncode == 2
    assert [line.partition(":")[0] for line in finished.stderr.splitlines()] == list(BAD)


@pytest.mark.slow
def test_why_a_service_does_not_start_is_a_line_of_a_log_of_json(never_run: Installation) -> None:
    """Whatever is wrong: a setting, or what was asked. A person who asks for a list reads words."""
    never_run.settings.update({"SAYSO_LOG_FORMAT": " json", "SAYSO_SMTP_URL": "nowhere"})
    for command, status, told in (
        (("serve",), 2, "SAYSO_SMTP_URL: "),
        (("worker",), 2, "SAYSO_SMTP_URL: "),
        (("lmtp", "--port", "0"), 2, "Invalid value for '--port'"),
    ):
        finished = never_run.run(*command)
        (line,) = map(json.loads, finished.stderr.splitlines())
        assert (finished.returncode, finished.stdout, line["level"]) == (status, "", "CRITICAL")
        assert line["message"].startswith(told)
    assert run(("types", "list"), never_run.environment).err.startswith("SAYSO_SMTP_URL: ")


def test_a_data_directory_that_cannot_be_one_is_told_in_words(never_run: Installation) -> None:
    file = never_run.home / "file"
    file.touch()
    never_run.settings["SAYSO_DATA_DIR"] = str(file / "var")
    finished = run(("init",), never_run.environment)
    assert (finished.status, finished.out) == (1, "")
    assert finished.err == f"[Errno 20] Not a directory: '{file}/var'\n"


def test_a_link_secret_that_signs_may_not_be_a_leaked_one(never_run: Installation) -> None:
    """Rules 5: what a leaked secret signed opts out only, so a new link of it would be useless."""
    never_run.settings.update(
        SAYSO_ADDRESS_SECRET=GOOD, SAYSO_LINK_SECRETS=GOOD, SAYSO_LINK_SECRETS_LEAKED=GOOD
    )
    finished = run(("init",), never_run.environment)
    assert finished.status == 2
    assert finished.err == (
        "the last link secret signs, and it is leaked: add a new one behind it\n"
    )


def test_serving_tells_of_a_setting_that_nobody_reads(never_run: Installation) -> None:
    """A mistyped one would go unnoticed: everything starts, as if it were not set."""
    mistyped = {"SAYSO_BASEURL": "x", "SAYSO_SMTP_URI_FILE": "x", "SAYSO_": "x", "SAYSO_SHOE": "x"}
    never_run.settings.update(mistyped, SAYSO_BRAND="1", SAYSO_SMTP_URL_FILE="")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        finished = run(("serve", "--port", port), never_run.environment)
    *warnings, why_it_ended = finished.err.splitlines()
    assert [line.partition(": ")[2] for line in warnings] == [
        "SAYSO_ is no setting. See docs/settings.md",
        "SAYSO_BASEURL is no setting: is SAYSO_BASE_URL meant? See docs/settings.md",
        "SAYSO_SHOE is no setting. See docs/settings.md",
        "SAYSO_SMTP_URI_FILE is no setting: is SAYSO_SMTP_URL meant? See docs/settings.md",
    ]
    assert port in why_it_ended


def test_an_empty_value_counts_as_none(tmp_path: Path) -> None:
    empty = {setting.name: "  " for setting in SETTINGS}
    settings = from_environment({**empty, "SAYSO_DATA_DIR": str(tmp_path)})
    assert settings == from_environment({"SAYSO_DATA_DIR": str(tmp_path)})
    assert (settings.base_url, settings.worker) == ("http://127.0.0.1:8000", "embedded")


def example_of(setting: Setting) -> str:
    """A value that can be used."""
    special = {"smtp_url": "smtp://localhost:25", "postmark_credentials": "postmark:swordfish"}
    return special.get(setting.field, GOOD)


@pytest.mark.parametrize("setting", SECRET, ids=lambda setting: setting.name)
class TestASecret:
    """Each may lie in a file instead, as containers like it."""

    def test_may_lie_in_a_file(self, setting: Setting, tmp_path: Path) -> None:
        value = example_of(setting)
        file = tmp_path / "secret"
        file.write_text(f"\n  {value}\n")
        base = {"SAYSO_DATA_DIR": str(tmp_path / "var")}
        from_file = from_environment({**base, f"{setting.name}_FILE": str(file)})
        assert from_file == from_environment({**base, setting.name: value})
        assert from_file != from_environment(base)

    def test_is_not_set_twice(self, setting: Setting, never_run: Installation) -> None:
        never_run.settings[setting.name] = example_of(setting)
        never_run.settings[f"{setting.name}_FILE"] = "/dev/null"
        finished = run(("init",), never_run.environment)
        assert finished.status == 2
        assert finished.err == (
            f"{setting.name}: is set twice: set either it or {setting.name}_FILE\n"
        )

    def test_may_not_be_in_a_file_that_is_not_there(
        self, setting: Setting, never_run: Installation
    ) -> None:
        never_run.settings[f"{setting.name}_FILE"] = str(never_run.home / "nowhere")
        finished = run(("init",), never_run.environment)
        assert finished.status == 2
        assert finished.err.startswith(f"{setting.name}: ")
        assert "No such file" in finished.err

    def test_is_not_shown_with_the_settings(self, setting: Setting, tmp_path: Path) -> None:
        """R-113: no log and no traceback has it."""
        base = {"SAYSO_DATA_DIR": str(tmp_path)}
        assert example_of(setting) not in repr(
            from_environment({**base, setting.name: example_of(setting)})
        )


def documented(heading: str) -> dict[str, tuple[bool, str, str]]:
    """The table below a heading of docs/settings.md: by name, whether it may lie in a file, its
    default and its example."""
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    row = re.compile(r"^\| `(SAYSO_\w+)`( `\+ _FILE`)? \| (.+?) \| .+? \| `(.+)` \|$", re.MULTILINE)
    return {
        name: (bool(file), default, example)
        for name, file, default, example in row.findall(section)
    }


def test_every_setting_is_documented_with_an_example_that_works() -> None:
    """Architecture: every setting is documented. In the same order, too."""
    table = documented("Of Sayso")
    assert list(table) == [setting.name for setting in SETTINGS]
    for setting in SETTINGS:
        in_file, default, example = table[setting.name]
        assert in_file == setting.secret, setting.name
        assert default
        setting.read(example)


def test_every_setting_of_senders_is_documented() -> None:
    source = (ROOT / "app/links/environment.py").read_text("utf-8")
    read = set(re.findall(r'"(SAYSO_[A-Z_]+)"', source))
    assert set(documented("Of a program that sends the mail")) == read


def test_no_other_name_of_ours_is_documented_anywhere() -> None:
    """What a page or the README tells people to set is a setting."""
    known = {setting.name for setting in SETTINGS} | set(
        documented("Of a program that sends the mail")
    )
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for name in re.findall(r"SAYSO_[A-Z_]+[A-Z]", page.read_text("utf-8")):
            assert name.removesuffix("_FILE") in known, f"{page}: {name}"
