"""A contact's record: what stands, which verb or refusal stands beside it, what a press does."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.catalog import Policy
from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.deeds import Doer
from app.domain.words import ACCOUNT, Actor, Basis, Cause, Scope, Via
from app.services import contacts
from app.services.contacts import Draft
from app.services.preferences import Source
from app.store.doors import Database
from app.web.site import Site
from tests.web.admin.colleagues import DORA, ELIF, Colleague, at_work, user
from tests.web.houses import known
from tests.world import ANA, NOW, TOMORROW, World, by, say


@pytest.fixture
def ana(site: Site, world: World) -> int:
    """Ana's contact."""
    draft = Draft(ANA.key, ANA.address, "Ana Example")
    return site.database.write(contacts.create, draft, Policy(), Doer(None, site.now()))


@pytest.fixture
def elif_(app: Flask) -> Colleague:
    """An editor, signed in."""
    return at_work(app, ELIF)


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
    texts = {e.get("id"): e.text for e in colleague.page.all("small")}
    return {
        b.text: texts[b.get("aria-describedby")]
        for b in colleague.page.all("button")
        if b.get("aria-disabled") == "true"
    }


def test_each_type_is_told_with_status_time_maker_route_and_basis(
    elif_: Colleague, ana: int, database: Database, world: World, app: Flask
) -> None:
    """F5, F21."""
    dora = at_work(app)
    reference = f"user:{user(app.extensions['sayso'], DORA).id}"
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


REFUSED = {
    "only": "Only Ana Example can lift this. The preferences link is the way.",
    "complaint": "Only Ana Example can take this back, on the preference page.",
    "all": "An opt-out from all email stands. That one comes first.",
    "brand": "An opt-out from all email of this brand stands. That one comes first.",
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
