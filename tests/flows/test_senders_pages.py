"""docs/senders, followed by somebody who has nothing but these pages: every command, every call and
every program on them does what it says (issue 4)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from jinja2 import Environment

from tests.flows.mailing import Received
from tests.lacking import lacks
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import SAYSO, Installation, Server, Shop
from tests.processes.post import Post, listening

pytestmark = ON_SQLITE

PAGES = Path(__file__).parents[2] / "docs/senders"
IN_ORDER = ("five-minutes", "offline-links", "merge-fields", "checking", "moving-here", "api")
FILES = {
    "addresses.csv": "email\nana@example.com\nben@example.org\n",
    "suppressions.csv": "Email\nleft@example.net\n",
    "left-the-news.csv": "email\nbo@example.net\n",
    "contacts.csv": "email,name\nzoe@example.net,Zoë\n",
}


def blocks(page: str, language: str) -> list[str]:
    """The programs in a language on a page."""
    text = (PAGES / f"{page}.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[str]:
    """What is to be typed: lines that begin with a program, each with those it goes on in."""
    lines = (PAGES / f"{page}.md").read_text("utf-8").splitlines()
    found: list[str] = []
    going = False
    for line in lines:
        typed = line.strip()
        if going:
            found[-1] += f"\n{typed}"
        elif line.startswith("    ") and typed.split(" ")[0] in ("sayso", "curl"):
            found.append(typed)
        else:
            continue
        going = typed.endswith("\\")
    return found


@pytest.fixture
def desk(installation: Installation, shop: Shop) -> Installation:
    """An installation with the example, and the files that the pages speak of."""
    del shop
    for name, content in FILES.items():
        (installation.home / name).write_text(content, "utf-8")
    return installation


def typed(desk: Installation, command: str, **more: str) -> str:
    """What a command says, typed into a shell. It has to succeed."""
    path = f"{Path(SAYSO).parent}:{desk.environment['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        check=False,
        cwd=desk.home,
        env={**desk.environment, "PATH": path, **more},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@pytest.mark.long
def test_every_command_and_call_does_what_its_page_says(desk: Installation) -> None:
    if not shutil.which("curl"):
        lacks("curl is not on this machine")
    asked = "keys create --name all " + " ".join(f"--scope {s}" for s in SCOPES)
    key = typed(desk, f"sayso {asked}").splitlines()[-1]
    with desk.serving() as server:
        run = [
            (page, command, typed(desk, at(server, command), KEY=key))
            for page in IN_ORDER
            for command in commands(page)
        ]
    assert len(run) >= 19
    said = {command: out for _, command, out in run}
    assert "left@example.net" in typed(desk, "sayso check --type news <<< 'left@example.net'")
    decided = [json.loads(out) for command, out in said.items() if "send-decisions" in command]
    assert [d["decisions"][0]["email"] for d in decided] == ["ana@example.com"] * 2
    links = (desk.home / "links.csv").read_text("utf-8").splitlines()
    assert links[0].startswith("email,preferences_url,unsubscribe_url")
    assert len(links) == 3
    assert "Changes-Cursor" in (desk.home / "headers.txt").read_text()
    assert typed(desk, "sayso check --type news <<< bo@example.net").count("UNSUBSCRIBED") == 1


SCOPES = ("decisions", "suppressions", "changes", "links")


def at(server: Server, command: str) -> str:
    """The command, asking the server that runs here; what it asks the person is answered yes."""
    here = command.replace("https://mail.example.com", server.url)
    asks = here.startswith("sayso import") and "--dry-run" not in here
    return f"{here} --yes" if asks else here


@pytest.mark.long
def test_the_loop_over_a_hundred_thousand_mails_whom_it_may(desk: Installation) -> None:
    """The program of checking.md."""
    typed(desk, "sayso brands add acme Acme")
    typed(desk, "sayso types add acme news News")
    typed(desk, "sayso import opt-outs left-the-news.csv --type news --yes")
    key = typed(desk, "sayso keys create --name k --scope decisions").splitlines()[-1]
    (program,) = blocks("checking", "python")
    emails = [f"p{n}@example.com" for n in range(10_001)] + ["bo@example.net"]
    sent: list[str] = []
    bearer = {"Authorization": f"Bearer {key}"}
    with (
        desk.serving() as server,
        httpx.Client(base_url=server.url, headers=bearer, timeout=60) as client,
    ):
        exec(program, {"client": client, "emails": emails, "send": sent.extend})
    assert sent == emails[:-1]


@pytest.mark.slow
def test_the_message_arrives_with_its_footer_and_its_headers(
    desk: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The programs and templates of email-template.md, by real SMTP (R-01, R-24)."""
    made = typed(desk, "sayso brands add acme Acme")
    brand = int(re.findall(r"\d{4,}", made)[0])
    type_ = int(re.findall(r"\d{4,}", typed(desk, "sayso types add acme news News"))[-1])
    settings = {**desk.environment, "SAYSO_BASE_URL": "https://mail.example.com"}
    for name, value in {**settings, "SAYSO_BRAND": str(brand)}.items():
        monkeypatch.setenv(name, value)
    of_templates, of_message = blocks("email-template", "python")
    names: dict[str, Any] = {"BRAND": brand, "TYPE": type_}
    exec(of_templates, names)
    environment: Environment = names["environment"]
    html, text = (
        environment.from_string(template).render(
            email="ana@example.com", body="Hello", type_name="Acme news"
        )
        for template in blocks("email-template", "jinja")
    )
    post = Post()
    with listening(post) as url:
        server = urlsplit(url)
        where = f'SMTP("{server.hostname}", {server.port})'
        program = of_message.replace('SMTP("localhost")', where)
        exec(program, {**names, "html": html, "text": text})
    (received,) = (Received(mail.content) for mail in post.mails)
    assert received.one_click.startswith("https://mail.example.com/u/")
    assert received.ids == {"t": type_, "b": brand}
    assert b"=?" not in received.header
    assert [url for url in received.links.values() if "/p/" in url]
