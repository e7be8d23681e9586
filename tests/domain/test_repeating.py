"""The person's own no once more: the same, or said anew (rules.md, 3; decisions/0112)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.domain.changes import (
    Ask,
    By,
    Change,
    Except,
    Hand,
    Note,
    Pause,
    Report,
    Subscribe,
    Unsubscribe,
)
from app.domain.judging import settle
from app.domain.ledger import Event
from app.domain.repeating import Way, repeats, said_again, said_anew, way
from app.domain.runs import Again
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Place, Standing, of_brand, of_type
from app.domain.words import ACCOUNT, Actor, Cause, Scope, Via
from tests.domain.diary import Diary
from tests.world import (
    FERNWAY,
    LETTER,
    NOVELS,
    NOW,
    OFFERS,
    RECEIPTS,
    TOMORROW,
    by,
    holding,
    no,
    yes,
)

A_FERNWAY, A_NOVELS = of_brand(FERNWAY.id), of_type(NOVELS.id)
EVERYTHING, NO_FERNWAY = Unsubscribe(ACCOUNT), Unsubscribe(Scope.brand(FERNWAY.id))
NO_NOVELS, NO_OFFERS = (Unsubscribe(Scope.type(t.id), t) for t in (NOVELS, OFFERS))
L7, L8, BY_API = (2, NOVELS.id, 7), (2, NOVELS.id, 8), (None, None, 0)
PAGE = Via.UNSUBSCRIBE_PAGE
Link = tuple[int | None, int | None, int]
Later = Sequence[tuple[Change, Link, By]]


def told(made: Sequence[Change], link: Link, via: Via, later: Later) -> list[Event]:
    """The events of one record through `link`, and of what happened later."""
    diary = Diary()
    links = {diary.write(*made, by_=by(via=via)): link}
    links |= {diary.write(change, by_=who): used for change, used, who in later}
    return [
        e._replace(
            link_purpose=links[e.record][0],
            link_scope=links[e.record][1],
            message=links[e.record][2],
        )
        for e in diary.events
    ]


@pytest.mark.parametrize(
    ("via", "link", "again_via", "again", "anew"),
    [
        (PAGE, L7, PAGE, L7, False),
        (Via.ONE_CLICK, L7, PAGE, L7, False),
        (PAGE, L7, PAGE, L8, True),
        (PAGE, L7, Via.API, BY_API, True),
        (Via.API, BY_API, PAGE, L7, True),
        (Via.API, BY_API, Via.API, BY_API, False),
        (Via.API, BY_API, Via.PROVIDER_EVENT, BY_API, True),
    ],
)
def test_a_no_is_said_anew_another_way(
    via: Via, link: Link, again_via: Via, again: Link, anew: bool
) -> None:
    """R-134, H-22: a link's undo reaches what was said through it, by whatever route."""
    events = told([EVERYTHING], link, via, [])
    assert said_anew(way(again_via, *again), events) is anew


@pytest.mark.parametrize(
    ("place", "later", "anew"),
    [
        (ALL, [(Ask(LETTER, TOMORROW), BY_API, by(via=Via.SIGNUP_FORM))], True),
        (A_NOVELS, [(Ask(NOVELS, TOMORROW), BY_API, by(via=Via.SIGNUP_FORM))], True),
        (ALL, [(Except(FERNWAY.id), L8, by())], True),
        (ALL, [(NO_OFFERS, L7, by(via=PAGE))], False),
        (ALL, [(NO_OFFERS, L8, by(via=PAGE))], False),
        (ALL, [(NO_FERNWAY, L8, by(via=PAGE))], False),
        (ALL, [(Except(FERNWAY.id), L8, by()), (NO_FERNWAY, L8, by(via=PAGE))], True),
        (A_NOVELS, [(NO_FERNWAY, L7, by(via=PAGE))], False),
        (A_FERNWAY, [(EVERYTHING, L7, by(via=PAGE))], False),
        (ALL, [(Subscribe(OFFERS), L7, by())], True),
        (ALL, [(Pause(FERNWAY.id, TOMORROW), L7, by(via=PAGE))], True),
        (ALL, [(Report(Cause.BOUNCE, NOW), BY_API, by(actor=Actor.BOUNCE))], False),
        (ALL, [(Note(ACCOUNT), L8, by(via=PAGE))], False),
        (ALL, [], False),
    ],
)
def test_a_no_is_said_anew_after_what_may_lead_past_it(
    place: Place, later: Later, anew: bool
) -> None:
    """R-135: a confirmation, an undo or a stale form decides by what came last."""
    made = Unsubscribe(place.scope, NOVELS if place == A_NOVELS else None)
    assert said_anew(way(PAGE, *L7), told([made], L7, PAGE, later)) is anew


