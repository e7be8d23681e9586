"""The History tab: every event in words, with its evidence, filtered, and as a file."""

from __future__ import annotations

import csv
import io
import json

from sqlalchemy import Connection, delete, insert

from app.domain.changes import (
    Ask,
    By,
    Change,
    End,
    Except,
    Hand,
    Lift,
    Note,
    Pause,
    Report,
    Resume,
    Subscribe,
    Unsubscribe,
)
from app.domain.runs import RunKind, RunState
from app.domain.standing import ALL, BOUNCE, of_brand, of_type, request_of
from app.domain.words import ACCOUNT, Actor, Basis, Cause, Scope, Via
from app.services import runs
from app.services.preferences import Source
from app.services.runs import NewRun
from app.store.doors import Database
from app.store.tables import api_key, message
from app.store.tables import evidence as kept_evidence
from app.web.site import Site
from tests.web.admin.colleagues import ELIF, Colleague, user
from tests.web.admin.test_record import WHO_IS_THERE, panel, row
from tests.web.houses import Mailed
from tests.web.visiting import Visitor
from tests.world import ANA, NOW, TOMORROW, YESTERDAY, World, by, say


def told(colleague: Colleague, contact: int, query: str = "") -> list[str]:
    """Every sentence of the page, newest first."""
    colleague.open(f"/admin/contacts/{contact}/history{query}")
    lists = colleague.page.all("ol")
    return [item.all("p")[0].text for item in lists[0].all("li")] if lists else []


def evidence(colleague: Colleague) -> dict[str, str]:
    """What is behind the first disclosure."""
    first = colleague.page.all("details")[0]
    return {t.text: d.text for t, d in zip(first.all("dt"), first.all("dd"), strict=True)}


USER, IMPORT = by(Hand.USER, explained=True), by(Hand.AUTOMATIC)
ONE_CLICK = by(via=Via.ONE_CLICK)


