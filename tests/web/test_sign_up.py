"""The sign-up form: it proves no mailbox, so it only asks there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from app.domain.catalog import SubscriptionType
from app.domain.changes import Hand, Report, Unsubscribe
from app.domain.contacts import Processing, Source
from app.domain.deeds import Doer
from app.domain.ledger import GENESIS, mark
from app.domain.moments import moment
from app.domain.standing import ALL, of_type, request_of
from app.domain.words import ACCOUNT, MINUTE, Actor, Cause, Kind, Scope, Status, Via
from app.queries.contacts import by_key
from app.queries.copies import copy
from app.services import erasure, signing_up
from app.store.doors import Database
from app.store.tables import outbox, sign_up
from app.web.site import Site
from tests.web.admin.colleagues import mails
from tests.web.houses import Clock, events, known, mark_of, proof, store, token_of
from tests.web.letters import link_in
from tests.web.visiting import FORM, Visitor, request
from tests.world import ANA, BEN, CLEO, NOW, Person, World, by, say, seen

FORM_OF = "/s/fernway"
WEEK_SECONDS = 7 * 24 * 3600


@pytest.fixture(autouse=True)
def system_clock(clock: Clock) -> Iterator[time_machine.Traveller]:
    """The clock of timed links is the system's."""
    with time_machine.travel(clock() / 1000, tick=False) as travelling:
        yield travelling


def typed(visitor: Visitor, person: Person, *types: SubscriptionType) -> Visitor:
    """Somebody types an address and ticks."""
    return visitor.open(FORM_OF).tick(*types).fill(email=person.address).press("fernway")


def confirmed(visitor: Visitor, site: Site) -> Visitor:
    """Whose mailbox it is opens the link there and presses."""
    (mail,) = mails(site)
    path = link_in(mail, "/c/")
    return visitor.open(path).send([], path)


def test_only_public_types_are_offered_and_no_box_is_ticked(
    visitor: Visitor, world: World, database: Database
) -> None:
    """R-68, R-88: whatever is known of whoever looks."""
    boxes = visitor.open(FORM_OF).boxes
    assert boxes == dict.fromkeys((world.novels.id, world.offers.id, world.letter.id), False)
    assert visitor.open("/s/nobody").status == 404


def test_it_only_opens_a_request_whatever_the_type_says(
    visitor: Visitor, site: Site, database: Database, world: World
) -> None:
    """rules.md, 4; R-84: one mail, with nothing to sell, and none again for the same."""
    typed(visitor, CLEO, world.novels, world.letter)
    assert visitor.is_result
    held = known(database, CLEO).held
    assert set(held) == {request_of(world.novels.id), request_of(world.letter.id)}
    assert known(database, CLEO).address is None
    typed(visitor, CLEO, world.novels, world.letter)
    (mail,) = mails(site)
    assert mail["To"] == CLEO.address
    assert "One step is left" in mail.get_content()


def test_each_request_has_its_one_mail_however_the_address_is_spelled(
    app: Flask, site: Site, database: Database, world: World, clock: Clock
) -> None:
    """R-84, R-127, rules.md 5: none within fifteen minutes, and no fourth a day; what was mailed
    stays good."""

    def mailed_after(minutes: int, spelled: str, *types: SubscriptionType) -> list[str]:
        clock.at = NOW + minutes * MINUTE
        if types:
            sent = [("email", spelled), *(("type", str(t.id)) for t in types)]
            assert Visitor(app).send(sent, FORM_OF).is_result
        told = [mail.get_content() for mail in mails(site)]
        return sorted(" ".join(re.findall(r"^- (\w+)", text, re.MULTILINE)) for text in told)

    assert mailed_after(0, CLEO.address, world.novels) == ["Novels"]
    assert mailed_after(5, " CLEO@Example.NET ", world.novels, world.offers) == ["Novels"]
    assert mailed_after(14, "") == ["Novels"]
    assert mailed_after(16, "") == ["Novels", "Offers"]
    assert mailed_after(31, "Cleo@example.net", world.letter) == ["Letter", "Novels", "Offers"]
    before = events(database, CLEO)
    assert len(mailed_after(90, "cleo@EXAMPLE.net", world.novels)) == 3
    assert events(database, CLEO) == before
    for mail in mails(site):
        path = link_in(mail, "/c/")
        assert mail["To"].lower() == CLEO.address
        assert Visitor(app).send([], path).is_result
    assert {p.scope.id for p, s in known(database, CLEO).held.items() if s.status == 1} == {
        type_.id for type_ in (world.novels, world.offers, world.letter)
    }


