"""A sender's loop by the API, from one mailing to the next, with nothing imitated (issue 4)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jinja2 import Environment
from standardwebhooks import Webhook as Verifier

from app.domain.keys import KeyScope
from app.services import feed
from tests.cli.running import run
from tests.flows.mailing import MAILING, Received, message, sent
from tests.lacking import lacks
from tests.processes.fixtures import FIRST_ON_SQLITE
from tests.processes.installation import PATIENCE, Installation, Shop, until
from tests.worker.receiver import Heard, Receiver, receiving
from tests.world import ANA, BEN, CLEO

pytestmark = pytest.mark.slow

TYPE = "new-arrivals"
EMAILS = [ANA.address, BEN.address, CLEO.address, "nobody"]
STAYING = [BEN.address, CLEO.address]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PAGE = Path(__file__).parents[2] / "docs/senders/webhooks.md"
ASK_THE_PAGE = """
const {secret, headers, body} = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.exit(fromSayso(secret, headers, body) ? 0 : 1);
"""


@pytest.fixture
def sender(installation: Installation, shop: Shop) -> Iterator[httpx.Client]:
    """A program with a key, and a Sayso that serves it and may reach its receiver."""
    scopes = [word for scope in KeyScope for word in ("--scope", scope.value)]
    create = ("keys", "create", "--name", "A shop", *scopes)
    key = run(create, installation.environment).out.splitlines()[-1]
    installation.settings["SAYSO_WEBHOOK_NETWORKS"] = "127.0.0.0/8"
    with installation.serving() as server:
        until(lambda: not is_waiting(shop), "what the example did is in the feed")
        bearer = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=server.url, headers=bearer, timeout=PATIENCE) as client:
            yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who listens."""
    with receiving() as made:
        yield made


@FIRST_ON_SQLITE
def test_a_senders_loop(sender: httpx.Client, receiver: Receiver, shop: Shop) -> None:
    """Asked, linked, mailed, left by one click, told and verified, read, and asked again (R-03)."""
    secret = said(sender, "webhooks", url=receiver.url(), types=[shop.type_id(TYPE)])["secret"]
    number = said(sender, "messages", brand="fernway", name="New this week")["number"]
    cursor = ask(sender, "changes", after="end")["next"]

    assert allowed(sender) == EMAILS[:3]
    mailboxes = mailing(sender, allowed(sender), number)
    pressed = httpx.post(mailboxes[ANA.address].one_click, data=ONE_CLICK, timeout=PATIENCE)
    assert pressed.status_code == 200

    until(lambda: receiver.heard, "the webhook is told")
    (heard,) = receiver.heard
    told = Verifier(secret).verify(heard.body, heard.headers)

    left = ask(sender, "changes", after=cursor, type=shop.type_id(TYPE))
    (change,) = left["changes"]
    expected = {
        "email": None,  # a link never tells the address
        "addressKey": shop.site.keys(ANA.address).hex(),
        "number": 1,
        "name": TYPE,
        "status": "UNSUBSCRIBED",
        "actor": "CONTACT",
        "via": "ONE_CLICK",
        "message": number,
    }
    polled, kept = recipe("changes")(sender, cursor)
    assert (polled, recipe("changes")(sender, kept)) == ([change], ([], kept))
    for event in (told["data"], change):
        assert {name: event[name] for name in expected} == expected
    again = sender.get("/api/v1/changes", params={"after": left["next"]})
    unchanged = sender.get(
        "/api/v1/changes",
        params={"after": left["next"]},
        headers={"If-None-Match": again.headers["ETag"]},
    )
    assert (again.json()["changes"], unchanged.status_code) == ([], 304)
    verified_as_the_page_says(secret, heard)

    assert allowed(sender) == STAYING
    assert list(mailing(sender, allowed(sender), number)) == STAYING


def is_waiting(shop: Shop) -> bool:
    """Whether an event has no position in the feed yet: a webhook made now would be told of it."""
    with shop.site.database.reading() as connection:
        return feed.is_due(connection)


def said(sender: httpx.Client, call: str, **body: Any) -> dict[str, Any]:
    """What a call answers to a body."""
    answer = sender.post(f"/api/v1/{call}", json=body).raise_for_status()
    content: dict[str, Any] = answer.json()
    return content


def ask(sender: httpx.Client, call: str, **query: Any) -> dict[str, Any]:
    """What a call answers to a question."""
    content: dict[str, Any] = sender.get(f"/api/v1/{call}", params=query).raise_for_status().json()
    return content


def allowed(sender: httpx.Client) -> list[str]:
    """Whom one may mail now."""
    decisions = said(sender, "send-decisions", type=TYPE, emails=EMAILS)["decisions"]
    return [one["email"] for one in decisions if one["allowed"]]


def mailing(sender: httpx.Client, to: list[str], number: int) -> dict[str, Received]:
    """Mailed by real SMTP, with the links and headers that the API makes; what arrives."""
    template = Environment(autoescape=True).from_string(MAILING)
    links = said(sender, "links", emails=to, type=TYPE, message=number)["links"]
    return sent(
        message(
            one["email"],
            template.render(
                email=one["email"],
                preferences_url=one["preferencesUrl"],
                unsubscribe_url=one["unsubscribeUrl"],
                unsubscribe_all_url=one["unsubscribeAllUrl"],
            ),
            one["headers"],
        )
        for one in links
    )


def verified_as_the_page_says(secret: str, heard: Heard) -> None:
    """In another language, by the recipe of docs/senders/webhooks.md."""
    if not shutil.which("node"):
        lacks("node is not on this machine")
    verifies = program("js")
    for body, status in ((heard.body.decode(), 0), (heard.body.decode() + " ", 1)):
        given = json.dumps({"secret": secret, "headers": heard.headers, "body": body})
        done = subprocess.run(
            ["node", "-e", verifies + ASK_THE_PAGE], input=given.encode(), check=False
        )
        assert done.returncode == status


def program(language: str) -> str:
    """The one in this language on docs/senders/webhooks.md."""
    pattern = rf"^```{language}\n(.*?)^```$"
    (found,) = re.findall(pattern, PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return str(found)


def recipe(name: str) -> Any:
    """A function of the page's Python."""
    names: dict[str, Any] = {}
    exec(program("python"), names)
    return names[name]
