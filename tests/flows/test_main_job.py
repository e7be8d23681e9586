"""The job Sayso is for, from one mailing to the next, with nothing imitated: processes, a mail
server, messages as they arrive, requests as providers send them, and a browser."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest
from jinja2 import Environment
from playwright.sync_api import Page, expect

from app.links import from_environment
from app.links.jinja import LinksExtension
from tests.browser.chromium import chromium, patient
from tests.flows.mailing import MAILING, MAILING_WITH_EXTENSION, Received, message, sent
from tests.processes.fixtures import LONG_POSTGRES
from tests.processes.installation import PATIENCE, SECRETS, Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TYPE = "new-arrivals"
FIRST, SECOND = 640, 641
PEOPLE = [
    "o'neil@example.com",
    "zoë@bücher.example",
    *(f"Reader.{n}+Books@Example.{'COM' if n % 2 else 'org'}" for n in range(998)),
]
MALFORMED = ["", "nobody", "@example.com", "two words@example.com", "bell\x07@example.com"]
WHY_NOT = (
    "there is no address",
    "there is no @ in the address",
    "the address is not complete",
    "there is a space in the address",
    "there are control characters in it",
)
ROWS = [*PEOPLE]
for at, malformed in zip((0, 2, 10, 500, 1004), MALFORMED, strict=True):
    ROWS.insert(at, malformed)

URLENCODED, MULTIPART, SCANNED = PEOPLE[:15], PEOPLE[15:30], PEOPLE[30:40]
SAVER, LEAVER, PAUSER, PRESSER, BRAND_LEAVER, TYPIST = GONE = PEOPLE[40:46]
UNDOER, RESUMER, CHOOSER = BACK = PEOPLE[46:49]
LEFT = {
    **dict.fromkeys([*URLENCODED, *MULTIPART, SAVER, PRESSER], "UNSUBSCRIBED"),
    **dict.fromkeys([LEAVER, TYPIST], "OPTED_OUT_OF_ALL"),
    BRAND_LEAVER: "OPTED_OUT_OF_BRAND",
    PAUSER: "PAUSED",
}
LATE_POSTER, LATE_SAVER = PEOPLE[50:52]
WHO_ACTED = {*URLENCODED, *MULTIPART, *GONE, *BACK}
EXAMPLES = 5
"""How many addresses the example knows from the start."""

FIRST_ON_SQLITE = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=LONG_POSTGRES)], indirect=True
)
CHOOSE = "Choose what you get"
LEAVE = "Unsubscribe from New arrivals"
LEAVE_BRAND = "Unsubscribe from Fernway Books"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def sayso(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation that serves the example, on a database of each kind."""
    settings = {
        **SECRETS,
        "SAYSO_DATABASE_URL": database_url,
        "SAYSO_UNSUBSCRIBE_DOMAIN": "unsubscribe.fernway.example",
    }
    made = Installation(tmp_path, settings)
    run(made, "init", "--example")
    with made.serving(workers=2) as server:
        made.settings["SAYSO_BASE_URL"] = server.url
        yield made


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser without scripts."""
    with chromium().new_context(java_script_enabled=False) as context:
        yield patient(context).new_page()


@FIRST_ON_SQLITE
def test_the_next_mailing_leaves_out_exactly_those_who_left(
    sayso: Installation, page: Page
) -> None:
    mailboxes = first_mailing(sayso)
    assert list(mailboxes) == PEOPLE
    for received in mailboxes.values():
        assert_the_header_is_whole(received)

    scanners_follow_all_links(mailboxes)
    providers_post(mailboxes)
    people_use_their_links(page, mailboxes)

    decided = decisions(sayso)
    assert decided == expected(LEFT)
    known = EXAMPLES + len(WHO_ACTED)
    told = run(sayso, "verify").stdout
    assert told == f"{known} addresses: the ledger explains all that stands.\n"
    assert_history_tells_message_and_route(sayso)

    staying = [email for email, allowed, _ in decided if allowed == "yes"]
    mailboxes = second_mailing(sayso, staying, **mailboxes[SAVER].ids)
    assert list(mailboxes) == [email for email in PEOPLE if email not in LEFT]
    with httpx.Client(timeout=PATIENCE) as provider:
        post(provider, mailboxes[LATE_POSTER], data=ONE_CLICK)
    save_without(page, mailboxes[LATE_SAVER], "New arrivals")
    late = dict.fromkeys([LATE_POSTER, LATE_SAVER], "UNSUBSCRIBED")
    assert decisions(sayso) == expected(LEFT | late)
    assert {happened["message"] for happened in history(sayso, LATE_POSTER)} == {SECOND}


def first_mailing(sayso: Installation) -> dict[str, Received]:
    """Made from the links that `sayso links` writes."""
    options = ("--brand", "fernway", "--type", TYPE, "--message", str(FIRST))
    done = run(sayso, "links", *options, _list(sayso), status=3)
    lines = [ROWS.index(malformed) + 2 for malformed in MALFORMED]
    told = [line.removesuffix("; it was left out") for line in done.stderr.splitlines()]
    assert told == [f"line {at}: {why}" for at, why in zip(lines, WHY_NOT, strict=True)]
    template = Environment(autoescape=True).from_string(MAILING)
    return sent(
        message(row["email"], template.render(row), _unsubscribe_headers(row))
        for row in rows_of(done)
    )


def second_mailing(
    sayso: Installation, recipients: Sequence[str], t: int, b: int
) -> dict[str, Received]:
    """Made with the library and its Jinja extension, without asking Sayso anything."""
    links = from_environment(sayso.environment).for_brand(b)
    templates = Environment(autoescape=True, extensions=[LinksExtension])
    templates.sayso_links = links  # type: ignore[attr-defined]  # the extension declares it
    template = templates.from_string(MAILING_WITH_EXTENSION)
    return sent(
        message(
            email,
            template.render(email=email, type=t, message=SECOND),
            links.unsubscribe_headers(email, type=t, message=SECOND),
        )
        for email in recipients
    )


def assert_the_header_is_whole(received: Received) -> None:
    """RFC 8058 to the byte, as it arrived: unfolded and not encoded (R-01 to R-03, R-24)."""
    lines = received.header.decode().split("\r\n")
    fields = [line for line in lines if line.lower().startswith("list-")]
    assert len(fields) == 3
    assert re.fullmatch(r"List-Unsubscribe: <http://[^<>]+>, <mailto:unsub\+[^<>]+>", fields[0])
    assert fields[1] == "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    assert re.fullmatch(r'List-Id: "Fernway Books: New arrivals" <t\d+\.b\d+\.[^<>]+>', fields[2])


def scanners_follow_all_links(mailboxes: Mapping[str, Received]) -> None:
    """A mail system's scanner looks at whatever can be looked at, more than once."""
    with httpx.Client(timeout=PATIENCE) as scanner:
        for email in SCANNED:
            received = mailboxes[email]
            for url in 2 * [received.one_click, *received.links.values()]:
                for method in ("GET", "HEAD", "OPTIONS"):
                    assert scanner.request(method, url).status_code == 200