def test_a_link_confirms_once_and_for_a_week(
    app: Flask,
    visitor: Visitor,
    site: Site,
    database: Database,
    world: World,
    system_clock: time_machine.Traveller,
) -> None:
    """R-85, R-135: looked at it does nothing; used, it brings nothing back."""
    typed(visitor, CLEO, world.novels)
    (mail,) = mails(site)
    path = link_in(mail, "/c/")
    before = events(database, CLEO)
    system_clock.shift(WEEK_SECONDS)
    assert visitor.open(path).heading == "One step left: confirm"
    assert "For c" in visitor.words
    assert "@" in visitor.words  # the typed address, masked, though no table of addresses has it
    system_clock.shift(1)
    assert visitor.open(path).status == 404
    assert Visitor(app).send([], path).status == 404
    assert events(database, CLEO) == before
    system_clock.shift(-1)
    saved = Visitor(app).send([], path)
    assert (saved.heading, "@" in saved.words) == ("Your choices are saved", True)
    say(database, CLEO, Unsubscribe(Scope.type(world.novels.id), world.novels))
    before = events(database, CLEO)
    again = Visitor(app).send([], path)
    assert (again.status, again.heading) == (200, "There is nothing to confirm")
    assert events(database, CLEO) == before


def test_who_opted_out_since_they_had_asked_becomes_no_contact(
    visitor: Visitor, site: Site, database: Database, world: World
) -> None:
    """rules.md, 4: the later no holds, and nothing that was typed is kept."""
    typed(visitor, CLEO, world.novels)
    say(database, CLEO, Unsubscribe(ACCOUNT))
    confirmed(visitor, site)
    assert visitor.facts["You will get"] == "None of the emails you can choose"
    assert "unsubscribed after you had asked" in visitor.facts["Not switched on"]
    after = known(database, CLEO)
    assert (set(after.held), after.address) == ({ALL}, None)
    with database.reading() as connection:
        assert by_key(connection, CLEO.key) is None
        assert connection.execute(select(sign_up)).all() == []


def test_both_moments_and_the_texts_that_were_read_are_in_the_ledger(
    visitor: Visitor, site: Site, database: Database, world: World, clock: Clock
) -> None:
    """R-83, R-54: who, date and time, text, and the act that confirmed."""
    said = "Fernway sends it. See fernway.example/privacy"
    doer = Doer(None, NOW)
    database.write(signing_up.word, world.fernway.id, "en", said, doer)
    world = seen(database)
    typed(visitor, CLEO, world.novels)
    database.write(signing_up.word, world.fernway.id, "en", "Another", doer)
    clock.pass_(60_000)
    assert confirmed(visitor, site).is_result
    asked, closed, given = events(database, CLEO)
    assert (asked.kind, asked.via, asked.at) == (Kind.REQUESTED, Via.SIGNUP_FORM, NOW)
    assert (asked.texts, asked.language) == (world.novels.texts.version, "en")
    assert asked.brand_texts == world.fernway.texts.version
    assert (given.status, given.via, given.at) == (1, Via.CONFIRMATION, NOW + 60_000)
    assert (given.texts, given.program_texts, given.language) == (
        world.novels.texts.version,
        world.catalog.texts_version,
        "en",
    )
    with database.reading() as connection:
        (receipt,) = copy(connection, seen(database).catalog, CLEO.key, clock())["receipts"]
    moments = [moment(at) for at in (NOW, NOW + 60_000)]
    assert [receipt["askedAt"], receipt["givenAt"]] == moments
    assert (receipt["notice"], receipt["read"]["name"]) == (said, "Novels")
    assert closed.place == request_of(world.novels.id)
    assert [one["ip"] for one in proof(database)] == ["192.0.2.1", "192.0.2.1"]
    assert known(database, CLEO).address == CLEO.address
    with database.reading() as connection:
        made = by_key(connection, CLEO.key)
    assert made
    assert (made.source, made.processing, made.assumed) == (Source.SIGNUP, Processing.CONSENT, True)
    with database.reading() as connection:
        assert connection.execute(select(sign_up)).all() == []
        assert connection.scalars(select(outbox.c.recipient)).all() == [None]


