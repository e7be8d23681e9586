"""Undo takes back one record, event by event (rules.md, 3)."""

from __future__ import annotations

import pytest

from app.domain.changes import (
    By,
    Change,
    End,
    Except,
    Hand,
    Lift,
    Note,
    Pause,
    Report,
    Resume,
    Subscribe,
    Unsubscribe,
)
from app.domain.ledger import replayed
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    of_brand,
    of_type,
)
from app.domain.undo import UNDO_LASTS, Made, Undoing, last_own, recent, undoable, undoable_by_user
from app.domain.words import (
    ACCOUNT,
    HOUR,
    MINUTE,
    Actor,
    Basis,
    Cause,
    Instant,
    Kind,
    Scope,
    Status,
    Via,
)
from tests.domain.diary import Diary
from tests.world import (
    EVENINGS,
    FERNWAY,
    NOVELS,
    NOW,
    OFFERS,
    TOMORROW,
    WORKSHOPS,
    YESTERDAY,
    by,
    holding,
    no,
    yes,
)

A_NOVELS, A_FERNWAY, A_WORKSHOPS = of_type(NOVELS.id), of_brand(FERNWAY.id), of_brand(WORKSHOPS.id)
NO_NOVELS = Unsubscribe(Scope.type(NOVELS.id), NOVELS)
IMPORTED = by(
    Hand.AUTOMATIC,
    at=YESTERDAY,
    basis=Basis.PERFORMANCE_OF_CONTRACT,
    basis_ends=TOMORROW,
    explained=True,
)
BULK = by(Hand.USER_BULK, via=Via.BULK_EDIT, explained=True)


@pytest.fixture
def diary() -> Diary:
    """Ana's diary, empty."""
    return Diary()


def said(held: Held) -> dict[object, object]:
    """What stands and who made it, but not the number of the event that made it so."""
    return {place: standing._replace(number=0) for place, standing in held.items()}


def test_what_stood_before_stands_again_with_its_maker_and_basis(diary: Diary) -> None:
    """R-96: every unsubscribe is undoable."""
    diary.write(Subscribe(NOVELS), by_=IMPORTED)
    before = said(diary.held)
    undoing = diary.take_back(diary.write(NO_NOVELS, by_=by(via=Via.ONE_CLICK)))
    assert said(diary.held) == before
    assert [(e.kind, e.undone) for e in undoing.effects] == [(Kind.CHANGED, 2)]
    assert undoing.stayed == ()
    assert diary.events[-1].status is Status.SUBSCRIBED


def test_undo_may_return_to_not_specified(diary: Diary) -> None:
    diary.take_back(diary.write(NO_NOVELS))
    assert diary.held == {}
    assert diary.events[-1].status is Status.NOT_SPECIFIED


def test_each_event_of_a_record_is_taken_back_and_named(diary: Diary) -> None:
    diary.write(Unsubscribe(ACCOUNT))
    diary.write(Except(FERNWAY.id), Subscribe(NOVELS))
    before = said(diary.held)
    record = diary.write(Unsubscribe(ACCOUNT), NO_NOVELS, Unsubscribe(Scope.brand(WORKSHOPS.id)))
    undoing = diary.take_back(record)
    assert said(diary.held) == before
    assert [e.undone for e in undoing.effects] == [record + 2, record + 1, record]


def test_two_events_of_one_record_at_one_place_are_both_taken_back(diary: Diary) -> None:
    diary.write(Unsubscribe(Scope.brand(FERNWAY.id)), Unsubscribe(ACCOUNT))
    before = said(diary.held)
    record = diary.write(Lift(A_FERNWAY), Except(FERNWAY.id))
    assert diary.take_back(record).stayed == ()
    assert said(diary.held) == before


def test_an_event_stays_where_a_later_one_touched_the_same_scope_and_cause(diary: Diary) -> None:
    """Story 7: the import is undone, and the person's own later no stays."""
    record = diary.write(Subscribe(NOVELS), Subscribe(OFFERS), by_=IMPORTED)
    diary.write(NO_NOVELS, by_=by(via=Via.ONE_CLICK))
    undoing = diary.take_back(record, by_=BULK)
    assert [event.number for event in undoing.stayed] == [1]
    assert [effect.undone for effect in undoing.effects] == [2]
    assert diary.held.keys() == {A_NOVELS}
    assert diary.held[A_NOVELS].by_contact


