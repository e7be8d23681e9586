"""Imports in the admin: a file, its columns, the legal basis, the check, and go (F23)."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask

from app.cli.import_words import WHY
from app.domain.changes import Hand, Unsubscribe
from app.domain.importing.wishes import Problem
from app.domain.standing import ALL, BOUNCE, of_type
from app.domain.words import ACCOUNT, MINUTE, Reason, Scope, Status, Via
from app.queries import contacts
from app.services import runs
from app.services.catalog import switch_data_privacy
from app.services.erasure import erase
from app.store import runs as stored
from app.text.templates import template
from app.web.receiving import LARGEST_UPLOAD
from app.web.site import Site
from app.worker.handlers import prepared
from app.worker.import_erasing import ErasingFromImports
from app.worker.running import Running
from tests.web.admin.colleagues import FINN, Colleague, at_work
from tests.web.houses import known
from tests.world import ANA, BEN, CLEO, NOW, World, by, say

SHOP = "E-mail;First name;novels;loyalty\n" + "".join(
    f"{row}\n"
    for row in (
        f"{ANA.address};Ana;yes;88120",
        f"{BEN.address};Ben;yes;88121",
        "jo.smith.example.com;Jo;yes;88124",
        "dan@example.net;Dan;maybe;88125",
    )
)


@pytest.fixture
def elif_(app: Flask, world: World) -> Colleague:
    """Elif, who edits."""
    return at_work(app, "elif@fernway.example")


def work(site: Site) -> None:
    """All that is owed to runs."""
    while Running(site).work():
        pass


def handed_in(colleague: Colleague, content: str | bytes, what: str = "contacts") -> Colleague:
    """The file handed in."""
    content = content.encode() if isinstance(content, str) else content
    colleague.open(f"/admin/imports/new?what={what}").attach("file", content)
    return colleague.press()


def test_contacts_are_imported_step_by_step(site: Site, elif_: Colleague, world: World) -> None:
    """Guessed, checked with nothing written, done, reported, undone."""
    say(site.database, BEN, Unsubscribe(Scope.type(world.novels.id), world.novels))
    handed_in(elif_, SHOP)
    assert elif_.heading == "What do the columns hold?"
    assert "4 rows, UTF-8, separated by semicolons" in elif_.words
    assert "ana@example.com, ben@example.org" in elif_.words
    elif_.press("columns")
    assert elif_.heading == "Why may they be mailed?"
    elif_.fill(basis="CONSENT_WITH_NOTICE", explanation="Ticked the box in the shop.")
    elif_.fill(ends="2020-01-01").press("basis")
    assert elif_.errors == ["Enter a day to come, or leave it empty"]
    elif_.fill(ends="2030-01-01").press("basis")
    assert "Checked so far: 0" in elif_.words
    work(site)
    elif_.open(elif_.url)
    assert elif_.heading == "Nothing has been written yet"
    assert known(site.database, ANA).held == {}
    told = " ".join(elif_.words.split())
    assert "New2" in told
    assert "Will be subscribed1Refused1" in told
    assert "Unsubscribed1ben@example.org" in told
    assert "4jo.smith.example.comThere is no @ in the address" in told
    report = elif_.open(f"{elif_.url}/report.csv?only=broken").answer.text
    rows = sorted(csv.DictReader(io.StringIO(report)), key=lambda row: int(row["line"]))
    assert [(row["line"], row["column"], row["value"]) for row in rows] == [
        ("4", "E-mail", "jo.smith.example.com"),
        ("5", "novels", "maybe"),
    ]


def test_the_job_of_an_import_says_what_is_wrong_with_which_line(
    site: Site, elif_: Colleague, world: World
) -> None:
    """In the words of the check; each number leads to its rows, and those to lines of the file."""
    by_elif = by(Hand.USER)
    say(site.database, BEN, Unsubscribe(Scope.type(world.novels.id), world.novels), by_=by_elif)
    handed_in(elif_, f"{SHOP}eve@example.net;Eve;yes;88126;more\n").press("columns").press("basis")
    work(site)
    elif_.open(elif_.url).press("start")
    begun = elif_.url
    assert elif_.open(f"{begun}/report.csv").answer.text.count("\n") == 1, "nothing is done yet"
    work(site)
    job = elif_.open(begun).url
    assert "themselves" not in elif_.words, "a user unsubscribed Ben"
    assert "An import lifts nothing." in elif_.words
    (table,) = elif_.page.all("table")
    shown = {row.one("th").text: row.one("a").get("href") for row in table.one("tbody").all("tr")}
    found = {}
    for why in (
        "There is no @ in the address",
        "This is no word for a status: use yes or no",
        "There are more cells than headings",
    ):
        elif_.open(shown[why])
        assert elif_.heading == why
        found[why] = [row.text for row in elif_.page.one("tbody").all("tr")]
    assert list(found.values()) == [
        ["4E-mailjo.smith.example.com"],
        ["5novelsmaybe"],
        ["6Column 5"],
    ]
    elif_.open(f"{job}/rows?outcome=REFUSED&reason=UNSUBSCRIBED")
    assert [row.text for row in elif_.page.one("tbody").all("tr")] == [f"3{BEN.address}"]


def test_every_problem_of_a_row_has_words_of_its_own() -> None:
    """None is taken for a refusal, on a screen or at the command line."""
    words: Any = template("components/admin/runs.html", "en").module
    said = {words.why_words(None, why.name) for why in (*Problem, Reason.NOT_PERMITTED)}
    assert len(said) == len(Problem) + 1
    assert WHY.keys() == {*Problem, *Reason}


def test_an_import_is_done_reported_and_undone(site: Site, elif_: Colleague, world: World) -> None:
    say(site.database, BEN, Unsubscribe(Scope.type(world.novels.id), world.novels))
    handed_in(elif_, SHOP).press("columns").press("basis")
    work(site)
    here = elif_.url
    elif_.open(here).press("start")
    work(site)
    elif_.open(elif_.url)
    assert "Done: 4. Could not be read: 2." in elif_.words
    assert elif_.answer.text.count(f'<bdi class="wrap">{BEN.address}</bdi>') == 1, "checked, done"
    assert known(site.database, ANA).held[of_type(world.novels.id)].status is Status.SUBSCRIBED
    report = elif_.open(f"{here}/report.csv").answer.text
    rows = sorted(csv.DictReader(io.StringIO(report)), key=lambda row: int(row["line"]))
    assert [(row["outcome"], row["reason"], row["column"]) for row in rows] == [
        ("CREATED", "", ""),
        ("REFUSED", "UNSUBSCRIBED", "novels"),
        ("BROKEN", "NO_AT", "E-mail"),
        ("BROKEN", "UNKNOWN_STATUS", "novels"),
    ]
    job = here.replace("imports", "jobs")
    served = elif_.open(f"{job}/report.csv")
    assert (served.url.endswith(f"{here}/report.csv"), served.answer.text) == (True, report)
    elif_.open(job).fill(number="2").press("undo")
    work(site)
    with site.database.reading() as connection:
        assert contacts.by_key(connection, ANA.key) is None


def test_an_opt_out_list_asks_for_the_number_and_makes_no_contacts(
    site: Site, elif_: Colleague
) -> None:
    say(site.database, ANA, Unsubscribe(ACCOUNT))
    handed_in(elif_, f"{ANA.address}\n{BEN.address}\n{CLEO.address}\nnew@example.net\n", "opt-outs")
    elif_.press("columns").fill(scope="ACCOUNT:0").press("basis")
    work(site)
    job = elif_.url.replace("imports", "jobs")
    assert elif_.post(job, {"do": "start"}).status == 400, "not without the number"
    assert elif_.open(job).heading == "Nothing has been written yet"
    elif_.fill(number="4").press("start")
    assert elif_.errors == ["This is not the number. Type it as it is written here"]
    elif_.fill(number="3").press("start")
    work(site)
    for address in (BEN.address, CLEO.address, "new@example.net"):
        assert known(site.database, BEN._replace(address=address)).held.opted_out(ALL)
    with site.database.reading() as connection:
        assert contacts.by_key(connection, site.keys("new@example.net")) is None


def test_nobody_starts_what_somebody_else_ordered_since(
    site: Site, app: Flask, elif_: Colleague, world: World
) -> None:
    """Another basis, of which the page that waits for the button says nothing."""
    handed_in(elif_, SHOP).press("columns").press("basis")
    work(site)
    elif_.open(elif_.url)
    dora = at_work(app).open(f"{elif_.url}/basis")
    dora.fill(basis="CONSENT_WITH_NOTICE", explanation="Ticked the box in the shop.")
    dora.press("basis")
    work(site)
    elif_.press("start")
    assert "The job has moved on meanwhile" in elif_.words
    assert elif_.heading == "Nothing has been written yet"
    elif_.press("start")
    assert "The job has moved on meanwhile" not in elif_.words
    work(site)
    assert known(site.database, ANA).held.status(of_type(world.novels.id)) is Status.SUBSCRIBED


def test_a_suppression_export_is_recognised_and_told(site: Site, elif_: Colleague) -> None:
    export, looks = f"EmailAddress,Reason\n{BEN.address},BOUNCE\n", "It looks like a suppression"
    handed_in(elif_, export)
    assert f"{looks} export of Amazon SES. Hand it in as a list of opt-outs first" in elif_.words
    assert looks not in handed_in(elif_, SHOP).words
    handed_in(elif_, export, "opt-outs")
    assert "It is a suppression export of Amazon SES." in elif_.words
    elif_.press("columns").press("basis")
    work(site)
    elif_.open(elif_.url).fill(number="1").press("start")
    work(site)
    assert known(site.database, BEN).held.opted_out(BOUNCE)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04rest", "This is no text. Save the list as CSV, then choose that file"),
        (b"email" + b",x" * 600, "The file has more than 500 columns, so it is no list"),
    ],
)
def test_a_file_that_is_no_list_is_refused_at_once(
    elif_: Colleague, content: bytes, says: str
) -> None:
    handed_in(elif_, content)
    assert (elif_.status, elif_.errors) == (400, [says])
    assert "No imports yet." in elif_.open("/admin/imports").words


def test_a_file_that_breaks_off_later_is_answered_with_the_line(
    site: Site, elif_: Colleague
) -> None:
    handed_in(
        elif_, "email,name\n" + "a@example.com,b\n" * 60 + 'a@example.com,"' + "open\n" * 60_000
    )
    elif_.press("columns").press("basis")
    work(site)
    elif_.open(elif_.url)
    assert "A quotation mark in line 62 never ends." in elif_.words
    assert "Nothing was imported." in elif_.words
    elif_.open(elif_.url.replace("imports", "jobs"))
    assert "A quotation mark in line 62 never ends." in elif_.words


def test_a_job_tells_how_far_an_import_is_and_how_long_the_rest_takes(
    site: Site, elif_: Colleague
) -> None:
    handed_in(elif_, "email\n" + "".join(f"a{n}@example.com\n" for n in range(600)))
    elif_.press("columns").press("basis")
    work(site)
    elif_.open(elif_.url).press("start")
    with site.database.reading() as connection:
        run = stored.read(connection, int(elif_.url.rpartition("/")[2]))
    assert run
    site.database.write(runs.advance, run, prepared(site, run), lambda: 10 * MINUTE, NOW)
    elif_.open(elif_.url)
    assert "500 of 600" in elif_.words
    assert "About 2 minutes left" in elif_.words
    elif_.press("pause")
    work(site)
    assert "Paused" in elif_.open(elif_.url).words
    elif_.press("resume").press("cancel")
    assert "Cancelled after 500 of 600." in elif_.words


def test_an_import_that_was_only_checked_is_called_so_among_the_jobs(
    site: Site, elif_: Colleague
) -> None:
    """As each `sayso import --dry-run` is: nobody began it, so nobody cancelled it."""
    handed_in(elif_, "email\nnew@example.com\n").press("columns").press("basis")
    work(site)
    elif_.post(f"{elif_.open(elif_.url).url}/discard")
    states = elif_.open("/admin/jobs").page.one("tbody").all("td")
    assert states[0].text == "Only checked"


def test_imports_are_told_by_number_when_what_their_files_are_called_was_forgotten(
    site: Site, elif_: Colleague
) -> None:
    """As all are, wherever they are on their way, once somebody is erased (R-79)."""
    draft = handed_in(elif_, SHOP).url.removesuffix("/columns")
    checked = handed_in(elif_, SHOP).press("columns").press("basis").url
    done = handed_in(elif_, SHOP).press("columns").press("basis").url
    work(site)
    elif_.open(done).press("start")
    work(site)
    site.database.write(erase, site.keys(CLEO.address), by(via=Via.ERASURE, at=site.now()))
    assert ErasingFromImports(site).work() == 3
    elif_.open("/admin/imports")
    called = {link.get("href"): link.text for link in elif_.page.one("tbody").all("a")}
    assert called == {here: f"File {here.rpartition('/')[2]}" for here in (done, checked, draft)}
    for here, says in ((draft, ": 4 rows"), (checked, " was tried. This is")):
        assert f"{called[here]}{says}" in elif_.open(here).words
    assert elif_.open(done).status == elif_.open("/admin/jobs").status == 200


def test_what_a_form_lacks_is_asked_for(site: Site, elif_: Colleague) -> None:
    site.database.write(switch_data_privacy, True, NOW)
    assert elif_.post("/admin/imports/new").errors == ["Choose what is in the file"]
    elif_.open("/admin/imports/new").press()
    assert elif_.errors == ["Choose a file"], "contacts are chosen as the title says"
    handed_in(elif_, "who,name\nana,Ana\n").press("columns")
    assert elif_.errors == ["Let one column go to the email address"]
    elif_.fill(**{"target-0": "address", "target-1": "address"}).press("columns")
    assert elif_.errors == ["Two columns go to the same place. Leave one of them out"]
    elif_.fill(**{"target-1": "name"}).press("columns").press("basis")
    assert elif_.errors == [
        "Choose a legal basis for communication, or let a column go to it",
        "Explain the legal basis, or let a column go to the explanation",
    ]


def test_an_import_may_be_discarded_and_viewers_hand_in_nothing(
    app: Flask, site: Site, elif_: Colleague
) -> None:
    handed_in(elif_, SHOP)
    here = elif_.url
    elif_.press("discard")
    assert "The import is discarded. Nothing was done." in elif_.page.one("main").text
    assert elif_.open(here).status == 404
    finn = at_work(app, FINN)
    assert finn.open("/admin/imports/new").status == 403
    assert "list.csv" in finn.open("/admin/imports").words


def test_only_who_may_import_may_send_so_much(app: Flask, elif_: Colleague) -> None:
    """The body limit is larger only on that route, and only for editors."""
    large = b"email\n" + b"a@example.com\n" * 20_000
    assert len(large) < LARGEST_UPLOAD
    handed_in(elif_, large)
    assert elif_.heading == "What do the columns hold?"
    assert elif_.post("/admin/account/name", {"name": "x" * 40_000}).status == 413
    stranger = Colleague(app).open("/admin/sign-in")
    assert stranger.post("/admin/imports/new", {"file": "x" * 40_000}).status == 413


def test_the_screens_of_an_import_say_few_statements(
    site: Site, elif_: Colleague, heard: list[str]
) -> None:
    handed_in(elif_, SHOP).press("columns").press("basis")
    work(site)
    here = elif_.url
    for url, most in ((here, 6), ("/admin/imports", 3), (f"{here}/columns", 9)):
        heard.clear()
        elif_.open(url)
        said = [statement for statement in heard if statement.startswith("SELECT")]
        assert len(said) <= most, said


def test_encoding_and_delimiter_may_be_chosen_where_they_are_not_recognised(
    elif_: Colleague,
) -> None:
    """What was chosen stays chosen on the form that says that it cannot be right."""
    content = "email,name;x\nzoe@example.pl,Łucja;y\n".encode("cp1250")
    elif_.open("/admin/imports/new").attach("file", content)
    elif_.fill(encoding="windows-1250", delimiter="tab").press()
    assert elif_.errors == ["The first line is not divided by this delimiter"]
    elif_.attach("file", content)
    elif_.fill(encoding="utf-8-sig", delimiter="comma").press()
    assert elif_.errors == ["The file is not written in this encoding"]
    elif_.attach("file", content)
    elif_.fill(encoding="windows-1250").press()
    assert "WINDOWS-1250, separated by commas" in elif_.words
    assert "Łucja;y" in elif_.words