def providers_post(mailboxes: Mapping[str, Received]) -> None:
    """In both ways that RFC 8058 knows; and one of them twice."""
    parts = {name: (None, value) for name, value in ONE_CLICK.items()}
    with httpx.Client(timeout=PATIENCE) as provider:
        for email in [*URLENCODED, URLENCODED[0]]:
            post(provider, mailboxes[email], data=ONE_CLICK)
        for email in MULTIPART:
            post(provider, mailboxes[email], files=parts)


def post(provider: httpx.Client, received: Received, **body: Any) -> None:
    """What a mailbox provider sends for its user."""
    answer = provider.post(received.one_click, **body)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


def people_use_their_links(page: Page, mailboxes: Mapping[str, Received]) -> None:
    """Each through the links in a message of their own."""
    save_without(page, mailboxes[SAVER], "New arrivals")
    save_without(page, mailboxes[CHOOSER], "Offers")

    for email in (LEAVER, UNDOER):
        page.goto(mailboxes[email].links[CHOOSE])
        press(page, "Unsubscribe from everything", "You are unsubscribed from everything")
    press(page, "Undo", "Your change is undone")

    for email in (PAUSER, RESUMER):
        page.goto(mailboxes[email].links[CHOOSE])
        press(page, re.compile("^30 days"), re.compile("^Your email is paused until"))
    press(page, "Start again now", "Your email starts again")

    page.goto(mailboxes[PRESSER].links[LEAVE])
    press(page, "Unsubscribe from New arrivals", "You are unsubscribed from New arrivals")

    page.goto(mailboxes[BRAND_LEAVER].links[LEAVE_BRAND])
    everything = "all email from Fernway Books"
    press(page, f"Unsubscribe from {everything}", f"You are unsubscribed from {everything}")

    page.goto(mailboxes[TYPIST].links[CHOOSE].partition("?")[0][:-20])
    page.get_by_label("Your email address").fill(TYPIST.lower())
    press(page, "Unsubscribe this address", "This address is unsubscribed")
    assert page.context.cookies() == []