def test_an_event_stays_though_the_later_one_came_to_the_same(diary: Diary) -> None:
    record = diary.write(NO_NOVELS, by_=BULK)
    diary.write(NO_NOVELS)
    assert diary.events[-1].kind is Kind.STRENGTHENED
    assert diary.take_back(record, by_=BULK).effects == ()
    assert diary.held[A_NOVELS].by_contact


@pytest.mark.parametrize(
    ("change", "who"),
    [
        (Report(Cause.COMPLAINT, NOW), by(Hand.AUTOMATIC, actor=Actor.COMPLAINT)),
        (Report(Cause.BOUNCE, NOW), by(Hand.AUTOMATIC, actor=Actor.BOUNCE)),
        (Unsubscribe(ACCOUNT), by(Hand.API)),
        (NO_NOVELS, by(Hand.AUTOMATIC, actor=Actor.WORKFLOW)),
    ],
)
@pytest.mark.parametrize("run", [by(Hand.AUTOMATIC), BULK])
def test_anothers_no_over_a_runs_stays_where_the_run_is_taken_back(
    diary: Diary, change: Change, who: By, run: By
) -> None:
    """R-146, decisions/0112: the complaint of a person came while a list told of it already."""
    record = diary.write(change, by_=run)
    diary.write(change, by_=who)
    diary.write(change, by_=who)
    assert len(diary.events) == 2
    assert [event.number for event in diary.take_back(record, by_=BULK).stayed] == [record]
    assert [(s.status, s.actor) for s in diary.held.values()] == [(Status.UNSUBSCRIBED, who.actor)]


def test_a_reason_given_afterwards_stands_in_no_ones_way(diary: Diary) -> None:
    record = diary.write(NO_NOVELS)
    diary.write(Note(Scope.type(NOVELS.id)))
    assert diary.take_back(record).stayed == ()
    assert diary.held == {}


def test_a_note_itself_has_nothing_to_undo(diary: Diary) -> None:
    record = diary.write(Note(ACCOUNT))
    assert diary.take_back(record) == Undoing((), ())


def test_an_undo_can_itself_be_undone(diary: Diary) -> None:
    record = diary.write(NO_NOVELS)
    opted_out = said(diary.held)
    again = diary.events[-1].number + 1
    diary.take_back(record)
    diary.take_back(again)
    assert said(diary.held) == opted_out


def test_a_record_undone_twice_changes_once(diary: Diary) -> None:
    record = diary.write(NO_NOVELS)
    diary.take_back(record)
    assert diary.take_back(record).effects == ()


def test_a_save_under_a_complaint_is_taken_back_whole(diary: Diary) -> None:
    """The suppression stands again: undo makes nobody more mailable than they were."""
    diary.write(Report(Cause.COMPLAINT, NOW), by_=by(Hand.AUTOMATIC, actor=Actor.COMPLAINT))
    diary.write(Report(Cause.BOUNCE, NOW), by_=by(Hand.AUTOMATIC, actor=Actor.BOUNCE))
    before = said(diary.held)
    record = diary.write(
        Lift(BOUNCE), Lift(COMPLAINT), Unsubscribe(ACCOUNT), Except(FERNWAY.id), Subscribe(NOVELS)
    )
    diary.take_back(record)
    assert said(diary.held) == before


def test_a_pause_and_its_end_are_taken_back_too(diary: Diary) -> None:
    first = diary.write(Pause(FERNWAY.id, TOMORROW))
    ended = diary.write(Resume(FERNWAY.id))
    diary.take_back(ended)
    assert diary.held.paused_until(FERNWAY.id, NOW) == TOMORROW
    assert diary.events[-1].until == TOMORROW
    diary.take_back(first)
    assert diary.held == {}


def test_what_was_taken_back_stands_in_nobodys_way(diary: Diary) -> None:
    """An import, a bulk edit, and the two undone one after the other (decisions/0051)."""
    imported = diary.write(Subscribe(NOVELS), by_=IMPORTED)
    edited = diary.write(NO_NOVELS, by_=BULK)
    assert diary.take_back(imported).effects == ()
    diary.take_back(edited)
    assert [effect.undone for effect in diary.take_back(imported).effects] == [imported]
    assert diary.held == {}
    for record in (imported, edited):
        assert diary.take_back(record).effects == ()


def test_an_exception_ends_with_the_opt_out_that_is_taken_back(diary: Diary) -> None:
    record = diary.write(Unsubscribe(ACCOUNT))
    diary.write(Except(FERNWAY.id))
    undoing = diary.take_back(record)
    assert diary.held == {}
    assert [(e.kind, e.place, e.undone) for e in undoing.effects] == [
        (Kind.CHANGED, ALL, record),
        (Kind.CHANGED, A_FERNWAY, None),
    ]


