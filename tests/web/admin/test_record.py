"""A contact's record: what stands, which verb or refusal stands beside it, what a press does."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.changes import Ask, Except, Hand, Pause, Report, Subscribe, Unsubscribe
from app.domain.contacts import Processing
from app.domain.standing import ALL, of_brand, of_type
from app.domain.words import ACCOUNT, DAY, Actor, Basis, Cause, Scope, Via
from app.queries import contacts as queried
from app.services import catalog
from app.services.preferences import Source
from app.store.doors import Database
from app.web.site import Site
from tests.web.admin.colleagues import DORA, ELIF, FINN, Colleague, at_work, user
from tests.web.admin.test_audit import deeds
from tests.web.houses import Clock, events, known, mark_of, proof
from tests.web.reading import Element
from tests.world import ANA, NOW, TOMORROW, World, by, say


def panel(colleague: Colleague, contact: int, query: str = "") -> Colleague:
    """Open the Subscriptions tab."""
    return colleague.open(f"/admin/contacts/{contact}/subscriptions{query}")


def row(colleague: Colleague, name: str) -> list[str]:
    """What stands in the row of a type, cell by cell."""
    for each in colleague.page.all("tr"):
        heads = each.all("th")
        if heads and heads[0].all("bdi") and heads[0].one("bdi").text == name:
            return [heads[0].text, *(cell.text for cell in each.all("td"))]
    raise AssertionError(f"no row {name}")


def greyed(colleague: Colleague) -> dict[str, str]:
    """Each verb that is refused, and the reason that its button names."""
    page = colleague.page
    texts = {e.get("id"): e.text for e in (*page.all("small"), *page.all("p"))}
    return {
        b.text: texts[b.get("aria-describedby")]
        for b in colleague.page.all("button")
        if b.get("aria-disabled") == "true"
    }


def test_each_type_is_told_with_status_time_maker_route_and_basis(
    dora: Colleague, ana: int, database: Database, world: World, site: Site
) -> None:
    """F5, F21."""
    reference = f"user:{user(site, DORA).id}"
    say(database, ANA, Subscribe(world.novels))
    made = by(Hand.USER, basis=Basis.CONSENT_WITH_NOTICE, basis_ends=TOMORROW, explained=True)
    say(database, ANA, Subscribe(world.circle), by_=made, source=Source(reference=reference))
    left = by(via=Via.ONE_CLICK)
    say(
        database,
        ANA,
        Unsubscribe(Scope.type(world.offers.id), world.offers),
        by_=left,
        source=Source(812),
    )
    panel(dora, ana)
    since = "since 1 June 2026"
    assert row(dora, "Novels")[:3] == [
        "Novels",
        f"Subscribed{since}",
        "Ana Example, on the preference page",
    ]
    assert row(dora, "Offers")[1:3] == [
        f"Unsubscribed{since}",
        "Ana Example, with the one-click header of mailing 812",
    ]
    assert row(dora, "Circle")[:3] == [
        "CirclePrivate",
        f"Subscribed{since}",
        "Dora, in the adminFreely given consentends on 2 June 2026",
    ]
    assert row(dora, "Letter")[1:3] == ["Not specified", ""]
    assert row(dora, "Receipts") == [
        "ReceiptsTransactional",
        "Not specified",
        "Sent whatever was chosen",
        "",
    ]
    assert row(dora, "Evenings")[3] == "Subscribe Evenings"


WHO_IS_THERE = 2
"""Statements that a session takes."""
REFUSED = {
    "only": "Only Ana Example can lift this. The preferences link is the way.",
    "complaint": "Only Ana Example can take this back, on the preference page.",
    "all": "An opt-out from all email stands, and has to go first.",
    "brand": "An opt-out from all email of this brand stands, and has to go first.",
    "bounce": "A message to this address came back. Lift the bounce first.",
    "spam": "A message to this address was reported as spam. Only the person can take that back, "
    "on the preference page.",
    "renew": "Ana Example said yes in person, and only Ana Example can renew it. The preferences "
    "link is the way.",
}
REMOVE = "Remove opt-out from all email"


def test_what_the_person_decided_about_everything_is_greyed_with_its_reason(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    """F12: Only Ana lifts what Ana decided; her types stay as they are below it."""
    say(database, ANA, Unsubscribe(ACCOUNT))
    say(database, ANA, Unsubscribe(Scope.type(world.offers.id), world.offers))
    found = greyed(panel(elif_, ana))
    assert found[REMOVE] == REFUSED["only"]
    assert found["Subscribe Novels"] == found["Resubscribe Offers"] == REFUSED["all"]
    assert found["Subscribe Evenings"] == REFUSED["all"]
    assert elif_.words.count("The opt-out of all brands covers it.") == 2


def test_what_the_mail_system_told_is_greyed_or_lifted(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    feedback = by(Hand.AUTOMATIC, actor=Actor.BOUNCE)
    say(database, ANA, Report(Cause.BOUNCE, NOW), by_=feedback)
    found = greyed(panel(elif_, ana))
    assert found["Subscribe Novels"] == REFUSED["bounce"]
    elif_.open(f"/admin/contacts/{ana}/bounce-lift")
    assert elif_.press("bounce-lift").errors == ["Say what happened, when, and where the proof is"]
    elif_.fill(explanation="The mailbox was full; it is not any more.").press("bounce-lift")
    assert "The bounce is lifted." in elif_.words
    assert not known(database, ANA).held
    complaint = by(Hand.AUTOMATIC, actor=Actor.COMPLAINT)
    say(database, ANA, Report(Cause.COMPLAINT, NOW), by_=complaint)
    found = greyed(panel(elif_, ana))
    assert found["Lift the complaint"] == REFUSED["complaint"]
    assert found["Subscribe Novels"] == REFUSED["spam"]
    assert "no user may mail it" in found["Send preferences link"]


def test_an_editor_subscribes_one_contact_and_takes_it_back(
    elif_: Colleague, ana: int, database: Database, world: World, site: Site
) -> None:
    """F8, F9: two clicks to the form; no legal choice is made beforehand. Data privacy is off."""
    panel(elif_, ana)
    (link,) = [a for a in elif_.page.all("a") if a.text == "Subscribe Novels"]
    elif_.open(link.get("href"))
    assert elif_.heading == "Subscribe Ana Example"
    assert not [e for e in elif_.page.all("input", type="radio") if "checked" in e.attributes]
    assert [o.text for o in elif_.page.one("select").all("option")] == [
        "Novels (Fernway)",
        "Offers (Fernway)",
        "Circle (Fernway)",
        "Letter (Fernway)",
        "Evenings (Fernway Workshops)",
    ]
    elif_.press("subscription")
    assert "Subscribed. It takes effect at once." in elif_.words
    (made,) = events(database, ANA)
    assert (made.actor, made.via, made.reference) == (
        Actor.USER,
        Via.ADMIN,
        f"user:{user(site, ELIF).id}",
    )
    elif_.press("undo")
    assert "Your change is undone." in elif_.words
    assert not known(database, ANA).held
    assert deeds(site)[-2:] == ["subscribed", "edit-undone"]


def test_with_data_privacy_on_a_basis_and_explanations_are_asked_for(
    elif_: Colleague, ana: int, database: Database, world: World, clock: Clock
) -> None:
    """F9, F13: and the legal basis for processing is stored with the contact, and asked once."""
    database.write(catalog.switch_data_privacy, True, NOW)
    where = f"/admin/contacts/{ana}/subscription?type={world.novels.id}"
    elif_.open(where).press("subscription")
    assert elif_.errors == [
        "Choose a legal basis for communication",
        "Say what happened, when, and where the proof is",
        "Choose a legal basis for processing",
        "Explain the legal basis for processing",
    ]
    assert not events(database, ANA)
    elif_.fill(
        basis="CONSENT_WITH_NOTICE",
        explanation="Asked for it at the counter; form 118.",
        ends="2026-07-01",
        processing="CONSENT",
        processing_explanation="Said so on the same form.",
    ).press("subscription")
    assert row(elif_, "Novels")[2] == "Elif, in the adminFreely given consentends on 1 July 2026"
    (kept,) = proof(database)
    assert kept == {"of": "user", "explanation": "Asked for it at the counter; form 118."}
    assert [verb.text for verb in verbs(elif_) if "Novels" in verb.text] == [
        "Renew Novels",
        "Unsubscribe Novels",
    ]
    elif_.open(f"/admin/contacts/{ana}/renewal?type={world.novels.id}")
    assert "Legal basis for processing" not in elif_.words
    elif_.fill(basis="CONSENT_WITH_NOTICE", explanation="Said so again.", ends="2026-06-30")
    elif_.press("renewal")
    assert elif_.errors == ["Enter a later day than the one that stands, or leave it empty"]
    elif_.fill(basis="CONSENT_WITH_NOTICE", explanation="Said so again.", ends="")
    elif_.press("renewal")
    assert "The consent is renewed." in elif_.words
    assert row(elif_, "Novels")[2] == "Elif, in the adminFreely given consent"
    with database.reading() as connection:
        stored = queried.by_id(connection, ana)
    assert stored is not None
    assert (stored.processing, stored.explanation) == (
        Processing.CONSENT,
        "Said so on the same form.",
    )


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("ends", "2026-06-01", "Enter a day to come, or leave it empty"),
        ("ends", "soon", "Enter a day to come, or leave it empty"),
        ("explanation", "a" * 1001, "Explain it in at most 1000 characters"),
        ("processing", "CONSENT", "Explain the legal basis for processing"),
        ("processing_explanation", "because", "Choose a legal basis for processing"),
    ],
)
def test_what_is_typed_wrongly_is_said_and_kept(
    elif_: Colleague, ana: int, world: World, field: str, value: str, error: str
) -> None:
    """R-130; with data privacy off all of it may stay empty, and half of it may not."""
    elif_.open(f"/admin/contacts/{ana}/subscription?type={world.novels.id}")
    elif_.fill(**{field: value}).press("subscription")
    assert (elif_.status, elif_.errors) == (400, [error])


def test_who_unsubscribed_in_person_is_resubscribed_with_basis_and_explanation(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id), world.novels))
    where = f"/admin/contacts/{ana}/resubscription?type={world.novels.id}"
    elif_.open(where).press("resubscription")
    assert elif_.errors == [
        "Choose a legal basis for communication",
        "Say what happened, when, and where the proof is",
    ]
    elif_.fill(basis="NON_GDPR", explanation="Rang us up on 28 May.").press("resubscription")
    assert row(elif_, "Novels")[1] == "Subscribedsince 1 June 2026"
    say(database, ANA, Unsubscribe(Scope.brand(world.fernway.id)))
    elif_.open(f"/admin/contacts/{ana}/subscription?type={world.offers.id}").press("subscription")
    assert elif_.errors == [REFUSED["brand"]]


def test_an_editor_unsubscribes_and_opts_out_by_one_press(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    """F10, F22. What an opt-out holds back says so."""
    say(database, ANA, Subscribe(world.novels))
    say(database, ANA, Subscribe(world.offers))
    held = "Not sent: the opt-out from all email comes first"
    assert held not in panel(elif_, ana).words
    elif_.press("unsubscription")
    assert "Unsubscribed." in elif_.words
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))
    elif_.press("opt-out")
    assert "Opted out of all email. It takes effect at once." in elif_.words
    assert elif_.words.count(held) == 1
    assert known(database, ANA).held.opted_out(ALL)
    elif_.open(f"/admin/contacts/{ana}/opt-out-removal?brand=0").press("opt-out-removal")
    assert elif_.errors == ["Say what happened, when, and where the proof is"]
    elif_.fill(explanation="It was the wrong Ana.").press("opt-out-removal")
    assert "The opt-out from all email is removed." in elif_.words
    assert not known(database, ANA).held.opted_out(ALL)
    where = f"/admin/contacts/{ana}/opt-out"
    elif_.post(where, {"brand": str(world.workshops.id)})
    assert known(database, ANA).held.opted_out(of_brand(world.workshops.id))
    elif_.post(where, {"brand": str(world.workshops.id)})
    assert "That was so already. Nothing has changed." in elif_.words
    assert elif_.post(where, {"brand": "7"}).status == 400


def test_a_user_takes_back_only_a_change_of_their_own_within_a_day(
    elif_: Colleague, dora: Colleague, ana: int, database: Database, world: World, clock: Clock
) -> None:
    """The one event of another, and what came before, stay."""
    where = f"/admin/contacts/{ana}/unsubscription"
    elif_.post(where, {"type": str(world.novels.id)})
    record = dict([("record", "1"), mark_of(database, ANA)])
    assert "Undo it" in panel(elif_, ana).words
    assert "Undo it" not in panel(dora, ana).words
    assert "cannot be undone" in dora.post(f"/admin/contacts/{ana}/undo", record).words
    lost = {**record, "mark": "00000000"}
    assert "cannot be undone" in elif_.post(f"/admin/contacts/{ana}/undo", lost).words
    clock.pass_(DAY)
    elif_.sign_in(ELIF)
    assert "Undo it" not in panel(elif_, ana).words
    assert "cannot be undone" in elif_.post(f"/admin/contacts/{ana}/undo", record).words
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))


def test_what_another_user_opted_out_again_outlives_the_undo_of_the_first(
    elif_: Colleague, dora: Colleague, ana: int, database: Database, world: World
) -> None:
    """Each by a panel that was open before; who presses twice has said it once. decisions/0112."""
    where = f"/admin/contacts/{ana}/opt-out"
    so_already = "That was so already. Nothing has changed."
    assert so_already not in elif_.post(where, {"brand": "0"}).words
    assert so_already in elif_.post(where, {"brand": "0"}).words
    assert so_already not in dora.post(where, {"brand": "0"}).words
    record = dict([("record", "1"), mark_of(database, ANA)])
    assert "cannot be undone" in elif_.post(f"/admin/contacts/{ana}/undo", record).words
    assert known(database, ANA).held.opted_out(ALL)
    assert known(database, ANA).number == 2


def test_the_menu_shows_one_brand(elif_: Colleague, ana: int, world: World) -> None:
    """F6."""
    heads = [h.text for h in panel(elif_, ana).page.all("h3")]
    assert heads == ["All brands", "Fernway", "Fernway Workshops"]
    panel(elif_, ana, f"?brand={world.workshops.id}")
    assert [h.text for h in elif_.page.all("h3")] == ["All brands", "Fernway Workshops"]


def test_exceptions_pauses_and_requests_are_told(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    say(database, ANA, Unsubscribe(ACCOUNT), Except(world.fernway.id))
    say(database, ANA, Pause(world.fernway.id, TOMORROW), Ask(world.letter, TOMORROW))
    words = panel(elif_, ana).words
    assert "Asked for all the same on 1 June 2026" in words
    assert words.count("The opt-out of all brands covers it.") == 1
    assert "Paused by the person until 2 June 2026. From then on what stands below is sent" in words
    assert "Waits for a confirmation by mail" in row(elif_, "Letter")[1]
    say(database, ANA, Unsubscribe(ACCOUNT))
    words = panel(elif_, ana).words
    assert "until 2 June 2026. Nothing is sent now, nor from that date on" in words


def test_what_an_undo_brought_back_is_told_as_its_makers(
    elif_: Colleague, ana: int, database: Database, world: World
) -> None:
    say(database, ANA, Subscribe(world.novels))
    panel(elif_, ana).press("unsubscription").press("undo")
    assert row(elif_, "Novels")[2] == "Ana Example, on the preference page"


def test_a_viewer_looks_and_is_offered_nothing(app: Flask, ana: int, world: World) -> None:
    """R-137."""
    finn = at_work(app, FINN)
    panel(finn, ana)
    assert verbs(finn) == []
    assert "Copy link" not in finn.words


@pytest.mark.parametrize("id_", [1, 2**62, 2**64])
def test_who_is_no_contact_is_not_found(elif_: Colleague, world: World, id_: int) -> None:
    for path in ("subscriptions", "history", "history.csv", "subscription", "as-recipient"):
        assert elif_.open(f"/admin/contacts/{id_}/{path}").status == 404


def test_the_record_costs_the_same_whatever_the_number_of_types(
    elif_: Colleague, ana: int, database: Database, world: World, heard: list[str]
) -> None:
    """R-45: contact, what stands, its events, the mails; and a name, where a user made one."""
    texts = {"en": {"name": "List"}}
    for number in range(20):
        new = catalog.NewType(world.fernway.id, f"list-{number}", texts)
        made = database.write(catalog.add_type, new, NOW)
        say(database, ANA, Unsubscribe(Scope.type(made)))
    panel(elif_, ana)
    heard.clear()
    panel(elif_, ana)
    assert len(heard) == WHO_IS_THERE + 5
    elif_.post(f"/admin/contacts/{ana}/unsubscription", {"type": str(world.novels.id)})
    heard.clear()
    panel(elif_, ana)
    assert len(heard) == WHO_IS_THERE + 6
    for path, more in (
        (f"contacts/{ana}/subscription", 2),
        (f"contacts/{ana}/opt-out-removal?brand=0", 2),
    ):
        heard.clear()
        elif_.open(f"/admin/{path}")
        assert len(heard) == WHO_IS_THERE + more, path


def test_where_there_is_nothing_to_renew_the_panel_is_shown(elif_: Colleague, ana: int) -> None:
    for verb in ("renewal", "resubscription"):
        assert elif_.open(f"/admin/contacts/{ana}/{verb}").url.endswith("/subscriptions"), verb


def test_the_contact_itself_is_edited_from_its_record(elif_: Colleague, ana: int) -> None:
    """At most two clicks away."""
    links = {a.text for a in panel(elif_, ana).page.one("main").all("a")}
    assert {"Edit", "Change the address", "Delete"} <= links


def verbs(colleague: Colleague) -> list[Element]:
    """What can be pressed or opened beside types and all email."""
    found = [*colleague.page.one("main").all("a"), *colleague.page.one("main").all("button")]
    return [e for e in found if "slim" in e.get("class")]
