"""The page for who has no link: unsubscribe a typed address, or have a link mailed to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.domain.changes import Hand, Report, Subscribe
from app.domain.mail import MailKind
from app.domain.standing import ALL
from app.domain.words import Actor, Cause, Via
from app.services import erasure
from app.store.doors import Database
from app.store.tables import account, outbox
from tests.web.houses import Mailed, events, everything, known, store
from tests.web.visiting import FORM, Visitor, request
from tests.world import ANA, BEN, NOW, Person, World, by, say


def typed(visitor: Visitor, address: str, word: str) -> Visitor:
    return visitor.open("/links").fill(email=address).press(word)


def owed(database: Database) -> list[tuple[Any, ...]]:
    """What mail is owed: kind, key, and the address where a form gave it."""
    wanted = select(outbox.c.kind, outbox.c.address_key, outbox.c.recipient)
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


class Standing(NamedTuple):
    """People of whom different things are known, all with addresses of one length."""

    stored: Person
    unknown: Person
    suppressed: Person
    complained: Person
    erased: Person


@pytest.fixture
def people(database: Database, world: World) -> Standing:
    """One of each."""
    made = Standing(*[Person(name, f"{name[:6]:x<6}@example.com") for name in Standing._fields])
    for person in (made.stored, made.suppressed, made.complained, made.erased):
        store(database, person)
    say(database, made.stored, Subscribe(world.novels))
    for person, cause, actor in (
        (made.suppressed, Cause.BOUNCE, Actor.BOUNCE),
        (made.complained, Cause.COMPLAINT, Actor.COMPLAINT),
    ):
        say(database, person, Report(cause, NOW), by_=by(Hand.AUTOMATIC, actor=actor))
    say(database, made.erased, Subscribe(world.novels))
    database.write(erasure.erase, made.erased.key, by(via=Via.ERASURE))
    return made


def shape(statements: list[str]) -> list[str]:
    """What is done to which table, whatever the values."""
    return [" ".join(said.split()[:3]) for said in statements]


@pytest.mark.parametrize("word", ["link", "unsubscribe"])
def test_the_answer_is_the_same_whatever_is_stored(
    app: Flask, visitor: Visitor, people: Standing, heard: list[str], word: str
) -> None:
    """H-42, H-43, R-126: status, headers, body and statements; only the mailbox learns."""
    answers = set()
    said = []
    typed(visitor, BEN.address, word)
    for person in people:
        form = urlencode([("email", person.address), ("website", ""), ("do", word)]).encode()
        heard.clear()
        answer = request(app, "POST", "/links", form, FORM, network=person.name)
        said.append(shape(heard))
        same = answer.text.replace(person.address, "typed@example.com")
        answers.add((answer.status_code, str(answer.headers), same))
    assert len(answers) == 1
    if word == "link":
        assert len({tuple(one) for one in said}) == 1


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ana.example.com", "with an @"),
        ("@example.com", "with an @"),
        ("an a@example.com", "There is a space in the address"),
        ("ana@exa\x01mple.com", "Check how it is written"),
    ],
)
def test_what_is_wrong_with_an_address_is_named(
    visitor: Visitor, world: World, address: str, says: str
) -> None:
    """R-130: alike on the page for lost links and on a sign-up form."""
    assert says in typed(visitor, address, "link").words
    form = visitor.open(f"/s/{world.fernway.slug}").fill(email=address)
    assert says in form.press(world.fernway.slug).words


def test_a_mail_is_owed_and_the_worker_finds_out_whether_anybody_gets_it(
    visitor: Visitor, database: Database, people: Standing
) -> None:
    """R-37, R-126, R-127: what was typed is not kept, so nothing can be mailed to it."""
    for person in people:
        assert typed(visitor, person.address, "link").is_result
    kind = MailKind.PREFERENCES_LINK
    assert sorted(owed(database)) == sorted((kind, person.key, None) for person in people)


def test_a_typed_address_is_unsubscribed_from_everything_at_once(
    visitor: Visitor, database: Database, people: Standing
) -> None:
    """H-43, R-62, R-91: an unknown one too; recorded as the form's, which proves no mailbox."""
    assert "You will still get: Receipts." in visitor.open("/links").facts["Unsubscribe"]
    for person in people:
        typed(visitor, person.address, "unsubscribe")
        assert (visitor.status, visitor.is_result) == (200, True)
        assert {"Stopped", "From"} <= visitor.facts.keys()
        assert visitor.facts["Still comes"] == "Receipts"
        assert known(database, person).held.opted_out(ALL)
    standing = known(database, people.unknown).held[ALL]
    assert (standing.actor, standing.via) == (Actor.CONTACT, Via.FALLBACK_FORM)
    (event,) = events(database, people.unknown)
    assert (event.message, event.link_purpose, event.language) == (0, None, "en")
    assert known(database, people.unknown).address is None


