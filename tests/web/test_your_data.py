"""Your data: seen, copied, moved and erased by an access link, and by no other."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.contacts import Source
from app.domain.mail import MailKind
from app.domain.standing import ALL, of_type
from app.domain.words import DAY, HOUR, Actor, Basis, Cause, Scope, Status, Via
from app.links.timed import Request
from app.services.contacts import Draft, Origin, save_all
from app.store.doors import Database
from app.store.tables import contact, outbox, rights_request
from app.web.site import Site
from tests.web.admin.colleagues import mails
from tests.web.houses import Clock, Mailed, events, everything, known, store, token_of
from tests.web.letters import link_in
from tests.web.visiting import Visitor, get
from tests.world import ANA, BEN, CLEO, NOW, YESTERDAY, World, by, say

NEW = "ana.moved@example.org"
MOVED = ANA._replace(address=NEW)


@pytest.fixture(autouse=True)
def system_clock(clock: Clock) -> Iterator[time_machine.Traveller]:
    """The clock of timed links is the system's."""
    with time_machine.travel(clock() / 1000, tick=False) as travelling:
        yield travelling


def asked(visitor: Visitor, mailed: Mailed) -> Visitor:
    """Ana asks for her data on the preference page."""
    return visitor.open(f"{mailed.preferences(ANA)}?data=").press("data")


def access(visitor: Visitor, mailed: Mailed, site: Site) -> str:
    """The link that is mailed to Ana then."""
    asked(visitor, mailed)
    return link_in(mails(site)[-1], "/d/")


def test_the_link_is_mailed_to_the_stored_address_and_offered_on_the_preference_page_only(
    app: Flask, visitor: Visitor, site: Site, database: Database, mailed: Mailed, world: World
) -> None:
    """R-82, H-52: who holds a forwarded link learns nothing; the mailbox does."""
    links = [a.text for a in visitor.open(mailed.preferences(ANA)).page.all("a")]
    assert "Your data" in links
    for path in (mailed.type(ANA, world.novels), mailed.account(ANA), "/links"):
        assert "Your data" not in [a.text for a in visitor.open(path).page.all("a")]
    assert asked(visitor, mailed).is_result
    (mail,) = mails(site)
    assert mail["To"] == ANA.address
    assert "one hour" in mail.get_content()
    with database.reading() as connection:
        (row,) = connection.execute(select(rights_request)).all()
    assert (row.kind, row.asked_at, row.user) == (1, NOW, None)
    asked(visitor, mailed)
    assert len(mails(site)) == 1, "one in fifteen minutes"


def test_an_unknown_text_is_typed_and_must_be_the_links_own(
    visitor: Visitor, site: Site, mailed: Mailed, database: Database
) -> None:
    visitor.open(f"{mailed.preferences(CLEO)}?data=").fill(email=BEN.address).press("data")
    assert visitor.status == 400
    visitor.fill(email=CLEO.address).press("data")
    (mail,) = mails(site)
    assert mail["To"] == CLEO.address
    assert known(database, CLEO).address is None


def test_none_goes_where_a_bounce_stands(
    visitor: Visitor, site: Site, mailed: Mailed, database: Database
) -> None:
    """rules.md, 5."""
    say(database, ANA, Report(Cause.BOUNCE, NOW), by_=by(actor=Actor.BOUNCE))
    assert asked(visitor, mailed).is_result
    assert mails(site) == []


def test_the_page_tells_what_holds_and_what_happened(
    visitor: Visitor, site: Site, database: Database, mailed: Mailed, world: World
) -> None:
    """rules.md, 7: the page and the history read the same records."""
    visitor.open(mailed.preferences(ANA)).untick(world.offers).press("save")
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id), world.novels), by_=by(at=NOW))
    for gone in (Scope.type(7), Scope.brand(7)):
        say(database, ANA, Unsubscribe(gone), by_=by(at=NOW))
    visitor.open(access(visitor, mailed, site))
    assert visitor.heading == "Your data"
    assert "Unsubscribed: something we no longer offer" in visitor.words
    assert "all email from a sender that is no longer there" in visitor.words
    assert "OffersUnsubscribed since 1 June 2026" in visitor.words
    assert "EveningsYou have not chosen so we may send it" in visitor.words
    assert "You, on the page with your choices" in visitor.words
    assert "Unsubscribed: Offers" in visitor.words
    assert "192.0.2.1" in visitor.words
    assert ANA.address not in visitor.html, "masked: who looks over a shoulder learns little"


