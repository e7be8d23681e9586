"""Forms that are old, cut short, or not ours (H-31, R-135, R-136)."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask

from app.domain.changes import Hand, Unsubscribe
from app.domain.standing import ALL, of_brand, of_type
from app.domain.words import Scope, Status
from app.services import catalog
from app.store.doors import Database
from tests.web.houses import Mailed, everything, known, statuses, token_of
from tests.web.reading import read
from tests.web.visiting import FORM, Visitor, one_click, request
from tests.world import ANA, BEN, NOW, World, by, say


def without(sent: list[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [field for field in sent if field[0] != name]


def changed(sent: list[tuple[str, str]], name: str, value: str) -> list[tuple[str, str]]:
    return [(n, value if n == name else v) for n, v in sent]


# Old forms


def test_a_form_from_before_an_opt_out_of_everything_lifts_nothing(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """H-31, R-135: it shows the present state and what was not applied."""
    say(database, ANA, Unsubscribe(Scope.type(world.offers.id)))
    form = visitor.open(mailed.preferences(ANA)).tick(world.offers).as_sent("save")
    for word in ("account", "brand"):
        Visitor(app).open(mailed.preferences(ANA)).press(word)
        before = everything(database)
        visitor.send(form)
        assert (visitor.status, set(visitor.boxes.values())) == (200, {False})
        assert "Offers" in visitor.facts["Not switched on"]
        assert everything(database) == before


def test_a_form_from_before_a_one_click_does_not_tick_its_type_again(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-135, story 8: and the type that nobody left since is ticked."""
    say(database, ANA, Unsubscribe(Scope.type(world.offers.id)))
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id)), by_=by(Hand.AUTOMATIC))
    form = visitor.open(mailed.preferences(ANA)).tick(world.novels, world.offers).as_sent("save")
    one_click(app, mailed.type(ANA, world.novels))
    visitor.send(form)
    assert (visitor.boxes[world.novels.id], visitor.boxes[world.offers.id]) == (False, True)
    assert "Novels" in visitor.facts["Not switched on"]
    assert statuses(known(database, ANA).held) == {
        Scope.type(world.novels.id): Status.UNSUBSCRIBED,
        Scope.type(world.offers.id): Status.SUBSCRIBED,
    }


