"""Links as mail programs, gateways and hands hand them on (standards.md, H-01 to H-08)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from flask import Flask

from app.domain.standing import of_brand, of_type
from app.links.base32 import decode, encode
from app.links.purposes import Purpose
from app.store.doors import Database
from tests.web.houses import Mailed, everything, known, token_of
from tests.web.visiting import Visitor, get, one_click
from tests.world import ANA, BEN, Person, World

Damage = Callable[[str], str]
MIDDLE = 29


def split(by: str) -> Damage:
    return lambda token: f"{token[:MIDDLE]}{by}{token[MIDDLE:]}"


def behind(what: str) -> Damage:
    return lambda token: f"{token}{what}"


def before(what: str) -> Damage:
    return lambda token: f"{what}{token}"


MENDED: Mapping[str, Damage] = {
    **{f"{mark} behind": behind(mark) for mark in ".)>\",;!'*]"},
    **{f"%{ord(mark):02X} behind": behind(f"%{ord(mark):02X}") for mark in ".)>\",;!'*]?#"},
    "%25-encoded mark behind": behind("%253E"),
    "3D before": before("3D"),
    "3d before": before("3d"),
    "= before": before("="),
    "encoded = before": before("%3D"),
    "soft break": split("=%0D%0A"),
    "encoded soft break": split("%3D%0A"),
    "upper case": str.upper,
    "mixed case": lambda token: "".join(c.upper() if i % 3 else c for i, c in enumerate(token)),
    "zero width behind": behind("%E2%80%8B"),
    "zero width inside": split("%E2%80%8B"),
    "zero width before": before("%E2%80%8B"),
    "byte order mark before": before("%EF%BB%BF"),
    "soft hyphen inside": split("%C2%AD"),
    "space behind": behind("%20"),
    "space inside": split("%20"),
    "tab inside": split("%09"),
    "encoded twice": lambda token: f"%25{ord(token[0]):02X}{token[1:]}",
    "all encoded twice": lambda token: "".join(f"%25{ord(c):02x}" for c in token),
    "entity": behind("&amp;utm_source=x"),
    "ampersand": behind("&utm_source=x"),
    "query": behind("?utm_source=x&gclid=1"),
    "two queries": behind("?a=1?b=2"),
    "query of another token": behind("?t=aaaa&token=bbbb&type=%00"),
}


def swapped(at: int) -> Damage:
    """The character there, another one."""
    return lambda token: token[:at] + ("b" if token[at] == "a" else "a") + token[at + 1 :]


def twin(token: str) -> str:
    """The same bytes, were the two spare bits of the last character ignored (R-124)."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def with_first_byte(value: int) -> Damage:
    return lambda token: encode(bytes([value]) + decode(token)[1:])


LOST: Mapping[str, Damage] = {
    "a character flipped in the middle": swapped(MIDDLE),
    "the first flipped": swapped(0),
    "the last but one flipped": swapped(56),
    "a twin of the last": twin,
    "one short": lambda token: token[:-1],
    "one short at the start": lambda token: token[1:],
    "half": lambda token: token[:MIDDLE],
    "nothing": lambda token: "",
    "a letter more": behind("a"),
    "a digit more": behind("9"),
    "twice": lambda token: token * 2,
    "reversed": lambda token: token[::-1],
    "another version": with_first_byte(0x22),
    "no such purpose": with_first_byte(0x19),
    "another purpose": with_first_byte(0x14),
    "a character outside the alphabet": lambda token: token[:-1] + "1",
    "NUL inside": split("%00"),
    "not UTF-8 inside": split("%FF"),
    "a Kelvin sign": split("%E2%84%AA"),
    "a dotless i inside": split("%C4%B1"),
    "too long": lambda token: "a" * 5_000,
}