def test_the_noes_of_one_record_do_not_make_each_other_anew_and_an_exception_does() -> None:
    link = way(PAGE, *L7)
    assert not said_anew(link, told([NO_NOVELS, EVERYTHING], L7, PAGE, []))
    assert said_anew(link, told([EVERYTHING, Except(FERNWAY.id)], L7, PAGE, []))


def test_a_no_is_said_anew_over_what_an_undo_restored() -> None:
    """The undo of that undo would take it away."""
    diary = Diary()
    diary.write(NO_NOVELS)
    diary.take_back(diary.write(Subscribe(NOVELS)))
    said, *_, restored = diary.events
    assert said_anew(way(restored.via, *BY_API), [restored])
    assert not said_anew(way(said.via, *BY_API), [said])


@pytest.mark.parametrize(
    ("later", "anew"),
    [
        ([(Ask(LETTER, TOMORROW), BY_API, by(via=Via.SIGNUP_FORM))], True),
        ([(Pause(FERNWAY.id, TOMORROW), L7, by(via=PAGE))], True),
        ([(EVERYTHING, L7, by(via=PAGE))], False),
        ([(Note(ACCOUNT), L8, by(via=PAGE))], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("reporter", [Actor.COMPLAINT, Actor.BOUNCE])
def test_a_report_is_told_anew_after_what_may_lead_past_it_and_not_by_another_way(
    reporter: Actor, later: Later, *, anew: bool
) -> None:
    """R-146: a confirmation lifts only what is older than its request."""
    diary = Diary()
    diary.write(Report(Cause[reporter.name], NOW), by_=by(actor=reporter, via=Via.ARF))
    for change, _, who in later:
        diary.write(change, by_=who)
    assert said_anew(way(Via.PROVIDER_EVENT, *BY_API), diary.events) is anew


@pytest.mark.parametrize(
    ("stands", "who", "repeated"),
    [
        (no(), by(), True),
        (no(), by(via=Via.FALLBACK_FORM), False),
        (no(via=Via.FALLBACK_FORM), by(), False),
        (no(via=Via.FALLBACK_FORM), by(via=Via.FALLBACK_FORM), True),
        (no(Actor.API), by(), False),
        (no(Actor.API, via=Via.FALLBACK_FORM), by(via=Via.FALLBACK_FORM), False),
        (no(), by(actor=Actor.API), False),
        (no(), by(actor=Actor.IMPORT), False),
        (no(Actor.COMPLAINT), by(actor=Actor.COMPLAINT), True),
        (no(Actor.IMPORT), by(actor=Actor.COMPLAINT), True),
        (no(Actor.BOUNCE), by(actor=Actor.BOUNCE), True),
        (yes(), by(actor=Actor.COMPLAINT), False),
        (None, by(actor=Actor.BOUNCE), False),
        (yes(), by(), False),
        (None, by(), False),
        (no(Actor.USER), by(Hand.USER), True),
        (no(Actor.USER, via=Via.BULK_EDIT), by(Hand.USER), False),
        (no(Actor.USER), by(Hand.USER_BULK, via=Via.BULK_EDIT), False),
        (no(), by(Hand.USER), False),
        (yes(Actor.USER), by(Hand.USER), False),
    ],
)
def test_only_the_person_repeats_a_no_that_is_theirs_users_theirs_and_the_mail_system_what_it_tells(
    stands: Standing | None, who: By, repeated: bool
) -> None:
    assert repeats(stands, who) is repeated


def test_a_way_is_its_link_or_where_none_its_route() -> None:
    assert way(PAGE, *L7) == way(Via.ONE_CLICK, *L7) == Way(None, *L7)
    assert way(Via.API, *BY_API) == way(Via.API, *BY_API, "key:1") == Way(Via.API, *BY_API)
    assert way(Via.ADMIN, *BY_API, "user:7") == Way(Via.ADMIN, *BY_API, "user:7")


@pytest.mark.parametrize(("user", "anew"), [("user:7", False), ("user:8", True)])
def test_a_no_is_said_anew_by_another_user(user: str, *, anew: bool) -> None:
    """R-134: only the user who changed one contact undoes it (decisions/0112)."""
    diary = Diary()
    diary.write(NO_NOVELS, by_=by(Hand.USER))
    said = [event._replace(reference="user:7") for event in diary.events]
    assert said_anew(way(Via.ADMIN, *BY_API, user), said) is anew


IMPORTED, BY_USER = no(Actor.IMPORT), no(Actor.USER)
Stands = Sequence[tuple[Place, Standing]]


@pytest.mark.parametrize(
    ("stands", "changes", "places"),
    [
        ([(A_NOVELS, IMPORTED)], [NO_NOVELS], [A_NOVELS]),
        ([(A_NOVELS, IMPORTED)], [NO_OFFERS], []),
        ([(A_NOVELS, IMPORTED)], [NO_OFFERS, NO_NOVELS], [A_NOVELS]),
        ([(A_NOVELS, BY_USER)], [NO_NOVELS], []),
        ([(A_NOVELS, no(Actor.API))], [NO_NOVELS], []),
        ([(A_NOVELS, no())], [NO_NOVELS], []),
        ([(A_NOVELS, yes(Actor.IMPORT))], [NO_NOVELS], []),
        ([(A_NOVELS, yes(Actor.IMPORT))], [Subscribe(NOVELS)], []),
        ([(A_NOVELS, IMPORTED)], [Subscribe(NOVELS)], []),
        ([(A_NOVELS, IMPORTED)], [Unsubscribe(Scope.type(NOVELS.id), RECEIPTS)], []),
        ([], [NO_NOVELS], []),
        ([(ALL, IMPORTED), (A_FERNWAY, yes())], [EVERYTHING], [ALL]),
        ([(A_FERNWAY, IMPORTED)], [NO_FERNWAY], [A_FERNWAY]),
        ([(BOUNCE, IMPORTED)], [Report(Cause.BOUNCE, NOW)], [BOUNCE]),
        ([(COMPLAINT, IMPORTED)], [Report(Cause.BOUNCE, NOW)], []),
        ([(BOUNCE, IMPORTED), (A_NOVELS, yes())], [Report(Cause.BOUNCE, 0)], []),
        ([(BOUNCE, no(Actor.BOUNCE))], [Report(Cause.BOUNCE, NOW)], []),
    ],
)
def test_an_import_says_again_what_another_may_take_back(
    stands: Stands, changes: Sequence[Change], places: Sequence[Place]
) -> None:
    """It leaves no event: a list that comes each night would leave as many as it has rows."""
    held = holding(*stands)
    verdicts = settle(held, changes, by(Hand.AUTOMATIC))
    assert said_again(held, changes, verdicts) == places


def test_what_was_said_again_is_kept_in_few_words() -> None:
    for place in (ALL, BOUNCE, A_FERNWAY, A_NOVELS):
        assert Again.parse(str(Again(place, 12))) == Again(place, 12)
    assert str(Again(A_NOVELS, 3)) == f"TYPE:{NOVELS.id}:CHOICE:3"