def test_unticking_always_applies(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-135, rules.md 4: however old the form."""
    form = visitor.open(mailed.preferences(ANA)).untick(world.novels).as_sent("save")
    Visitor(app).open(mailed.preferences(ANA)).press("account")
    visitor.send(form)
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))
    assert known(database, ANA).held.opted_out(ALL)


def test_a_box_left_ticked_in_an_old_form_is_no_yes(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-88, R-135: a box ticked for them is no consent."""
    form = visitor.open(mailed.preferences(ANA)).as_sent("save")
    one_click(app, mailed.type(ANA, world.novels))
    before = everything(database)
    assert visitor.send(form).boxes[world.novels.id] is False
    assert everything(database) == before


def test_what_happened_at_another_brand_makes_no_form_old(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4: a later event at a type shown, its brand or the account does."""
    visitor.open(mailed.preferences(ANA)).press("brand")
    form = visitor.open(mailed.preferences(ANA)).tick(world.novels).as_sent("save")
    Visitor(app).open(mailed.preferences(ANA, world.workshops)).press("brand")
    assert visitor.send(form).boxes[world.novels.id]
    assert not known(database, ANA).held.opted_out(of_brand(world.fernway.id))


def test_a_form_from_before_an_opt_out_cannot_lift_it_by_lying_about_its_age(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-135: what covers is lifted by a form rendered under it, and by whoever holds the link."""
    say(database, ANA, Unsubscribe(Scope.type(world.offers.id)))
    form = visitor.open(mailed.preferences(ANA)).tick(world.offers).as_sent("save")
    one_click(app, mailed.account(ANA))
    for number in ("0", "1"):
        visitor.send(changed(form, "number", number))
        assert known(database, ANA).held.covered(world.fernway.id)
    for number in ("-1", "", "x", "1.0", "2147483648", "9" * 5_000, "١", "%31"):
        visitor.send(changed(form, "number", number))
        assert (visitor.status, number[:9]) == (400, number[:9])


# Forms cut short


def test_a_form_cut_anywhere_is_400_and_shows_what_holds(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """H-31, R-136: after every single byte, nothing changes."""
    visitor.open(mailed.preferences(ANA)).untick(world.novels)
    body = urlencode(visitor.as_sent("save")).encode()
    untouched = everything(database)
    cut = [
        request(app, "POST", mailed.preferences(ANA), body[:end], FORM) for end in range(len(body))
    ]
    assert {answer.status_code for answer in cut} == {400}
    assert everything(database) == untouched
    page = read(cut[-1].text)
    assert page.one("title").text.startswith("Error: ")
    assert page.one("div", role="alert").text
    assert len(page.all("input", type="checkbox")) == 3
    assert request(app, "POST", mailed.preferences(ANA), body, FORM).status_code == 200


def test_a_form_without_one_of_its_fields_is_400(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """H-31, R-136: or with one that says nothing readable."""
    visitor.open(mailed.preferences(ANA)).untick(world.novels)
    form = visitor.as_sent("save")
    untouched = everything(database)
    page = visitor.url
    for name in ("number", "shown", "texts", "do"):
        assert visitor.send(without(form, name), page).status == 400, name
    unreadable = {
        "shown": ("1", "1.1", "1.1.1.1", "x.1.1", "1.2.1", "1.-1.1", "1.1.x", "1,1,1", "²", "1..1"),
        "texts": ("", "1", "1.1", "1.1.xx", "x.1.en", "1.x.en", "1.1.en.1", "1.1.EN"),
        "type": ("x", "-1", "", "1.5", "9" * 20, "\0", "²"),
        "do": ("", "Save", "sav", "save ", "delete", "__class__", "undo", "reason"),
    }
    for name, values in unreadable.items():
        for value in values:
            assert visitor.send(changed(form, name, value), page).status == 400, (name, value)
    assert everything(database) == untouched


def test_a_form_without_boxes_that_shows_none_is_no_answer(
    visitor: Visitor, mailed: Mailed, database: Database
) -> None:
    """R-136: ids that were not shown are untouched, though nothing is ticked."""
    form = visitor.open(mailed.preferences(ANA)).as_sent("save")
    untouched = everything(database)
    assert visitor.send(changed(without(form, "type"), "shown", "")).status == 200
    assert everything(database) == untouched


# Forms that are not ours


def test_a_form_changes_only_types_its_page_would_show(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """H-29, R-136: no other brand's, no private one, no transactional, archived or unknown one."""
    database.write(catalog.archive_type, world.offers.id, NOW)
    for type_ in (world.evenings, world.circle, world.receipts, world.offers):
        form = visitor.open(mailed.preferences(ANA)).as_sent("save")
        untouched = everything(database)
        for ticked in (0, 1):
            shown = f"{type_.id}.{ticked}.{type_.texts.version} 77.{ticked}.1"
            sent = changed(without(form, "type"), "shown", shown)
            boxes = [("type", str(id_)) for id_ in (type_.id, 77)]
            assert visitor.send([*sent, *boxes]).status == 200
            assert visitor.send(sent).status == 200
            assert "Stopped" not in visitor.facts, type_.slug
            assert "From" not in visitor.facts
        assert everything(database) == untouched, type_.slug


def test_a_type_archived_while_the_page_was_open_takes_no_answer(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-136, rules.md 4: answers count for types that the page would show now."""
    visitor.open(mailed.preferences(ANA)).untick(world.novels, world.offers)
    form = visitor.as_sent("save")
    database.write(catalog.archive_type, world.novels.id, NOW)
    assert visitor.send(form).status == 200
    assert set(known(database, ANA).held) == {of_type(world.offers.id)}


def test_somebody_elses_form_on_my_link_speaks_for_my_address(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """H-26: a forged form acts on the link it is posted to, and there is none for a victim."""
    say(database, BEN, Unsubscribe(Scope.type(world.novels.id)))
    form = Visitor(app).open(mailed.preferences(BEN)).tick(world.novels).as_sent("save")
    before = everything(database)["event"]
    for path in ("/p/", "/p/ben@example.org", "/links"):
        assert visitor.send([*form, ("key", BEN.key.hex())], path).status in (400, 404, 405)
    assert everything(database)["event"] == before
    visitor.send([*form, ("t", token_of(mailed.preferences(BEN)))], mailed.preferences(ANA))
    assert known(database, BEN).held.opted_out(of_type(world.novels.id))


def test_one_field_given_twice_counts_by_a_fixed_rule(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-133: the form's first counts, and nothing of the query string does."""
    form = visitor.open(mailed.preferences(ANA)).untick(world.novels).as_sent("save")
    visitor.send([*form, ("do", "account"), ("number", "77"), ("shown", "")])
    assert set(known(database, ANA).held) == {of_type(world.novels.id)}
    untouched = everything(database)
    query = urlencode([("do", "account"), ("number", "0"), *form])
    assert visitor.send([("x", "y")], f"{mailed.preferences(ANA)}?{query}").status == 400
    assert everything(database) == untouched