def test_what_is_glued_to_a_link_or_broken_into_it_does_not_matter(
    app: Flask, mailed: Mailed, world: World
) -> None:
    """H-04, H-05, H-06, H-07, H-08: the page is the same."""
    for clean in (mailed.type(ANA, world.novels), mailed.preferences(ANA)):
        folder, token = clean[:3], token_of(clean)
        expected = get(app, clean)
        assert expected.status_code == 200
        for name, damage in MENDED.items():
            answer = get(app, folder + damage(token))
            assert (name, answer.status_code) == (name, 200)
            assert read_title(answer.text) == read_title(expected.text), name


def read_title(html: str) -> str:
    return html.split("<title>")[1].split("</title>", maxsplit=1)[0]


def test_one_click_works_through_every_damage_that_can_be_mended(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-04, H-05, H-06, H-07, H-08: and it unsubscribes whom it was mailed to, and nobody else."""
    for number, (name, damage) in zip(count(), MENDED.items(), strict=False):
        person = Person(name, f"reader-{number}@example.com")
        answer = one_click(app, f"/u/{damage(token_of(mailed.type(person, world.novels)))}")
        assert (name, answer.status_code) == (name, 200)
        assert known(database, person).held.opted_out(of_type(world.novels.id)), name
    assert len(everything(database)["email_address"]) == len(MENDED) + 2


def test_the_folder_may_be_upper_case(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-06: some mail systems shout the whole URL (R-100)."""
    for path in (mailed.type(ANA, world.novels), mailed.preferences(ANA)):
        assert read_title(get(app, path.upper()).text) == read_title(get(app, path).text)
    assert one_click(app, mailed.type(ANA, world.novels).upper()).status_code == 200
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))
    assert one_click(app, mailed.preferences(BEN).upper()).status_code == 200
    assert known(database, BEN).held.opted_out(of_brand(world.fernway.id))