def test_every_event_is_told_in_words(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    """F7: a table of what was said, by whom, and its sentence."""
    novels, fernway = world.novels, world.fernway
    of_novels, of_fernway = Scope.type(novels.id), Scope.brand(fernway.id)
    ended = by(Hand.USER, basis=Basis.NON_GDPR, explained=True, basis_ends=TOMORROW)
    longer = by(Hand.USER, basis=Basis.NON_GDPR, explained=True)
    rows: list[tuple[Change, By, int, str]] = [
        (Subscribe(novels), ended, 0, "A user subscribed Ana Example to Novels in the admin."),
        (Subscribe(novels), longer, 0, "A user renewed the consent to Novels in the admin."),
        (
            Subscribe(novels),
            by(),
            0,
            "Ana Example said yes to Novels once more, on the preference page.",
        ),
        (
            Unsubscribe(of_novels, novels),
            IMPORT,
            0,
            "An import unsubscribed Ana Example from Novels from a list.",
        ),
        (
            Unsubscribe(of_novels, novels),
            ONE_CLICK,
            812,
            "Ana Example unsubscribed from Novels once more, with the one-click header of mailing"
            " 812.",
        ),
        (
            Subscribe(novels),
            by(via=Via.PREFERENCE_PAGE),
            812,
            "Ana Example subscribed to Novels on the preference page, from mailing 812.",
        ),
        (
            Unsubscribe(of_novels, novels),
            by(via=Via.UNSUBSCRIBE_PAGE),
            0,
            "Ana Example unsubscribed from Novels on the unsubscribe page.",
        ),
        (
            Unsubscribe(of_fernway),
            USER,
            0,
            "A user opted Ana Example out of all email from Fernway in the admin.",
        ),
        (
            Unsubscribe(of_fernway),
            by(via=Via.MAILTO),
            7,
            "Ana Example opted out of all email from Fernway once more, by a mail to the "
            "unsubscribe address of mailing 7.",
        ),
        (
            Lift(of_brand(fernway.id)),
            by(),
            0,
            "Ana Example removed the opt-out from all email from Fernway on the preference page.",
        ),
        (
            Unsubscribe(ACCOUNT),
            by(via=Via.FALLBACK_FORM),
            0,
            "Ana Example opted out of all email from every brand with the form for lost links.",
        ),
        (
            Except(fernway.id),
            by(),
            0,
            "Ana Example asked for email from Fernway all the same, on the preference page.",
        ),
        (
            Pause(fernway.id, TOMORROW),
            by(),
            0,
            "Ana Example paused all email from Fernway until 2 June 2026, on the preference page.",
        ),
        (
            Resume(fernway.id),
            by(),
            0,
            "Ana Example ended the pause of all email from Fernway on the preference page.",
        ),
        (
            Ask(world.letter, TOMORROW),
            by(),
            0,
            "Ana Example asked for Letter on the preference page. It is to be confirmed by mail "
            "until 2 June 2026.",
        ),
        (
            End(request_of(world.letter.id)),
            by(via=Via.CONFIRMATION),
            0,
            "The request for Letter was answered with the link to confirm.",
        ),
        (Note(ACCOUNT), by(), 0, "Ana Example gave a reason afterwards, on the preference page."),
        (
            Report(Cause.BOUNCE, NOW),
            by(Hand.AUTOMATIC, actor=Actor.BOUNCE),
            0,
            "A message came back for good, as the mail provider tells. No mail is sent to the "
            "address.",
        ),
        (Lift(BOUNCE), USER, 0, "A user lifted the bounce in the admin."),
        (
            Report(Cause.COMPLAINT, NOW),
            by(Hand.AUTOMATIC, actor=Actor.COMPLAINT),
            0,
            "A message was reported as spam, as a feedback report tells. No mail is sent to the "
            "address.",
        ),
        (
            Report(Cause.BOUNCE, YESTERDAY),
            by(Hand.AUTOMATIC, actor=Actor.BOUNCE),
            0,
            "A message came back before the last yes, as the mail provider tells. It changes "
            "nothing.",
        ),
    ]  # fmt: skip
    for change, made, mailing, _ in rows:
        say(database, ANA, change, by_=made, source=Source(mailing))
    assert told(elif_, ana)[::-1] == [sentence for *_, sentence in rows]


def test_what_ended_by_itself_or_was_undone_is_told_too(
    elif_: Colleague, ana: int, database: Database, world: World, site: Site
) -> None:
    """An exception ends with its opt-out; what an undo brings back; what an erasure ends."""
    say(database, ANA, Subscribe(world.novels))
    say(database, ANA, Unsubscribe(ACCOUNT), Except(world.fernway.id))
    say(database, ANA, Lift(ALL))
    elif_.post(f"/admin/contacts/{ana}/unsubscription", {"type": str(world.novels.id)})
    elif_.press("undo")
    erased = by(Hand.USER, via=Via.ERASURE)
    say(database, ANA, End(of_type(world.novels.id)), by_=erased)
    assert told(elif_, ana)[:5] == [
        "The subscription to Novels ended with the erasure.",
        "Elif undid a change of Novels. What was wanted before is wanted again.",
        "Elif unsubscribed Ana Example from Novels in the admin.",
        "The exception for Fernway ended with the opt-out that it excepted from, on the "
        "preference page.",
        "Ana Example removed the opt-out from all email from every brand on the preference page.",
    ]


def test_an_opt_out_that_was_undone_is_told_as_that(
    elif_: Colleague, ana: int, visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """An undo of the first word about something leaves none, and says so."""
    visitor.open(mailed.preferences(ANA)).press("account").press("undo")
    visitor.open(mailed.type(ANA, world.novels)).press("type").press("undo")
    assert told(elif_, ana)[::2] == [
        "Ana Example undid a change of Novels. There is no choice about it, as before.",
        "Ana Example undid the opt-out from all email from every brand.",
    ]


def test_the_full_evidence_is_behind_a_disclosure(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    """F21; a provider's IP address is called the provider's (rules.md, 7)."""
    made = by(Hand.USER, basis=Basis.CONSENT_WITH_NOTICE, basis_ends=TOMORROW, explained=True)
    kept = {"of": "user", "explanation": "<b>Form</b> 118"}
    say(database, ANA, Subscribe(world.novels), by_=made, evidence=kept)
    told(elif_, ana)
    found = evidence(elif_)
    assert found["Time"] == "2026-06-01 12:00:00.000 UTC"
    assert found["Explanation"] == "<b>Form</b> 118"
    assert found["Legal basis for communication"] == "Freely given consent"
    assert found["Ends on"] == "2 June 2026"
    assert len(found["Hash"]) == 64
    clicked = {"of": "provider", "ip": "192.0.2.7", "user_agent": "GoogleImageProxy"}
    out = Unsubscribe(Scope.type(world.novels.id), world.novels)
    say(database, ANA, out, by_=ONE_CLICK, evidence=clicked, source=Source(812))
    told(elif_, ana)
    found = evidence(elif_)
    assert found["The provider's IP address"] == "192.0.2.7"
    assert found["The provider's user agent"] == "GoogleImageProxy"
    assert found["Mailing"] == "812"


def test_erased_evidence_is_said_to_be_gone(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    """R-79: nothing of it stays; the bare event does."""
    kept = {"of": "user", "explanation": "Form 118"}
    say(database, ANA, Unsubscribe(ACCOUNT), by_=USER, evidence=kept)
    database.write(erase_evidence)
    assert told(elif_, ana)
    assert "The evidence of this record was erased." in elif_.words
    assert "Form 118" not in elif_.words


def erase_evidence(connection: Connection) -> int:
    """As erasure does."""
    return connection.execute(delete(kept_evidence)).rowcount


def test_it_is_filtered_by_type_brand_and_actor(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id), world.novels))
    say(database, ANA, Unsubscribe(Scope.type(world.evenings.id), world.evenings), by_=USER)
    say(database, ANA, Unsubscribe(Scope.brand(world.workshops.id)))
    assert len(told(elif_, ana, f"?type={world.novels.id}")) == 1
    assert len(told(elif_, ana, f"?brand={world.workshops.id}")) == 2
    assert len(told(elif_, ana, f"?brand={world.workshops.id}&actor=USER")) == 1
    assert len(told(elif_, ana, "?actor=CONTACT")) == 2
    assert len(told(elif_, ana, "?actor=x'--&brand=-1&type=y&before=z")) == 3
    assert told(elif_, ana, "?actor=API") == []
    assert "Nothing like this has happened." in elif_.words


def test_pages_go_on_where_the_last_one_ended_and_cost_the_same(
    elif_: Colleague, ana: int, database: Database, world: World, heard: list[str]
) -> None:
    """R-45: contact, what stands, the events, the mails; no statement an event."""
    for _ in range(26):
        say(database, ANA, Subscribe(world.novels))
        say(database, ANA, Unsubscribe(Scope.type(world.novels.id), world.novels))
    told(elif_, ana)
    heard.clear()
    assert len(told(elif_, ana)) == 50
    assert len(heard) == WHO_IS_THERE + 5
    (older,) = elif_.page.one("main").all("a", rel="next")
    elif_.open(older.get("href"))
    assert len(elif_.page.one("ol").all("li")) == 2
    assert not elif_.page.one("main").all("a", rel="next")


def test_it_is_exported_exactly_and_for_spreadsheets_safely(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    """R-132, H-38: a cell never begins a formula, and JSON says what is kept."""
    formula = '=HYPERLINK("http://x","y")\n"quoted"'
    kept = {"of": "user", "explanation": formula}
    say(database, ANA, Unsubscribe(ACCOUNT), by_=USER, evidence=kept)
    say(database, ANA, Subscribe(world.novels), by_=by(via=Via.PREFERENCE_PAGE))
    answer = elif_.open(f"/admin/contacts/{ana}/history.csv?actor=USER").answer
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="history-{ana}.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["explanation"] == f"'{formula}"
    assert (row["actor"], row["status"], row["number"]) == ("USER", "UNSUBSCRIBED", "1")
    listed = json.loads(elif_.open(f"/admin/contacts/{ana}/history.json").answer.text)
    assert [event["number"] for event in listed] == [2, 1]
    assert listed[1]["evidence"] == kept


def test_who_and_what_a_reference_names_is_told(
    elif_: Colleague, ana: int, database: Database, world: World, site: Site
) -> None:
    """A key by its name, a job with its one explanation, a mailing by its name."""
    database.write(name_things, world)
    out = Unsubscribe(Scope.type(world.novels.id), world.novels)
    shop = by(Hand.API, at=NOW)
    say(database, ANA, out, by_=shop, source=Source(812, reference="key:9"))
    new = NewRun(RunKind.BULK_EDIT, RunState.RUNNING, "user:9", explanation="Form 7")
    job = database.write(runs.make, new, NOW)
    reference = f"user:{user(site, ELIF).id}"
    bulk = by(Hand.USER_BULK, via=Via.BULK_EDIT, explained=True)
    say(
        database,
        ANA,
        Subscribe(world.offers),
        by_=bulk,
        source=Source(0, None, None, reference, job),
    )
    assert told(elif_, ana) == [
        "Elif subscribed Ana Example to Offers in a bulk edit.",
        "Web shop unsubscribed Ana Example from Novels through the API, mailing 812.",
    ]
    assert evidence(elif_)["Explanation"] == "Form 7"
    assert evidence(elif_)["Job"] == str(job)
    assert "812, “Winter sale”" in elif_.words
    panel(elif_, ana)
    assert row(elif_, "Novels")[2] == "Web shop, through the API, mailing 812"
    assert row(elif_, "Offers")[2] == f"Elif, in a bulk editJob {job}"


def name_things(connection: Connection, world: World) -> int:
    """A key called Web shop, and a mailing called Winter sale."""
    key = {"id": 9, "digest": bytes(32), "name": "Web shop", "scopes": "", "created_at": NOW}
    connection.execute(insert(api_key).values(speaks_for_person=False, **key))
    mailing = {"number": 812, "brand": world.fernway.id, "name": "Winter sale", "created_at": NOW}
    return connection.execute(insert(message).values(mailing)).rowcount


def test_the_evidence_has_the_words_that_were_read(
    elif_: Colleague, ana: int, visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """As they stood in the version that the person read, whatever they became."""
    visitor.open(mailed.preferences(ANA)).untick(world.novels).press("save")
    told(elif_, ana)
    assert evidence(elif_)["What was read: name"] == "Novels"