def test_a_link_of_another_past_confirms_nothing(
    visitor: Visitor, site: Site, database: Database, world: World
) -> None:
    """R-85, R-135: after a restore another request has its number, and another mark. A link of an
    older release, which knew none, is taken at its word."""
    typed(visitor, CLEO, world.novels)
    (mail,) = mails(site)
    opened = site.confirmations.read(token_of(link_in(mail, "/c/")))
    assert ("mark", opened.mark) == mark_of(database, CLEO)
    before, lost = events(database, CLEO), opened._replace(mark=mark(GENESIS))
    path = f"/c/{site.confirmations.mint(lost)}"
    for answer in (visitor.open(path), visitor.send([], path)):
        assert answer.heading == "There is nothing to confirm"
    assert events(database, CLEO) == before
    older = URLSafeTimedSerializer(site.settings.link_secrets[-1], salt="sayso.confirmation.1")
    unmarked = f"/c/{older.dumps([CLEO.key.hex(), opened.brand, opened.record])}"
    assert visitor.send([], unmarked).heading == "Your choices are saved"


def test_confirmed_under_an_opt_out_it_counts_as_a_save_of_the_page(
    visitor: Visitor, site: Site, database: Database, world: World
) -> None:
    """rules.md, 4: what came before the request is lifted for this brand, and nothing else."""
    say(database, ANA, Unsubscribe(ACCOUNT))
    typed(visitor, ANA, world.novels)
    assert known(database, ANA).held.covered(world.fernway.id)
    confirmed(visitor, site)
    held = known(database, ANA).held
    assert held.opted_out(ALL)
    assert held.excepts(world.fernway.id)
    assert held.status(of_type(world.novels.id)) is Status.SUBSCRIBED
    assert held.opted_out(of_type(world.offers.id))


def test_who_was_erased_may_sign_up_again(
    visitor: Visitor, site: Site, database: Database, world: World
) -> None:
    """As the page says that erases: it is asked by mail, and then holds for this brand."""
    database.write(erasure.erase, ANA.key, by(via=Via.ERASURE))
    typed(visitor, ANA, world.novels)
    confirmed(visitor, site)
    found = known(database, ANA)
    assert found.address == ANA.address
    assert found.held.status(of_type(world.novels.id)) is Status.SUBSCRIBED
    assert (found.held.covered(world.fernway.id), found.held.opted_out(ALL)) == (None, True)


def test_the_answer_is_the_same_whatever_is_stored(
    app: Flask, database: Database, world: World, heard: list[str]
) -> None:
    """H-42, R-126: text, headers and what is said to the database."""
    for name in ("stored", "bounce"):
        store(database, Person(name, f"{name}@example.com"))
    bounced = by(Hand.AUTOMATIC, actor=Actor.BOUNCE)
    say(database, Person("", "bounce@example.com"), Report(Cause.BOUNCE, NOW), by_=bounced)
    answers, said = set(), []
    for number, name in enumerate(("before", "stored", "nobody", "bounce")):
        address = f"{name}@example.com"
        sent = urlencode([("email", address), ("type", world.novels.id)]).encode()
        heard.clear()
        answer = request(app, "POST", FORM_OF, sent, FORM, network=f"198.51.{number}.1")
        said.append([re.sub(r"[-0-9]+", "", " ".join(one.split()[:3])) for one in heard])
        answers.add((answer.status_code, str(answer.headers), answer.text.replace(address, "")))
    assert len(answers) == 1
    assert said[1] == said[3]
    assert len({tuple(one) for one in said[1:]}) == 1