def test_an_exception_is_not_restored_where_nothing_is_left_to_except_from(diary: Diary) -> None:
    """An admin repeats an account-wide opt-out, lifts it, and takes the repetition back."""
    diary.write(Unsubscribe(ACCOUNT), by_=BULK)
    diary.write(Except(FERNWAY.id))
    repeated = diary.write(Unsubscribe(ACCOUNT), by_=BULK)
    diary.write(Lift(ALL), by_=BULK)
    undoing = diary.take_back(repeated, by_=BULK)
    assert diary.held == {}
    assert undoing.effects == ()
    assert [event.place for event in undoing.stayed] == [A_FERNWAY]


def test_undoing_what_lifted_an_opt_out_brings_back_its_exceptions(diary: Diary) -> None:
    diary.write(Unsubscribe(ACCOUNT), by_=BULK)
    diary.write(Except(FERNWAY.id), Except(WORKSHOPS.id))
    before = said(diary.held)
    diary.take_back(diary.write(Lift(ALL), by_=BULK), by_=BULK)
    assert said(diary.held) == before


@pytest.mark.parametrize(
    ("ends_it", "who"),
    [
        (Unsubscribe(ACCOUNT), IMPORTED),
        (Unsubscribe(ACCOUNT), BULK),
        (Unsubscribe(Scope.brand(FERNWAY.id)), by(via=Via.UNSUBSCRIBE_PAGE)),
    ],
)
def test_an_exception_is_not_restored_over_a_later_no_to_everything(
    diary: Diary, ends_it: Unsubscribe, who: By
) -> None:
    """decisions/0112: but where that no was itself taken back, it stands in nobody's way."""
    diary.write(Unsubscribe(ACCOUNT))
    diary.write(Except(FERNWAY.id))
    record = diary.write(ends_it, by_=who)
    again = diary.write(Unsubscribe(ACCOUNT), by_=by(anew=frozenset({ALL})))
    assert diary.events[-1].kind is Kind.STRENGTHENED
    undoing = diary.take_back(record)
    assert (undoing.effects, [event.number for event in undoing.stayed]) == ((), [record])
    assert not diary.held.exceptions()
    diary.take_back(again)
    assert diary.take_back(record).stayed == ()
    assert diary.held.exceptions() == [A_FERNWAY]


@pytest.mark.parametrize("asked_by", [by(via=Via.ERASURE), by(Hand.USER, via=Via.ERASURE)])
def test_no_yes_is_restored_whose_evidence_was_erased_since(diary: Diary, asked_by: By) -> None:
    """decisions/0112: and what is no yes is taken back as ever."""
    diary.write(Subscribe(NOVELS))
    record = diary.write(NO_NOVELS, Unsubscribe(Scope.type(OFFERS.id), OFFERS), by_=BULK)
    diary.write(Subscribe(EVENINGS))
    erased = diary.write(End(of_type(EVENINGS.id)), by_=asked_by)
    undoing = diary.take_back(record, by_=BULK)
    assert [event.place for event in undoing.stayed] == [A_NOVELS]
    assert {place: s.actor for place, s in diary.held.items()} == {A_NOVELS: Actor.USER}
    assert diary.take_back(erased).effects == ()
    diary.write(Subscribe(NOVELS))
    again = diary.write(NO_NOVELS, by_=BULK)
    assert diary.take_back(again, by_=BULK).stayed == ()
    assert diary.held[A_NOVELS].own_word


def test_a_later_exception_of_another_brand_ends_where_its_opt_out_is_taken_back(
    diary: Diary,
) -> None:
    record = diary.write(Unsubscribe(ACCOUNT), Except(FERNWAY.id))
    diary.write(Except(WORKSHOPS.id), Subscribe(EVENINGS))
    diary.take_back(record)
    assert diary.held.keys() == {of_type(EVENINGS.id)}


def test_the_ledger_explains_an_undo(diary: Diary) -> None:
    """R-73: history is kept and not rewritten."""
    diary.write(Subscribe(NOVELS), by_=IMPORTED)
    diary.write(Unsubscribe(ACCOUNT))
    record = diary.write(Except(FERNWAY.id), NO_NOVELS)
    diary.take_back(record)
    diary.take_back(2)
    assert replayed(diary.events).held == diary.held
    assert diary.held.keys() == {A_NOVELS}


LINK = Made(purpose=2, scope=NOVELS.id, message=812)