def save_without(page: Page, received: Received, name: str) -> None:
    """Untick one box and save."""
    page.goto(received.links[CHOOSE])
    page.get_by_label(name).uncheck()
    press(page, "Save these choices", "Your choices are saved")


def press(page: Page, button: str | re.Pattern[str], heading: str | re.Pattern[str]) -> None:
    """Press a button and read what became of it."""
    page.get_by_role("button", name=button).click()
    heading_now = page.get_by_role("heading", level=1)
    expect(heading_now).to_have_text(heading, timeout=1_000 * PATIENCE)


def decisions(sayso: Installation) -> list[tuple[str, str, str]]:
    """What `sayso check` says of each row of the list: address, yes or no, and why."""
    rows = rows_of(run(sayso, "check", "--type", TYPE, _list(sayso)))
    return [(row["email"], row["allowed"], row["reason"]) for row in rows]


def expected(left: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The same, as it should be: everybody may be mailed but those who left."""
    reasons = {**left, **dict.fromkeys(MALFORMED, "INVALID_ADDRESS")}
    return [
        (email, "no" if email in reasons else "yes", reasons.get(email, "NOT_SPECIFIED"))
        for email in ROWS
    ]


def assert_history_tells_message_and_route(sayso: Installation) -> None:
    """Whoever asks is told by which mailing's link somebody left, and by which way."""
    said = {
        URLENCODED[0]: [("UNSUBSCRIBED", "ONE_CLICK", FIRST, "provider")],
        PRESSER: [("UNSUBSCRIBED", "UNSUBSCRIBE_PAGE", FIRST, "person")],
        UNDOER: [
            ("NOT_SPECIFIED", "UNDO", FIRST, "person"),
            ("UNSUBSCRIBED", "PREFERENCE_PAGE", FIRST, "person"),
        ],
    }
    for email, events in said.items():
        assert [
            (event["status"], event["via"], event["message"], event["evidence"]["of"])
            for event in history(sayso, email)
        ] == events


def history(sayso: Installation, address: str) -> list[dict[str, Any]]:
    """What happened to an address, newest first."""
    told: list[dict[str, Any]] = json.loads(run(sayso, "history", address, "--json").stdout)
    return told


def run(sayso: Installation, *arguments: str, status: int = 0) -> CompletedProcess[str]:
    """Run `sayso` to its end, which is `status`."""
    done = sayso.run(*arguments)
    assert done.returncode == status, done.stderr
    return done


def rows_of(done: CompletedProcess[str]) -> list[dict[str, str]]:
    """The rows of the CSV it wrote."""
    return list(csv.DictReader(done.stdout.splitlines()))


def _list(sayso: Installation) -> str:
    """The sender's list, with the malformed rows among the others."""
    path = sayso.home / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Name", "Email"), *(("Somebody", email) for email in ROWS)])
    return str(path)


def _unsubscribe_headers(row: Mapping[str, str]) -> dict[str, str]:
    return {
        "List-Unsubscribe": row["list_unsubscribe"],
        "List-Unsubscribe-Post": row["list_unsubscribe_post"],
        "List-Id": row["list_id"],
    }
