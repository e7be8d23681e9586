"""sayso brands and types: added, listed, edited, archived; mistakes told in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.colours import proposed_dark
from tests.cli.conftest import Sayso
from tests.cli.running import Finished
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import Shop
from tests.web.admin.pictures import GIF, PNG, png
from tests.web.admin.test_audit import deeds


def done(finished: Finished) -> str:
    """What a command that did its work wrote."""
    assert (finished.status, finished.err) == (0, "")
    return finished.out.strip()


def refused(finished: Finished) -> str:
    """What a command that was asked wrongly said."""
    assert (finished.status, finished.out) == (2, "")
    return finished.err.strip().rpartition("Error: ")[2]


def test_a_brand_is_added_listed_and_archived_with_its_types(sayso: Sayso, shop: Shop) -> None:
    """Rules 1: archiving a brand archives its types. Ids are random 31-bit numbers."""
    brand = done(sayso("brands", "add", "tea-room", "The Tea Room"))
    type_ = done(sayso("types", "add", "tea-room", "menus", "Menus"))
    assert 0 < int(brand) < 2**31
    assert 0 < int(type_) < 2**31
    assert f"{brand}  tea-room  The Tea Room" in done(sayso("brands", "list")).splitlines()
    listed = done(sayso("types", "list")).splitlines()
    assert f"{type_}  tea-room  menus  marketing, public" in listed
    done(sayso("brands", "archive", brand))
    assert f"{brand}  tea-room  The Tea Room  (archived)" in done(sayso("brands", "list"))
    assert f"{type_}  tea-room  menus  marketing, public  (archived)" in done(
        sayso("types", "list")
    )
    assert refused(sayso("types", "add", "tea-room", "cakes", "Cakes")) == (
        "tea-room is archived: it sends nothing any more."
    )


def test_a_brand_shows_what_was_edited_and_keeps_the_rest(sayso: Sayso, shop: Shop) -> None:
    done(sayso("brands", "edit", "fernway", "--name", "Fernway", "--sender", "Fern <f@x.example>"))
    done(sayso("brands", "edit", "fernway", "--contact", "", "--language", "nl"))
    done(sayso("brands", "edit", "fernway", "--colour", "#7a2a57", "--intro", "Good reading."))
    brand = shop.catalog.brand_or_default(0)
    assert (brand.name, brand.sender, brand.contact) == ("Fernway", "Fern <f@x.example>", "")
    assert (brand.language, brand.postal_address[:12]) == ("nl", "14 Mill Lane")
    assert (brand.look.light, brand.look.dark) == ("#7a2a57", proposed_dark("#7a2a57"))
    assert brand.texts.get("intro", "nl") == "Good reading."
    done(sayso("brands", "edit", "fernway", "--colour-dark", "#f0a8cd"))
    look = shop.catalog.brand_or_default(0).look
    assert (look.light, look.dark) == ("#7a2a57", "#f0a8cd")


@pytest.mark.parametrize("content", [PNG, GIF], ids=["PNG", "GIF"])
@ON_SQLITE
def test_a_brand_gets_a_logo(sayso: Sayso, shop: Shop, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "logo"
    file.write_bytes(content)
    done(sayso("brands", "edit", "fernway", "--logo", str(file)))
    assert shop.catalog.brand_or_default(0).look.logo


NO_LOGOS = {"svg": b"<svg onload='x'/>", "more": PNG + b"PK", "large": png(9_000), "empty": b""}


@pytest.mark.parametrize("content", NO_LOGOS.values(), ids=NO_LOGOS.keys())
@ON_SQLITE
def test_what_is_no_small_picture_is_no_logo(
    sayso: Sayso, shop: Shop, tmp_path: Path, content: bytes
) -> None:
    """R-139: no SVG, which may carry a script, whatever the file is called."""
    file = tmp_path / "logo.png"
    file.write_bytes(content)
    assert refused(sayso("brands", "edit", "fernway", "--logo", str(file))) == (
        "A logo is a PNG, JPEG, GIF or WebP of at most 200 kB."
    )
    assert not shop.catalog.brand_or_default(0).look.logo


def test_a_type_says_what_it_is_and_its_texts_change_by_language(sayso: Sayso, shop: Shop) -> None:
    """Rules 1: transactional, private and confirmed are fixed when it is made."""
    done(sayso("types", "add", "fernway", "bills", "Bills", "--transactional"))
    done(sayso("types", "add", "fernway", "club", "Club", "--private", "--confirm"))
    listed = [line.split("  ", 1)[1] for line in done(sayso("types", "list")).splitlines()]
    assert "fernway  bills  transactional, public" in listed
    assert "fernway  club  marketing, private" in listed
    edited = ("--language", "nl", "--name", "De club", "--description", "Alles eerst.")
    done(sayso("types", "edit", "club", *edited))
    done(sayso("types", "edit", "club", "--language", "nl", "--frequency", "Elke vrijdag"))
    club = shop.catalog.named_type("club")
    assert club
    assert (club.confirms, club.texts.get("name", "en")) == (True, "Club")
    assert {**club.texts.by_language["nl"]} == {
        "name": "De club",
        "description": "Alles eerst.",
        "frequency": "Elke vrijdag",
    }
    done(sayso("types", "archive", "club"))
    assert "club  marketing, private  (archived)" in done(sayso("types", "list"))


def test_the_account_gets_another_name_and_default_brand(sayso: Sayso, shop: Shop) -> None:
    """Each by itself; the rest stays. An archived brand gives its look to nothing."""
    before, brand = shop.catalog, int(done(sayso("brands", "add", "tea-room", "The Tea Room")))
    done(sayso("account", "edit", "--default-brand", "tea-room"))
    assert (shop.catalog.default_brand, shop.catalog.name) == (brand, before.name)
    done(sayso("account", "edit", "--name", "Acme Group"))
    after = shop.catalog
    assert (after.default_brand, after.name) == (brand, "Acme Group")
    kept = [(c.language, c.fallback_form, c.network_days) for c in (before, after)]
    assert kept[0] == kept[1]
    done(sayso("brands", "archive", "fernway"))
    assert refused(sayso("account", "edit", "--default-brand", "fernway")) == (
        "fernway is archived: it sends nothing any more."
    )
    assert shop.catalog.default_brand == brand
    assert deeds(shop.site)[-3:] == ["settings-changed", "settings-changed", "brand-archived"]


MISTAKES = {
    "account edit --default-brand nope": "There is no brand 'nope'. Brands: fernway",
    "account edit --name _": "A name is needed.",
    "brands add fernway Again": "There is a brand 'fernway' already.",
    "types add fernway offers Again": "There is a type 'offers' already.",
    "types add nope tea Tea": "There is no brand 'nope'. Brands: fernway",
    "types edit nope --language en": "There is no type 'nope'. Types: long-read, new-arrivals",
    "types archive nope": "There is no type 'nope'.",
    "brands edit nope --name Tea": "There is no brand 'nope'.",
    "brands archive nope": "There is no brand 'nope'.",
    "brands archive fernway": "This is the default brand: its look is needed.",
    "brands add Tea Tea": "'Tea' is no slug: use a to z, 0 to 9 and hyphens, with a letter",
    "brands add tea- Tea": "'tea-' is no slug",
    "brands add 1593 Tea": "'1593' is no slug",
    f"types add fernway {'x' * 65} Tea": "is no slug",
    "brands add tea _": "A name is needed.",
    "types add fernway tea _": "A name is needed.",
    "brands edit fernway --name _": "A name is needed.",
    "types edit offers --language en --name _": "A name is needed.",
    f"brands add tea {'x' * 201}": "a name has at most 200 characters",
    "brands add tea a\nb": "No line breaks or control characters, please.",
    "brands add tea a\udce9b": "No line breaks or control characters, please.",
    "brands edit fernway --postal-address a\rb": "No line breaks or control characters, please.",
    "types add fernway tea Tea --description a\nb": "No line breaks or control characters",
    "brands edit fernway --sender Fernway": "'Fernway' is no mailbox: write name@domain or Name <",
    "brands edit fernway --sender F<f@x.example>,<g@x.example>": "is no mailbox",
    "brands edit fernway --contact hello": "'hello' is no mailbox",
    "brands edit fernway --intro Are\u00a0you\u00a0sure?": "presses people who leave",
    "brands edit fernway --colour red": "red",
    "brands edit fernway --language tlh": "Invalid value for '--language'",
    "brands edit fernway --logo nowhere.png": "nowhere.png",
    "types edit offers --name Tea": "Missing option '--language'",
    "brands": "Brands: list, add, edit, archive.",
    "brands paint": "No such command 'paint'.",
}


@ON_SQLITE
def test_every_mistake_is_told_in_plain_words_and_changes_nothing(sayso: Sayso, shop: Shop) -> None:
    """H-36 among others: what may stand in a mail's header has no line break."""
    before = shop.catalog
    for command, told in MISTAKES.items():
        arguments = [" " if word == "_" else word for word in command.split(" ")]
        finished = sayso(*arguments)
        assert finished.status == 2, command
        assert told in finished.err, command
        assert "Traceback" not in finished.err
    assert shop.catalog == before


def test_the_audit_trail_keeps_what_was_done(sayso: Sayso, shop: Shop) -> None:
    """R-137: at the command line, by no user."""
    done(sayso("brands", "add", "tea-room", "The Tea Room"))
    done(sayso("types", "add", "tea-room", "menus", "Menus"))
    done(sayso("types", "archive", "menus"))
    assert deeds(shop.site)[-3:] == ["brand-made", "type-made", "type-archived"]