@pytest.mark.parametrize(
    ("made_by", "link", "after", "may"),
    [
        (Actor.CONTACT, LINK, 0, True),
        (Actor.CONTACT, LINK, UNDO_LASTS - 1, True),
        (Actor.CONTACT, LINK, UNDO_LASTS, False),
        (Actor.USER, LINK, 0, False),
        (Actor.IMPORT, LINK, 0, False),
        (Actor.CONTACT, LINK._replace(purpose=1), 0, False),
        (Actor.CONTACT, LINK._replace(scope=OFFERS.id), 0, False),
        (Actor.CONTACT, LINK._replace(message=813), 0, False),
        (Actor.CONTACT, Made(None, None, 0), 0, False),
    ],
)
def test_the_person_undoes_for_24_hours_through_the_link_that_made_it(
    diary: Diary, made_by: Actor, link: Made, after: Instant, *, may: bool
) -> None:
    """R-82: a forwarded link may do only what is soon and easily reversed."""
    diary.write(NO_NOVELS, by_=by(actor=made_by))
    event = diary.events[0]._replace(link_purpose=2, link_scope=NOVELS.id, message=812)
    assert UNDO_LASTS == 24 * HOUR
    assert undoable(event, link, NOW + after) is may


@pytest.mark.parametrize(
    ("passed", "is_recent"),
    [(-MINUTE, False), (1 - MINUTE, True), (0, True), (UNDO_LASTS - 1, True), (UNDO_LASTS, False)],
)
def test_a_day_is_recent_and_a_moment_to_come_is_not(passed: int, is_recent: bool) -> None:
    assert recent(NOW - passed, NOW) is is_recent


@pytest.mark.parametrize(
    ("actor", "via", "reference", "after", "may"),
    [
        (Actor.USER, Via.ADMIN, "user:7", 0, True),
        (Actor.USER, Via.ADMIN, "user:7", UNDO_LASTS, False),
        (Actor.USER, Via.ADMIN, "user:8", 0, False),
        (Actor.USER, Via.BULK_EDIT, "user:7", 0, False),
        (Actor.CONTACT, Via.ADMIN, "user:7", 0, False),
    ],
)
def test_a_user_undoes_one_change_of_their_own_for_a_day(
    diary: Diary, actor: Actor, via: Via, reference: str, after: Instant, may: bool
) -> None:
    """docs/decisions/0026."""
    diary.write(NO_NOVELS, by_=by())
    event = diary.events[0]._replace(actor=actor, via=via, reference=reference)
    assert undoable_by_user(event, "user:7", NOW + after) is may


def test_the_last_of_the_persons_own_choices_is_found() -> None:
    stands = (
        *((of_type(1), no(at=NOW, number=3)), (of_type(2), yes(at=NOW - 5, number=7))),
        *((of_type(3), no(Actor.USER, at=NOW, number=9)), (of_type(4), no(at=NOW, number=5))),
        (of_type(5), no(at=NOW - UNDO_LASTS, number=11)),
    )
    assert last_own(holding(*stands), NOW) == 7
    assert last_own(holding(*stands[2:3], *stands[4:]), NOW) is None


@pytest.mark.parametrize(
    ("again", "stays"),
    [({}, False), ({ALL: 9}, False), ({A_NOVELS: 0}, False), ({A_NOVELS: 1}, True)],
)
def test_a_no_that_was_said_again_since_stays(
    diary: Diary, again: dict[Place, int], stays: bool
) -> None:
    """Though it left no event, like that of an import over another's (decisions/0112)."""
    record = diary.write(NO_NOVELS, by_=IMPORTED)
    undoing = diary.take_back(record, again=again)
    assert (not undoing.effects, bool(undoing.stayed)) == (stays, stays)
    assert diary.held.opted_out(A_NOVELS) is stays


@pytest.mark.parametrize(("after", "restored"), [(2, True), (3, False), (None, True)])
def test_an_exception_that_a_later_no_to_all_ended_too_is_not_restored(
    diary: Diary, after: int | None, restored: bool
) -> None:
    """One that the person made after that no is."""
    diary.write(Unsubscribe(ACCOUNT), by_=IMPORTED)
    diary.write(Except(FERNWAY.id))
    ending = diary.write(Unsubscribe(ACCOUNT), by_=IMPORTED)
    diary.take_back(ending, again={} if after is None else {ALL: after})
    assert diary.held.opted_out(ALL)
    assert diary.held.excepts(FERNWAY.id) is restored
