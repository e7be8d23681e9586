"""Pause and reason on the preference page (rules.md, 4)."""

from __future__ import annotations

from app.domain.standing import of_type
from app.domain.words import DAY, Actor, Kind
from app.store.doors import Database
from tests.web.houses import Clock, Mailed, events, everything, known, proof
from tests.web.visiting import Visitor
from tests.world import ANA, World


def test_a_pause_is_moved_and_ended_by_the_person(
    visitor: Visitor, mailed: Mailed, database: Database, world: World, clock: Clock
) -> None:
    """Rules.md 4: per brand, 30, 60 or 90 days, and the choices stay as they are."""
    fernway, workshops = world.fernway.id, world.workshops.id
    for days in (30, 60, 90):
        visitor.open(mailed.preferences(ANA))
        if "resume" in visitor.buttons:
            visitor.press("resume")
            assert known(database, ANA).held.paused_until(fernway, clock()) is None
        visitor.press(f"pause-{days}")
        assert (visitor.status, visitor.is_result) == (200, True)
        assert known(database, ANA).held.paused_until(fernway, clock()) == clock() + days * DAY
    visitor.open(mailed.preferences(ANA))
    (said,) = visitor.page.all("p", **{"class": "statement"})
    assert said.text.startswith("Your email is paused until ")
    assert visitor.words.count("aused until") == 1
    assert visitor.boxes[world.novels.id]
    assert known(database, ANA).held.paused_until(workshops, clock()) is None
    clock.pass_(90 * DAY)
    assert {"pause-30", "pause-60", "pause-90"} <= visitor.open(mailed.preferences(ANA)).buttons


def test_unsubscribing_while_paused_wins(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-89, rules.md 4. The page says what holds now and what will after the pause, and promises no
    mail by the end of it."""
    visitor.open(mailed.preferences(ANA)).press("pause-30")
    visitor.open(mailed.preferences(ANA)).untick(world.novels).press("save")
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))
    visitor.open(mailed.preferences(ANA)).press("account")
    assert known(database, ANA).held.covered(world.fernway.id)
    visitor.open(mailed.preferences(ANA))
    (said,) = visitor.page.all("p", **{"class": "statement"})
    assert said.text.startswith("You are unsubscribed from ")
    assert "All email is off, now and after that date." in visitor.words
    assert "Email starts again by itself" not in visitor.words
    assert visitor.press("resume").heading == "The pause has ended"
    assert "Paused" not in visitor.words


def test_a_pause_of_any_other_length_is_400(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-130, R-136: also one of thousands of digits."""
    untouched = everything(database)
    for page in (mailed.preferences(ANA), f"{mailed.type(ANA, world.novels)}/pause"):
        for days in ("", "-", "0", "31", "-30", "30.0", "٣١", "9" * 5_000, "30-60", " 30", "x"):
            visitor.send([("do", f"pause-{days}")], page)
            assert (visitor.status, days[:9]) == (400, days[:9])
            assert visitor.page.all("div", role="alert")
    assert everything(database) == untouched


# Why they left


def test_a_reason_is_kept_beside_the_opt_out_and_changes_nothing(
    visitor: Visitor, mailed: Mailed, database: Database
) -> None:
    """R-58, rules.md 7: NOTED, with evidence of its own, at most 500 characters of words."""
    visitor.open(mailed.preferences(ANA)).press("account")
    held = known(database, ANA).held
    words = "Zu viel – \u0628\u0631\u064a\u062f <script>alert(1)</script> {{7*7}}"
    visitor.fill(reason="many", words=words + "x" * 600).press("reason")
    assert (visitor.status, visitor.is_result) == (200, True)
    assert known(database, ANA).held == held
    noted = events(database, ANA)[-1]
    assert (noted.kind, noted.reference, noted.actor) == (Kind.NOTED, "record:1", Actor.CONTACT)
    said = proof(database)[-1]
    assert (said["reason"], said["words"]) == ("many", (words + "x" * 600)[:500])
    assert "alert(1)" not in visitor.html


def test_a_reason_we_did_not_offer_is_not_kept(
    visitor: Visitor, mailed: Mailed, database: Database
) -> None:
    """R-133, H-37: neither is a NUL."""
    visitor.open(mailed.preferences(ANA)).press("account")
    sent = [("record", "1"), ("reason", "because"), ("words", "a\0b"), ("do", "reason")]
    assert visitor.send(sent).status == 200
    said = proof(database)[-1]
    assert ("reason" in said, said["words"]) == (False, "ab")


def test_an_answer_without_content_is_none_and_is_asked_for_again(
    visitor: Visitor, mailed: Mailed, database: Database
) -> None:
    """R-58: no event, and undo stays."""
    visitor.open(mailed.preferences(ANA)).press("account")
    kept = everything(database)
    for _ in range(2):
        visitor.fill(words="  ").press("reason")
        assert (visitor.status, visitor.heading) == (200, "Your choices are as they were")
        assert {"undo", "reason"} <= visitor.buttons
    assert everything(database) == kept
    assert visitor.fill(reason="many").press("reason").heading == "Your answer is sent"
    assert events(database, ANA)[-1].reference == "record:1"
    visitor.press("undo")
    assert known(database, ANA).held == {}


def test_whoever_unticks_all_there_was_may_say_why(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-58: as after "Unsubscribe from everything"; not while something still comes."""
    page = mailed.preferences(ANA)
    assert "reason" not in visitor.open(page).untick(world.novels).press("save").buttons
    sent = visitor.open(page).untick(world.offers).as_sent("save")
    for _ in range(2):  # a browser shows the second of two answers
        visitor.send([field for field in sent if field[0] != "type"])
        assert {"undo", "reason"} <= visitor.buttons
    visitor.fill(reason="topic").press("reason")
    assert visitor.heading == "Your answer is sent"
    assert events(database, ANA)[-1].reference == f"record:{events(database, ANA)[-2].record}"
    visitor.press("undo")
    assert not known(database, ANA).held.opted_out(of_type(world.offers.id))
    assert "reason" not in visitor.open(page).press("save").buttons
