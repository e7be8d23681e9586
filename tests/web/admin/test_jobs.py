"""Jobs in the admin: previewed, started, watched, reported, undone; words and figures."""

from __future__ import annotations

import csv
import io
from itertools import product

import pytest
from flask import Flask

from app.domain.bulk import BulkEdit, Doing
from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.contacts import Source
from app.domain.deeds import Doer
from app.domain.runs import RunKind, RunState
from app.domain.standing import of_type
from app.domain.words import ACCOUNT, MINUTE, Basis, Cause, Scope, Status
from app.services import bulk, runs
from app.services.bulk import Asked
from app.services.contacts import Draft, Origin, save_all
from app.services.runs import NewRun
from app.web.site import Site
from app.worker.running import Running
from tests.web.admin.colleagues import DORA, FINN, Colleague, at_work, user
from tests.web.admin.test_audit import deeds
from tests.web.houses import Clock, known
from tests.world import NOW, YESTERDAY, Person, World, by, say

OWN = Person("Own", "own@example.com")
COVERED = Person("Covered", "covered@example.com")
SPAM = Person("Spam", "=spam()@example.com")
IN = Person("In", "in@example.com")
FRESH = Person("Fresh", "fresh@example.com")
PEOPLE = (OWN, COVERED, SPAM, IN, FRESH)
WHY = "They ticked the box at the fair."


def contacts_of(site: Site, *people: Person) -> list[int]:
    """Contacts of these people."""
    drafts = [Draft(person.key, person.address) for person in people]
    saved = site.database.write(save_all, drafts, Origin(YESTERDAY, Source.ADMIN, "user:7"))
    return [each.id for each in saved]


def work(site: Site) -> None:
    """All that is owed to runs."""
    running = Running(site)
    while running.work():
        pass


WRONG_NUMBER = "This is not the number. Type it as it is written here"


@pytest.fixture
def job(app: Flask, site: Site, world: World) -> int:
    """A bulk edit of five contacts, checked, that Dora made."""
    novels = world.novels
    ids = contacts_of(site, *PEOPLE)
    say(site.database, OWN, Unsubscribe(Scope.type(novels.id), novels))
    say(site.database, COVERED, Unsubscribe(ACCOUNT))
    say(site.database, SPAM, Report(Cause.COMPLAINT, YESTERDAY), by_=by(Hand.AUTOMATIC))
    say(site.database, IN, Subscribe(novels))
    dora = at_work(app)
    assert dora.is_in
    edit = BulkEdit(Doing.SUBSCRIBE, novels.id, basis=Basis.CONSENT_WITH_NOTICE)
    doer = Doer(user(site, DORA).id, NOW)
    return site.database.write(bulk.make, Asked(edit, WHY, contacts=ids), world.catalog, doer)


@pytest.fixture
def dora(app: Flask, job: int) -> Colleague:
    """Dora, who looks at the job."""
    return Colleague(app).sign_in(DORA).open(f"/admin/jobs/{job}")


def figures(colleague: Colleague) -> dict[str, str]:
    """The counts of a screen."""
    (counts,) = colleague.page.all("dl", **{"class": "counts"})
    return {e.one("dt").text: e.one("dd").text for e in counts.all("div")}


def test_the_preview_says_what_will_change_before_anything_is_written(
    dora: Colleague, site: Site, world: World
) -> None:
    """Issue 3: what will change, what is so already, and refusals by reason, with examples."""
    assert dora.heading == "Check before anything is written"
    assert figures(dora) == {"will be subscribed": "1", "already are": "1", "will be refused": "3"}
    (table,) = dora.page.all("table")
    assert [row.text for row in table.one("tbody").all("tr")] == [
        "Complained that it was spamOnly they can lift this.1=spam()@example.com"
        "Show all: Complained that it was spam",
        "Opted out of all emailRemove that first, where you may.1covered@example.com"
        "Show all: Opted out of all email",
        "They unsubscribed themselvesOnly they can subscribe again, or you one by one with a legal "
        "basis and an explanation. A bulk edit cannot.1own@example.com"
        "Show all: They unsubscribed themselves",
    ]
    assert "Subscribe 1 contact" in dora.words
    assert f"“{WHY}”" in dora.words
    assert of_type(world.novels.id) not in known(site.database, FRESH).held
    dora.open(dora.url + "/rows?outcome=REFUSED&reason=COMPLAINED")
    assert (dora.heading, SPAM.address in dora.words) == ("Complained that it was spam", True)
    assert dora.open(f"{dora.url}&after={2**63}").status == 200