def test_copies_say_it_all_and_no_cell_is_a_formula(
    app: Flask, visitor: Visitor, site: Site, database: Database, mailed: Mailed, world: World
) -> None:
    """R-81, R-83, H-38."""
    words = {"explanation": "=HYPERLINK(1)"}
    say(database, ANA, Subscribe(world.novels), by_=by(at=NOW), evidence=words)
    draft = Draft(ANA.key, ANA.address, "Ana Archer")
    database.write(save_all, [draft], Origin(NOW, Source.ADMIN, "user:1"))
    say(database, ANA, Report(Cause.COMPLAINT, NOW + 1), by_=by(actor=Actor.COMPLAINT))
    say(database, ANA, Unsubscribe(Scope.brand(world.workshops.id)))
    path = access(visitor, mailed, site)
    before = everything(database)
    answer = get(app, f"{path}/copy.json")
    copied = json.loads(answer.text)
    assert (copied["address"], copied["contact"]["name"]) == (ANA.address, "Ana Archer")
    assert copied["suppressions"][0]["cause"] == "COMPLAINT"
    assert [one["scope"] for one in copied["optOuts"]] == ["BRAND"]
    assert [one["kind"] for one in copied["history"]] == ["CHANGED"] * 3
    (receipt,) = copied["receipts"]
    assert (receipt["type"], receipt["evidence"]) == ("novels", words)
    answer = get(app, f"{path}/copy.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    table = list(csv.reader(io.StringIO(answer.text)))
    assert {len(row) for row in table} == {11}
    assert {row[0] for row in table[1:]} == {
        *("address", "contact", "now", "opt-out", "suppression", "receipt", "history")
    }
    cells = [cell for row in table for cell in row]
    assert "Ana Archer" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert everything(database) == before
    for number in ("-1", f"-{'9' * 24}", "9" * 24, "x"):
        assert get(app, f"{path}?before={number}").status_code == 200, "R-130"


def test_a_press_erases_and_opts_out_and_the_link_acts_once(
    app: Flask, visitor: Visitor, site: Site, database: Database, mailed: Mailed, world: World
) -> None:
    """rules.md, 2; R-79: the page says what goes and what stays, before and after."""
    say(database, ANA, Subscribe(world.novels), evidence={"explanation": "in the shop"})
    path = access(visitor, mailed, site)
    assert "cannot be undone" in visitor.open(f"{path}/erasure").words
    visitor.press("erasure")
    assert visitor.is_result
    assert visitor.facts["Stopped"] == "All email from every brand of Fernway"
    after = known(database, ANA)
    assert (after.address, list(after.held)) == (None, [ALL])
    assert (after.held[ALL].actor, after.held[ALL].via) == (Actor.CONTACT, Via.ERASURE)
    assert events(database, ANA)[-1].reference == "request:2"
    again = Visitor(app).open(path)
    assert "This link has done its work" in again.words
    assert Visitor(app).send([], f"{path}/erasure").status == 409
    assert Visitor(app).send([("email", NEW)], f"{path}/address").status == 409


def test_a_link_of_another_purpose_opens_nothing(
    app: Flask, site: Site, database: Database, mailed: Mailed, world: World
) -> None:
    """H-30, R-123: each purpose has its own salt, and footer links none of these."""
    wanted = Request(ANA.key, world.fernway.id, 1)
    tokens = {"d": site.accesses, "c": site.confirmations, "m": site.moves}
    written = {folder: kind.mint(wanted) for folder, kind in tokens.items()}
    written["p"] = token_of(mailed.preferences(ANA))
    acts = ("/d/{}", "/d/{}/copy.json", "/d/{}/copy.csv", "/d/{}/erasure", "/c/{}", "/m/{}")
    before = everything(database)
    for number, (own, token) in enumerate(written.items()):
        for act in [act for act in acts if not act.startswith(f"/{own}/")]:
            url, network = act.format(token), f"198.51.{number}.1"
            assert get(app, url, network).status_code == 404
            assert Visitor(app, network).send([("email", NEW)], url).status in (404, 405)
    assert everything(database) == before


def test_a_link_closes_after_an_hour(
    visitor: Visitor, site: Site, mailed: Mailed, system_clock: time_machine.Traveller
) -> None:
    """H-30: and where it closed, the way to a new one is shown."""
    path = access(visitor, mailed, site)
    system_clock.shift(3599)
    assert visitor.open(path).status == 200
    system_clock.shift(2)
    assert visitor.open(path).status == 404
    assert "link" in visitor.buttons


def test_both_mailboxes_agree_and_everything_moves(
    app: Flask, visitor: Visitor, site: Site, database: Database, mailed: Mailed, world: World
) -> None:
    """rules.md, 2: all choices go along by CONTACT, an opt-out at either address winning."""
    say(database, ANA, Subscribe(world.novels), Subscribe(world.evenings))
    say(database, ANA, Unsubscribe(Scope.type(world.offers.id), world.offers))
    say(database, MOVED, Unsubscribe(Scope.type(world.evenings.id), world.evenings))
    visitor.open(access(visitor, mailed, site)).fill(email=NEW).press("address")
    assert visitor.is_result
    old, new = sent_to(site, ANA.address), sent_to(site, NEW)
    assert NEW not in Visitor(app).open(link_in(new, "/m/")).html
    assert agreed(app, new).heading == "One mailbox is left"
    assert known(database, MOVED).address is None
    assert agreed(app, old).heading == "You have moved"
    held = known(database, MOVED).held
    assert known(database, MOVED).address == NEW
    assert known(database, MOVED).stored_at == YESTERDAY, "as the old one: rules.md, 8"
    assert held.status(of_type(world.novels.id)) is Status.SUBSCRIBED
    assert held.opted_out(of_type(world.offers.id))
    assert held.opted_out(of_type(world.evenings.id))
    made = held[of_type(world.novels.id)]
    assert (made.actor, made.via) == (Actor.CONTACT, Via.ADDRESS_CHANGE)
    behind = known(database, ANA)
    assert (behind.address, [p for p in behind.held if behind.held.status(p) == 1]) == (None, [])
    assert behind.held.opted_out(ALL)
    assert agreed(app, old).heading == "There is nothing to move"
    for path in (mailed.preferences, mailed.account, lambda p: mailed.type(p, world.novels)):
        assert "was changed on 1 June 2026" in visitor.open(path(ANA)).words
        assert NEW not in visitor.html
        assert "was changed on" not in visitor.open(path(MOVED)).words
    with database.reading() as connection:
        kept = connection.execute(select(rights_request.c.other_address)).scalars().all()
    assert kept == [None, None]


def test_who_is_known_by_their_code_only_types_both_addresses(
    app: Flask, visitor: Visitor, site: Site, database: Database, mailed: Mailed
) -> None:
    """rules.md, 2: where the text is not known, asking for mail to it means typing it. Here the
    old mailbox agrees first."""
    visitor.open(f"{mailed.preferences(CLEO)}?data=").fill(email=CLEO.address).press("data")
    visitor.open(link_in(mails(site)[-1], "/d/")).fill(own=BEN.address, email=NEW).press("address")
    assert visitor.status == 400
    assert "went to another address" in visitor.page.one("p", id="own-problem").text
    assert visitor.fill(own=CLEO.address.upper()).press("address").is_result
    old, new = sent_to(site, CLEO.address), sent_to(site, NEW)
    assert "no longer to this one" in old.get_content()
    assert "to come to this address" in new.get_content()
    assert agreed(app, old).heading == "One mailbox is left"
    assert agreed(app, new).heading == "You have moved"
    assert known(database, CLEO).held.opted_out(ALL)
    assert (known(database, MOVED).address, known(database, CLEO).address) == (NEW, None)


def test_where_both_addresses_have_a_contact_both_stay(
    app: Flask, visitor: Visitor, site: Site, database: Database, mailed: Mailed, world: World
) -> None:
    """decisions/0056: to refuse would tell that the other is known."""
    drafts = [Draft(ANA.key, ANA.address, "Ana"), Draft(MOVED.key, NEW.title(), "Ana at home")]
    database.write(save_all, drafts, Origin(NOW, Source.ADMIN, "user:1"))
    say(database, ANA, Unsubscribe(Scope.type(world.offers.id), world.offers))
    visitor.open(access(visitor, mailed, site)).fill(email=NEW).press("address")
    for mail in (sent_to(site, ANA.address), sent_to(site, NEW.title())):
        agreed(app, mail)
    with database.reading() as connection:
        names = connection.scalars(select(contact.c.name).order_by(contact.c.name)).all()
    assert names == ["Ana", "Ana at home"]
    assert known(database, MOVED).held.opted_out(of_type(world.offers.id))
    assert (known(database, ANA).address, known(database, ANA).held.opted_out(ALL)) == (
        ANA.address,
        True,
    )


def test_of_two_moves_from_one_address_the_first_counts(
    app: Flask, site: Site, database: Database, world: World, clock: Clock
) -> None:
    """rules.md, 2: the opt-out that the first leaves behind is no choice to take to another."""
    for number, typed in enumerate((NEW, BEN.address)):
        path = link(site, database, clock, number)
        assert Visitor(app).open(path).fill(email=typed).press("address").is_result
        mails(site)
        clock.pass_(HOUR)
    agreed(app, sent_to(site, NEW))
    old = [mail for mail in mails(site) if mail["To"] == ANA.address]
    headings = [agreed(app, mail).heading for mail in (*old, sent_to(site, BEN.address))]
    assert len(headings) == 3
    assert "You have moved" in headings
    assert headings[-1] == "There is nothing to move"
    assert not known(database, BEN).held


def test_implied_consent_moves_with_its_end_and_then_a_tick_counts(
    app: Flask,
    visitor: Visitor,
    site: Site,
    database: Database,
    mailed: Mailed,
    world: World,
    clock: Clock,
) -> None:
    """rules.md, 3 and 6; decisions/0056: to move is no new consent."""
    lasting = {"basis": Basis.LEGITIMATE_INTEREST_CLIENT, "basis_ends": NOW + DAY}
    say(database, ANA, Subscribe(world.novels), by_=by(Hand.USER, explained=True, **lasting))
    visitor.open(access(visitor, mailed, site)).fill(email=NEW).press("address")
    for mail in (sent_to(site, NEW), sent_to(site, ANA.address)):
        agreed(app, mail)
    assert visitor.open(mailed.preferences(MOVED)).boxes[world.novels.id]
    clock.pass_(DAY)
    assert not visitor.open(mailed.preferences(MOVED)).boxes[world.novels.id]
    visitor.tick(world.novels).press("save")
    assert visitor.open(mailed.preferences(MOVED)).boxes[world.novels.id]
    stands = known(database, MOVED).held[of_type(world.novels.id)]
    assert (stands.via, stands.basis_ends) == (Via.PREFERENCE_PAGE, None)


def test_after_an_erasure_no_other_link_tells_or_does_anything_more(
    app: Flask, site: Site, database: Database, world: World, clock: Clock
) -> None:
    """R-79, R-82: neither an access link that has not acted, nor one that a mailbox was sent."""
    say(database, ANA, Subscribe(world.novels), evidence={"explanation": "in the shop"})
    first, second, third = (link(site, database, clock, number) for number in (1, 2, 3))
    Visitor(app).open(first).fill(email=NEW).press("address")
    asked = [sent_to(site, ANA.address), sent_to(site, NEW)]
    assert Visitor(app).send([], f"{second}/erasure").is_result
    before = events(database, ANA)
    for mail in asked:
        assert agreed(app, mail).heading == "There is nothing to move"
    told = get(app, third).text + get(app, f"{third}/copy.json").text
    assert [word for word in (ANA.address, "in the shop", "192.0.2.1", NEW) if word in told] == []
    assert json.loads(get(app, f"{third}/copy.json").text)["address"] is None
    assert Visitor(app).send([], f"{third}/erasure").is_result
    assert events(database, ANA) == before
    assert known(database, MOVED).stored_at is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter your email"),
        ("no", "with an @"),
        ("a b@x.org", "a space"),
        (ANA.address, "you have now"),
    ],
)
def test_what_cannot_be_moved_to_is_said(
    visitor: Visitor, site: Site, mailed: Mailed, typed: str, says: str
) -> None:
    visitor.open(access(visitor, mailed, site)).fill(email=typed).press("address")
    assert visitor.status == 400
    assert says in visitor.words