def test_it_is_posted_from_pages_elsewhere_without_a_cookie(
    app: Flask, database: Database, world: World
) -> None:
    """The snippet is plain HTML: no token, no script, and what it shows is said by its versions."""
    sent = [("email", CLEO.address), ("type", world.novels.id), ("texts", "7.8.nl")]
    body = urlencode([*sent, ("shown", f"{world.novels.id}.9 ")]).encode()
    elsewhere = {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
    answer = request(app, "POST", FORM_OF, body, FORM, elsewhere)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    (asked,) = events(database, CLEO)
    assert (asked.program_texts, asked.brand_texts, asked.texts, asked.language) == (7, 8, 9, "nl")


@pytest.mark.parametrize(
    "sent",
    [
        [("email", "bot@example.com"), ("website", "x")],
        [("email", "")],
        [("email", "no")],
        [("email", "bot@example.com"), ("type", "")],
    ],
)
def test_a_bot_an_error_and_a_foreign_box_write_nothing(
    app: Flask, database: Database, world: World, sent: list[tuple[str, str]]
) -> None:
    """R-127: the trap's answer is that of all others; private types are not offered here."""
    foreign = [("type", str(type_.id)) for type_ in (world.circle, world.receipts, world.evenings)]
    trapped = ("website", "x") in sent
    more = [("type", str(world.novels.id))] if trapped else foreign
    answer = request(app, "POST", FORM_OF, urlencode([*sent, *more]).encode(), FORM)
    assert answer.status_code == (200 if trapped else 400)
    with database.reading() as connection:
        assert connection.execute(select(sign_up)).all() == []
        assert connection.execute(select(outbox)).all() == []


def test_one_network_and_one_mailbox_are_limited(
    app: Flask, database: Database, world: World
) -> None:
    """H-42, R-127: 60 an hour from a network; 20 mails a day owed to a mailbox, three sent."""
    sent = urlencode([("email", BEN.address), ("type", world.novels.id)]).encode()
    answers = [
        request(app, "POST", FORM_OF, sent, FORM, network=f"198.51.100.{n}").status_code
        for n in range(62)
    ]
    assert answers == [200] * 60 + [429] * 2


@pytest.mark.parametrize(
    ("typed", "says"),
    [("a b@example.org", "There is a space"), ("ana@example.org.", "Mail cannot be sent")],
)
def test_what_no_mail_can_reach_is_said_beside_the_field(
    visitor: Visitor, database: Database, world: World, typed: str, says: str
) -> None:
    """R-84, R-130: no request is opened that has no mail."""
    visitor.open(FORM_OF).tick(world.novels).fill(email=typed).press("fernway")
    assert visitor.status == 400
    assert says in visitor.page.one("p", id="problem").text
    assert visitor.page.one("input", id="email").get("aria-invalid") == "true"
    with database.reading() as connection:
        assert connection.execute(select(sign_up)).all() == []


@pytest.mark.parametrize("typed", ["k\u0430te@example.com", "\u0131na@example.com"])
def test_look_alikes_are_other_mailboxes(
    visitor: Visitor, site: Site, database: Database, world: World, typed: str
) -> None:
    """H-35: Cyrillic a, dotless i: what is typed is asked, and nobody who looks like it."""
    for plain in ("kate@example.com", "ina@example.com"):
        store(database, Person("", plain))
    sent = [("email", typed), ("type", str(world.novels.id))]
    assert visitor.open(FORM_OF).send(sent, FORM_OF).is_result
    assert {mail["To"] for mail in mails(site)} <= {typed}
    for plain in ("kate@example.com", "ina@example.com"):
        assert not known(database, Person("", plain)).held


def test_the_evidence_is_what_the_form_sent(
    visitor: Visitor, database: Database, world: World
) -> None:
    typed(visitor, CLEO, world.novels)
    assert "cleo" not in json.dumps(proof(database))


def test_nothing_is_mailed_once_there_is_nothing_to_confirm(
    visitor: Visitor, site: Site, database: Database, world: World
) -> None:
    """R-84: a mail that was put off until after the erasure asks for nothing."""
    typed(visitor, ANA, world.novels)
    database.write(erasure.erase, ANA.key, by(via=Via.ERASURE))
    store(database, ANA)
    assert mails(site) == []