def test_a_job_runs_ends_with_a_report_and_is_undone(
    dora: Colleague, site: Site, world: World, job: int, clock: Clock
) -> None:
    """Issue 3: a report to download, and an undo that is itself a job."""
    novels = of_type(world.novels.id)
    dora.press("start")
    assert "Waiting for its turn" in dora.words
    work(site)
    dora.open(f"/admin/jobs/{job}")
    assert "Done: 5." in dora.words
    assert figures(dora) == {
        "refused": "3",
        "subscribed": "1",
        "no change, it was so already": "1",
    }
    assert known(site.database, FRESH).held.status(novels) is Status.SUBSCRIBED
    answer = dora.open(f"/admin/jobs/{job}/report.csv").answer
    assert answer.headers["Content-Disposition"] == f'attachment; filename="sayso-job-{job}.csv"'
    told = {row["address"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert len(told) == 5
    assert told[FRESH.address]["outcome"] == "CHANGED"
    assert (told["'" + SPAM.address]["reason"], told[OWN.address]["reason"]) == (
        "COMPLAINED",
        "UNSUBSCRIBED",
    )
    clock.pass_(MINUTE)
    dora.open(f"/admin/jobs/{job}")
    assert dora.fill(number="5").press("undo").errors == [WRONG_NUMBER]
    assert dora.fill(number="\N{ARABIC-INDIC DIGIT ONE}").press("undo").heading == "Undo"
    work(site)
    dora.open(dora.url)
    assert figures(dora) == {"restored": "1"}
    (earlier,) = dora.page.all("table")
    assert [row.text for row in earlier.one("tbody").all("tr")] == [
        "Subscribe to Novels UndoneDora1 June 2026, 12:00 UTC13Report: Subscribe to Novels"
    ]
    assert novels not in known(site.database, FRESH).held
    dora.open(f"/admin/jobs/{job}")
    assert "Undo all of it" not in dora.words
    assert deeds(site)[-2:] == ["run-started", "run-undone"]
    dora.open("/admin/jobs")
    assert [row.one("th").text for row in dora.page.one("tbody").all("tr")] == [
        "Undo Subscribe to Novels",
        "Subscribe to Novels",
    ]


def test_a_job_is_paused_goes_on_and_is_cancelled(
    dora: Colleague, site: Site, job: int, app: Flask
) -> None:
    dora.press("start").press("pause")
    assert "Paused" in dora.words
    work(site)
    dora.open(f"/admin/jobs/{job}").press("resume").press("cancel")
    assert "Cancelled after 0 of 5." in dora.words
    dora.post(f"/admin/jobs/{job}", {"do": "start"})
    assert "The job has moved on meanwhile." in dora.words
    assert dora.post(f"/admin/jobs/{job}", {"do": "dance"}).status == 400
    assert dora.open("/admin/jobs/1").status == 404


def test_jobs_of_every_kind_can_be_looked_at(dora: Colleague, site: Site) -> None:
    for kind, state in product(RunKind, (RunState.CHECKED, RunState.FAILED)):
        new = NewRun(kind, state, "cli", parameters={"doing": "lift"} if kind == 1 else {})
        id_ = site.database.write(runs.make, new, NOW)
        assert dora.open(f"/admin/jobs/{id_}").status == 200
    assert dora.open("/admin/jobs").status == 200


def test_who_only_looks_sees_the_job_and_no_buttons(app: Flask, dora: Colleague, job: int) -> None:
    finn = at_work(app, FINN).open(f"/admin/jobs/{job}")
    assert figures(finn)["will be refused"] == "3"
    assert finn.page.one("main").all("button") == []


def test_the_screens_say_little_to_the_database(
    dora: Colleague, site: Site, job: int, heard: list[str]
) -> None:
    """R-45: whatever the number of rows."""
    screens = {f"/admin/jobs/{job}": 7, "/admin/jobs": 7, f"/admin/jobs/{job}/report.csv": 9}
    for path, most in screens.items():
        heard.clear()
        dora.open(path)
        said = [s for s in heard if "hit_count" not in s and "last_seen" not in s]
        assert len(said) <= most, said