def test_the_answer_to_a_move_is_the_same_whatever_is_known_of_the_other(
    app: Flask, site: Site, database: Database, mailed: Mailed, clock: Clock
) -> None:
    """R-126: nobody finds out by this who else is known."""
    store(database, BEN)
    answers = set()
    for typed in (BEN.address, "nobody@example.net"):
        path = link(site, database, clock)
        answers.add(Visitor(app).open(path).fill(email=typed).press("address").words)
        clock.pass_(HOUR)
    assert len(answers) == 1


def link(site: Site, database: Database, clock: Clock, number: int = 0) -> str:
    """A fresh access link for Ana."""
    return "/d/" + site.accesses.mint(Request(ANA.key, 1, clock() + number))


def sent_to(site: Site, address: str) -> EmailMessage:
    """The mail that asks a mailbox whether to move."""
    (found,) = [m for m in mails(site) if m["To"] == address and "/m/" in m.get_content()]
    return found


def agreed(app: Flask, mail: EmailMessage) -> Visitor:
    """Press the one button behind a mail's link."""
    path = link_in(mail, "/m/")
    return Visitor(app).open(path).send([], path)


def test_nothing_is_left_of_a_mail_that_was_owed(
    visitor: Visitor, site: Site, database: Database, mailed: Mailed
) -> None:
    """rules.md, 2: no copy of an address in the outbox once it was mailed."""
    visitor.open(access(visitor, mailed, site)).fill(email=NEW).press("address")
    mails(site)
    with database.reading() as connection:
        rows = connection.execute(select(outbox.c.kind, outbox.c.recipient)).all()
    assert {row.kind for row in rows} == {MailKind.ACCESS_LINK, MailKind.ADDRESS_CHANGE}
    assert {row.recipient for row in rows} == {None}