@pytest.mark.parametrize("around", ["<{}>", "Ben Reader <{}>", "mailto:{}", "'{}';"])
def test_an_address_pasted_from_a_mail_program_is_the_one_inside(
    visitor: Visitor, database: Database, around: str
) -> None:
    """Else the page would say so of an address that is nobody's, and Ben get mail again."""
    assert typed(visitor, around.format(BEN.address), "unsubscribe").is_result
    assert known(database, BEN).held.opted_out(ALL)


def test_who_was_unsubscribed_by_a_stranger_can_come_back_with_any_link(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """H-43."""
    typed(visitor, ANA.address, "unsubscribe")
    visitor.open(mailed.preferences(ANA)).tick(world.novels).press("save")
    assert visitor.boxes[world.novels.id]


def test_an_address_is_who_it_is_however_it_is_written(
    visitor: Visitor, database: Database, world: World
) -> None:
    """H-32, H-33, rules.md 2: pairs are one subscriber, the rest is not."""
    one = (
        ("User+Tag@EXAMPLE.com", "user+tag@example.com"),
        ("user@B\u00dcCHER.example", "user@xn--bcher-kva.example"),
        ("ren\u00e9@example.com", "rene\u0301@example.com"),
        (" a@example.org\u200b", "a@example.org."),
        ('"john doe"x@example.com'.replace(" ", ""), '"johndoe"x@example.com'),
    )
    for written, other in one:
        typed(visitor, written, "unsubscribe")
        assert visitor.status == 200
        assert known(database, Person("", other)).held.opted_out(ALL), other
    for apart in ("user@example.com", "usertag@example.com", "user@strasse.de"):
        typed(visitor, "user@stra\u00dfe.de", "unsubscribe")
        assert known(database, Person("", apart)).held == {}


def test_a_look_alike_of_a_known_address_gets_nothing(
    visitor: Visitor, database: Database, world: World
) -> None:
    """H-35, R-37: mail is owed to a key that has no mailbox. What Unicode holds for the same letter
    (the Kelvin sign) is the same address, and its mail goes to the one that is stored."""
    kim = Person("Kim", "kim@example.com")
    store(database, kim)
    for alike in ("k\u0131m@example.com", "k\u0456m@example.com", "kim@ex\u0430mple.com"):
        assert typed(visitor, alike, "link").is_result
    assert kim.key not in {key for _, key, _ in owed(database)}
    assert typed(visitor, "\u212aim@example.com", "link").is_result
    assert (MailKind.PREFERENCES_LINK, kim.key, None) in owed(database)


MALFORMED = (
    "",
    "   ",
    "ana",
    "ana@",
    "@example.com",
    "@",
    "john doe@example.com",
    "a@exam ple.com",
    "a@b.c\r\nBcc: x@y.z",
    "a@b.c\nx",
    "a\0b@example.com",
    "a\x7f@example.com",
    "a\x85b@example.com",
    "a\u2028b@example.com",
    f"{'a' * 250}@example.com",
    "a" + "\u0300" * 2_000 + "@example.com",
    "ana@example.com, ben@example.org" + " " * 20 + "x",
)


def test_what_cannot_be_an_address_is_a_clear_error_at_the_field(
    visitor: Visitor, database: Database
) -> None:
    """H-34, H-36, H-37, R-34, R-40, R-151: the input is kept, nothing is done or owed."""
    untouched = everything(database)
    for word in ("link", "unsubscribe"):
        for address in MALFORMED:
            typed(visitor, address, word)
            assert (visitor.status, visitor.title[:7]) == (400, "Error: "), address[:60]
            summary = visitor.page.one("div", role="alert")
            field = visitor.page.one("input", name="email")
            assert summary.one("a").get("href") == f"#{field.get('id')}"
            assert field.get("aria-invalid") == "true"
            (problem,) = visitor.page.all("p", id=field.get("aria-describedby").split()[-1])
            assert problem.text == summary.one("a").text
            assert field.get("value").split() == address.split()
    assert everything(database) == untouched


def test_odd_addresses_that_may_exist_are_taken(visitor: Visitor, database: Database) -> None:
    """H-34, R-41, rules.md 2: what fails a validator may still be opted out."""
    local = "a" * 65
    for odd in (
        '"john.doe"@example.com',
        "a@[127.0.0.1]",
        "a@b",
        f"{local}@example.com",
        "a@-",
        "a@b@c",
    ):
        assert typed(visitor, odd, "unsubscribe").status == 200, odd
        assert known(database, Person("", odd)).held.opted_out(ALL)


def test_what_turns_text_around_is_shown_as_an_escape(visitor: Visitor) -> None:
    """H-37, H-39, R-43: and markup is text."""
    for word in ("link", "unsubscribe"):
        typed(visitor, "moc.elpmaxe\u202e@evil.example", word)
        assert (visitor.status, "\u202e" in visitor.html) == (200, False)
        assert "\\u202e" in visitor.words
        typed(visitor, "<script>alert(1)</script>{{7*7}}@example.com", word)
        assert (visitor.status, visitor.page.all("script")) == (200, [])
        assert "<script>alert(1)</script>{{7*7}}@example.com" in visitor.words


def test_who_fills_in_what_nobody_sees_gets_no_mail_and_the_same_answer(
    visitor: Visitor, database: Database
) -> None:
    """R-127, docs/decisions/0010: an opt-out is carried out all the same."""
    human = typed(visitor, ANA.address, "link").html
    trapped = visitor.open("/links").fill(email=ANA.address, website="x").press("link").html
    assert trapped == human
    assert len(owed(database)) == 1
    visitor.open("/links").fill(email=ANA.address, website="x").press("unsubscribe")
    assert known(database, ANA).held.opted_out(ALL)


def test_the_form_reads_only_the_fields_of_a_form(app: Flask, database: Database) -> None:
    """R-130, R-133: no JSON, no file, no query string; never 500."""
    untouched = everything(database)
    file = (
        b'--x\r\nContent-Disposition: form-data; name="email"; filename="a@example.com"\r\n\r\n'
        b"ana@example.com\r\n--x--\r\n"
    )
    bodies: Sequence[tuple[bytes, str]] = (
        (file, "multipart/form-data; boundary=x"),
        (b'{"email": "ana@example.com", "do": "unsubscribe"}', "application/json"),
        (b'{"email": 5}', "application/json"),
        (b'{"email": ["ana@example.com"]}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"5", "application/json"),
        (b"null", "application/json"),
        (b"{", "application/json"),
        (b"[" * 9_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"email=ana@example.com&do=unsubscribe", "text/plain"),
        (b"", FORM),
    )
    for body, content_type in bodies:
        answer = request(
            app, "POST", "/links?email=ana@example.com&do=unsubscribe", body, content_type
        )
        assert (body[:60], answer.status_code) == (body[:60], 400)
    assert everything(database) == untouched


def test_the_form_that_unsubscribes_can_be_switched_off(
    visitor: Visitor, database: Database
) -> None:
    """Standards.md 16: then the page only mails links, whatever is sent to it."""
    off = update(account).values(fallback_form=False, version=account.c.version + 1)
    database.write(lambda connection: connection.execute(off))
    assert visitor.open("/links").buttons == {"link"}
    visitor.send([("email", ANA.address), ("do", "unsubscribe")])
    assert visitor.status == 200
    assert known(database, ANA).held == {}