def test_a_link_that_cannot_be_read_is_404_with_the_way_that_needs_none(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-01, H-02, H-03, R-18, R-108, R-131: no change, no echo of the token, the fallback form."""
    untouched = everything(database)
    tokens = [token_of(mailed.type(ANA, world.novels)), token_of(mailed.preferences(ANA))]
    for number, (name, damage) in enumerate(LOST.items()):
        network = f"198.51.{number}.7"
        for folder, token in zip(("u", "p", "u", "p"), tokens * 2, strict=True):
            path = f"/{folder}/{damage(token)}"
            visitor = Visitor(app, network).open(path)
            assert (name, visitor.status) == (name, 404)
            assert visitor.buttons == {"unsubscribe", "link"}
            assert token[:20] not in visitor.html
            assert (name, one_click(app, path, network).status_code) == (name, 404)
    assert everything(database) == untouched


def test_the_page_for_lost_links_unsubscribes_at_once(
    app: Flask, database: Database, visitor: Visitor, world: World
) -> None:
    """R-62: on the page that answers a broken link, without a detour by mail."""
    visitor.open("/u/broken").fill(email=ANA.address).press("unsubscribe")
    assert (visitor.status, visitor.is_result) == (200, True)
    assert known(database, ANA).held.covered(world.fernway.id)


def test_only_a_link_is_called_not_complete(visitor: Visitor, world: World) -> None:
    """Who types the bare domain or a wrong path has lost no part of a link: the same page."""
    lost = "This link is not complete"
    for path, status in (("/", 200), ("/nothing", 404), ("/unknown/u", 404)):
        visitor.open(path)
        assert (visitor.status, visitor.title.startswith(lost)) == (status, False), path
        assert visitor.buttons == {"unsubscribe", "link"}
        assert "lost" not in visitor.words
    for folder in "pucdmsPU":
        assert visitor.open(f"/{folder}/broken").title.startswith(lost), folder


def test_an_unsubscribe_link_shows_no_choices_wherever_it_is_opened(
    app: Flask, visitor: Visitor, database: Database, mailed: Mailed, world: World
) -> None:
    """H-30: a token means what it says, under /p as under /u."""
    token = token_of(mailed.type(ANA, world.novels))
    visitor.open(f"/p/{token}")
    assert (visitor.status, visitor.boxes) == (200, {})
    assert world.offers.texts.get("name", "en") not in visitor.words
    untouched = everything(database)
    form = Visitor(app).open(mailed.preferences(BEN)).as_sent("save")
    for sent in (form, [("do", "account")], [("do", "undo"), ("record", "1"), ("mark", "00")]):
        assert visitor.send(sent, f"/p/{token}").status == 400
    assert everything(database) == untouched
    assert one_click(app, f"/p/{token}").status_code == 200
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))


def test_a_preferences_link_under_u_opts_out_of_its_brand(
    app: Flask, visitor: Visitor, database: Database, mailed: Mailed, world: World
) -> None:
    """H-30, rules.md 5: a sender who put it into the header loses nobody's one-click."""
    token = token_of(mailed.preferences(ANA))
    visitor.open(f"/u/{token}")
    assert (visitor.boxes, "brand" in visitor.buttons) == ({}, True)
    for path, person in ((f"/u/{token}", ANA), (mailed.preferences(BEN), BEN)):
        assert one_click(app, path).status_code == 200
        assert known(database, person).held.opted_out(of_brand(world.fernway.id))
        assert not known(database, person).held.covered(world.workshops.id)


def test_a_token_of_one_kind_is_none_of_another(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-30, R-123: footer tokens confirm nothing."""
    untouched = everything(database)
    for path in (mailed.preferences(ANA), mailed.account(ANA), mailed.example(world.fernway)):
        token = token_of(path)
        assert get(app, f"/c/{token}").status_code == 404
        assert one_click(app, f"/c/{token}").status_code == 404
    assert everything(database) == untouched


def test_an_example_link_changes_nothing_whatever_is_pressed(
    app: Flask, visitor: Visitor, database: Database, mailed: Mailed, world: World, heard: list[str]
) -> None:
    """Rules.md 5, purpose 15: for previews and documentation."""
    example = mailed.example(world.fernway)
    untouched = everything(database)
    assert "This is an example" in visitor.open(example).words
    assert "so•••dy@ex•••.com" in visitor.words
    for word in sorted(visitor.open(example).buttons):
        heard.clear()
        assert visitor.open(example).press(word).status == 200
        assert not [said for said in heard if said.startswith(("BEGIN", "INSERT"))], word
    below = f"/u/{token_of(example)}"
    assert "This is an example" in visitor.open(below).words
    for word in sorted(visitor.buttons):
        assert visitor.open(below).press(word).status == 200, word
    for field in ("undo", "reason"):
        heard.clear()
        sent = [("record", "1"), ("mark", "00"), ("do", field)]
        assert visitor.send(sent, f"{below}/{field}").status == 200
        assert not [said for said in heard if said.startswith(("BEGIN", "INSERT"))], field
    assert one_click(app, below).status_code == 200
    assert one_click(app, example).status_code == 200
    assert everything(database) == untouched


def test_who_gets_a_forwarded_link_sees_no_address_and_no_name(
    visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """H-52, R-114, R-115: masked, yet enough to tell two mailboxes apart."""
    shown = set()
    for person in (ANA, BEN):
        for path in (
            mailed.preferences(person),
            mailed.type(person, world.novels),
            mailed.account(person),
        ):
            visitor.open(path)
            assert person.address not in visitor.html
            assert person.address.split("@")[1] not in visitor.html
            lead = next(p.text for p in visitor.page.all("p") if p.get("class") == "lead")
            assert "•" in lead
            shown.add(lead)
    assert len(shown) == 2


def test_ids_and_messages_of_a_token_may_have_32_bits(
    app: Flask, visitor: Visitor, database: Database, mailed: Mailed
) -> None:
    """Rules.md 5: a signed opt-out is never refused for its number."""
    largest = 2**32 - 1
    for purpose in (Purpose.TYPE, Purpose.BRAND, Purpose.PREFERENCES):
        for scope in (0, 1, 2**31, largest):
            path = mailed.of(ANA.key, purpose, scope, largest)
            assert visitor.open(path).status == 200
            assert one_click(app, path).status_code == 200
    held = known(database, ANA).held
    assert all(held.opted_out(of(largest)) for of in (of_type, of_brand))
