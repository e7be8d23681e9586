"""Work over many addresses: bulk edits, a workflow's actions, runs and what they count."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from app.domain.acting import Did, by_workflow, change, foreseen, mailed, not_asked
from app.domain.bulk import Became, BulkEdit, Doing, became
from app.domain.changes import (
    UNCHANGED,
    Ask,
    By,
    Change,
    Hand,
    Lift,
    Subscribe,
    Unsubscribe,
    Verdict,
)
from app.domain.contacts import Processing
from app.domain.hours import Hours
from app.domain.importing.wishes import Problem
from app.domain.mail import Mailed, MailKind, State
from app.domain.page import CONFIRMATION_LASTS
from app.domain.runs import (
    RESUMES,
    Press,
    Refusal,
    RowOutcome,
    RunState,
    Tally,
    leads,
    tallies,
    time_left,
    why,
    why_named,
)
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Effect, Held, of_brand, of_type, request_of
from app.domain.statistics import Counted, Outcome, outcome
from app.domain.statistics import Tally as Count
from app.domain.words import (
    ACCOUNT,
    DAY,
    HOUR,
    MINUTE,
    Actor,
    Basis,
    Cause,
    Kind,
    Reason,
    Scope,
    ScopeKind,
    Status,
    Via,
)
from app.domain.workflows import Action, ActionKind, Definition, EnrolmentState, Next, What, first
from tests.world import ANA, LETTER, NOVELS, NOW, WORLD, holding, lasting, no, yes

CATALOG = WORLD.catalog
ON_NOVELS, ON_LETTER = of_type(NOVELS.id), of_type(LETTER.id)
EFFECT = (Effect(Kind.CHANGED, ON_NOVELS),)
WHOLE = BulkEdit(Doing.SUBSCRIBE, NOVELS.id, 2, Basis.NON_GDPR, NOW + HOUR, Processing.CONTRACT)


@pytest.mark.parametrize("edit", [WHOLE, BulkEdit(Doing.LIFT), BulkEdit(Doing.LIFT, brand=1)])
def test_a_bulk_edit_is_kept_and_read_again(edit: BulkEdit) -> None:
    assert BulkEdit.read(edit.kept()) == edit
    assert None not in edit.kept().values()


def test_a_bulk_edit_is_a_users_with_an_explanation() -> None:
    """rules.md, 3: the column of USER, bulk."""
    policy = CATALOG.policy
    assert WHOLE.by(CATALOG, NOW) == By(
        Actor.USER, Via.BULK_EDIT, Hand.USER_BULK, NOW, policy, Basis.NON_GDPR, NOW + HOUR, True
    )


@pytest.mark.parametrize(
    ("edit", "held", "asked"),
    [
        (BulkEdit(Doing.SUBSCRIBE, NOVELS.id), holding(), [Subscribe(NOVELS)]),
        (
            BulkEdit(Doing.UNSUBSCRIBE, NOVELS.id),
            holding(),
            [Unsubscribe(Scope.type(NOVELS.id), NOVELS)],
        ),
        (BulkEdit(Doing.LIFT, brand=2), holding((ALL, no())), [Lift(of_brand(2))]),
        (BulkEdit(Doing.LIFT), holding((ON_NOVELS, no())), [Lift(ALL)]),
        (
            BulkEdit(Doing.LIFT),
            holding(
                *((of_brand(2), no()), (of_brand(1), no()), (of_brand(3), yes())),
                *((ALL, no()), (COMPLAINT, no()), (BOUNCE, no()), (ON_NOVELS, no())),
            ),
            [Lift(place) for place in (BOUNCE, COMPLAINT, ALL, of_brand(1), of_brand(2))],
        ),
    ],
)
def test_a_bulk_edit_asks_of_each_what_stands_for_it(
    edit: BulkEdit, held: Held, asked: list[Change]
) -> None:
    assert [*edit.changes(CATALOG, held)] == asked


LIFT = (Lift(ALL), Lift(COMPLAINT), Lift(of_brand(1)))
DENIED, ASKS = Verdict(refused=Reason.NOT_PERMITTED), Verdict(refused=Reason.EXPLANATION_REQUIRED)


@pytest.mark.parametrize(
    ("changes", "verdicts", "outcome", "reason"),
    [
        (LIFT[:1], [Verdict(EFFECT)], RowOutcome.CHANGED, None),
        (LIFT[:1], [UNCHANGED], RowOutcome.UNCHANGED, None),
        (LIFT[:1], [DENIED], RowOutcome.REFUSED, Reason.OPTED_OUT_OF_ALL),
        (LIFT[1:2], [DENIED], RowOutcome.REFUSED, Reason.COMPLAINED),
        (LIFT[2:], [DENIED], RowOutcome.REFUSED, Reason.OPTED_OUT_OF_BRAND),
        (LIFT[:1], [ASKS], RowOutcome.REFUSED, Reason.EXPLANATION_REQUIRED),
        (LIFT[:2], [Verdict(EFFECT), DENIED], RowOutcome.CHANGED, Reason.COMPLAINED),
        (LIFT[:2], [DENIED, ASKS], RowOutcome.REFUSED, Reason.OPTED_OUT_OF_ALL),
        ([Subscribe(NOVELS)], [DENIED], RowOutcome.REFUSED, Reason.NOT_PERMITTED),
    ],
)
def test_verdicts_come_to_one_outcome_for_an_address(
    changes: list[Change], verdicts: list[Verdict], outcome: RowOutcome, reason: Reason | None
) -> None:
    """rules.md, 3: a refusal is shown per contact, by what stands."""
    assert became(changes, verdicts) == Became(outcome, reason)


def test_every_verdict_is_of_one_change() -> None:
    with pytest.raises(ValueError, match="shorter"):
        became(LIFT, [UNCHANGED])


# Actions of workflows

YES = Action(ActionKind.STATUS, type=NOVELS.id, status=Status.SUBSCRIBED)
NO = Action(ActionKind.STATUS, type=NOVELS.id, status=Status.UNSUBSCRIBED)
CONFIRM, LINK = Action(ActionKind.CONFIRM, type=LETTER.id), Action(ActionKind.LINK, brand=1)
NAMELESS = Action(ActionKind.STATUS, status=Status.SUBSCRIBED)


def test_a_workflow_acts_as_a_workflow() -> None:
    """rules.md, 3: explained where its action has an explanation."""
    said = Action(ActionKind.STATUS, basis=Basis.NON_GDPR, explanation="They asked.")
    usual = (Actor.WORKFLOW, Via.WORKFLOW, Hand.AUTOMATIC, NOW, CATALOG.policy)
    assert by_workflow(said, CATALOG, NOW) == By(*usual, Basis.NON_GDPR, explained=True)
    assert by_workflow(YES, CATALOG, NOW) == By(*usual)
    ending = replace(said, lasts=730)
    assert Action.read(ending.kept()) == ending
    assert by_workflow(ending, CATALOG, NOW).basis_ends == NOW + 730 * DAY


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        (YES, Subscribe(NOVELS)),
        (NO, Unsubscribe(Scope.type(NOVELS.id), NOVELS)),
        (CONFIRM, Ask(NOVELS, NOW + CONFIRMATION_LASTS)),
    ],
)
def test_an_action_asks_one_change(action: Action, asked: Change) -> None:
    assert change(action, NOVELS, NOW) == asked


@pytest.mark.parametrize(
    ("held", "did"),
    [
        (holding(), None),
        (holding((of_type(9), no())), None),
        (holding((ON_NOVELS, no())), Did(What.REFUSED, Reason.UNSUBSCRIBED)),
        (holding((ON_NOVELS, yes())), Did(What.UNCHANGED)),
        (holding((ON_NOVELS, yes()), (ALL, no())), Did(What.REFUSED, Reason.OPTED_OUT_OF_ALL)),
        (holding((of_brand(1), no())), Did(What.REFUSED, Reason.OPTED_OUT_OF_BRAND)),
    ],
)
def test_who_said_no_or_yes_is_not_asked_to_confirm(held: Held, did: Did | None) -> None:
    assert not_asked(NOVELS, held) == did


def sent(kind: MailKind, at: int, state: State = State.SENT, ended: int | None = None) -> Mailed:
    """A mail of this kind."""
    return Mailed(kind, 1, state, at, ended, 1, "250")


KIND = MailKind.PREFERENCES_LINK
SENT = [sent(KIND, NOW - MINUTE)]


@pytest.mark.parametrize(
    ("address", "held", "mails", "did"),
    [
        (ANA.address, holding(), [], Did(What.OWED)),
        (ANA.address, holding((ALL, no())), [], Did(What.OWED)),
        (ANA.address, holding(), SENT, Did(What.LIMITED)),
        (None, holding(), SENT, Did(What.REFUSED, Reason.INVALID_ADDRESS)),
        ("ana@localhost", holding(), [], Did(What.REFUSED, Reason.INVALID_ADDRESS)),
        (ANA.address, holding((BOUNCE, no())), [], Did(What.REFUSED, Reason.BOUNCED)),
        (ANA.address, holding((COMPLAINT, no())), [], Did(What.REFUSED, Reason.COMPLAINED)),
    ],
)
def test_a_mail_is_owed_where_none_is_refused(
    address: str | None, held: Held, mails: list[Mailed], did: Did
) -> None:
    """rules.md, 5."""
    assert mailed(KIND, address, held, mails, NOW) == did


@pytest.mark.parametrize(
    ("action", "held", "address", "did"),
    [
        (Action(ActionKind.WAIT), holding(), None, Did(What.WAITS)),
        (LINK, holding(), ANA.address, Did(What.OWED)),
        (LINK, holding(), None, Did(What.REFUSED, Reason.INVALID_ADDRESS)),
        (LINK, holding((BOUNCE, no())), ANA.address, Did(What.REFUSED, Reason.BOUNCED)),
        (NAMELESS, holding(), None, Did(What.REFUSED, Reason.TYPE_INACTIVE)),
        (YES, holding(), None, Did(What.CHANGED)),
        (YES, holding((ON_NOVELS, yes())), None, Did(What.UNCHANGED)),
        (YES, holding((ON_NOVELS, no())), None, Did(What.REFUSED, Reason.UNSUBSCRIBED)),
        (NO, holding(), None, Did(What.CHANGED)),
        (CONFIRM, holding(), ANA.address, Did(What.OWED)),
        (CONFIRM, holding(), None, Did(What.REFUSED, Reason.INVALID_ADDRESS)),
        (CONFIRM, holding((ON_LETTER, yes())), ANA.address, Did(What.UNCHANGED)),
        (
            CONFIRM,
            holding((ON_LETTER, no())),
            ANA.address,
            Did(What.REFUSED, Reason.UNSUBSCRIBED),
        ),
        (
            CONFIRM,
            holding((request_of(LETTER.id), lasting(NOW + 2 * CONFIRMATION_LASTS))),
            ANA.address,
            Did(What.OWED),
        ),
    ],
)
def test_what_would_become_of_an_action_is_foreseen(
    action: Action, held: Held, address: str | None, did: Did
) -> None:
    """F19: and what stands is then what it leaves."""
    left = Held(held)
    assert foreseen(action, CATALOG, address, left, NOW) == did
    touched = did.what is What.CHANGED or (action is CONFIRM and did.what is What.OWED)
    assert (left != held) is touched


def test_an_enrolment_begins_when_its_hours_do() -> None:
    assert first(Definition(), NOW) == Next(EnrolmentState.INSIDE, 0, NOW)
    later = Definition(hours=Hours(first=13, last=14))
    assert first(later, NOW) == Next(EnrolmentState.INSIDE, 0, NOW + HOUR)


# Runs

KNOWN = {"REFUSED:BOUNCED": 4, "CHANGED": 9, "BROKEN:NO_AT": 4, "@CONTACT": 99, "UNCHANGED": 0}


def test_counts_of_rows_are_told_the_largest_first() -> None:
    assert tallies({"BROKEN:TOO_LONG": 4, **KNOWN, "REFUSED:COMPLAINED": 4, "REFUSED": 4}) == [
        Tally(RowOutcome.CHANGED, None, 9),
        Tally(RowOutcome.REFUSED, None, 4),
        Tally(RowOutcome.REFUSED, Reason.BOUNCED, 4),
        Tally(RowOutcome.REFUSED, Reason.COMPLAINED, 4),
        Tally(RowOutcome.BROKEN, Problem.NO_AT, 4),
        Tally(RowOutcome.BROKEN, Problem.TOO_LONG, 4),
    ]


@pytest.mark.parametrize("word", [*Reason, *Problem])
def test_every_reason_is_found_by_its_number_and_name(word: Reason | Problem) -> None:
    assert why(int(word)) is word
    assert why_named(word.name) is word
    assert why_named("") is None


@pytest.mark.parametrize(
    ("state", "pressed", "was", "to"),
    [
        (RunState.FAILED, Press.RESUME, RunState.WAITING, RunState.WAITING),
        (RunState.FAILED, Press.RESUME, RunState.RUNNING, RunState.WAITING),
        (RunState.FAILED, Press.RESUME, RunState.CHECKING, RunState.CHECKING),
        (RunState.FAILED, Press.RESUME, None, None),
        (RunState.FAILED, Press.PAUSE, RunState.CHECKING, None),
        (RunState.PAUSED, Press.RESUME, RunState.CHECKING, RunState.WAITING),
    ],
)
def test_a_failed_run_goes_on_where_it_was_unless_its_file_cannot_be_read(
    state: RunState, pressed: Press, was: RunState | None, to: RunState | None
) -> None:
    """What failed while it was checked is checked on: nobody has said go."""
    assert leads(state, pressed, was and RESUMES[was]) is to


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        (Refusal(Scope.type(7), Reason.UNSUBSCRIBED), "TYPE:7:UNSUBSCRIBED"),
        (Refusal(ACCOUNT, Reason.OPTED_OUT_OF_ALL), "ACCOUNT:0:OPTED_OUT_OF_ALL"),
    ],
)
def test_a_refusal_is_kept_by_its_names(refusal: Refusal, text: str) -> None:
    again = Refusal.parse(text)
    assert (str(refusal), again) == (text, refusal)
    assert (type(again.scope), type(again.reason)) == (Scope, Reason)


@pytest.mark.parametrize(
    ("done", "total", "spent", "left"),
    [
        *((1, 4, 10, 30), (3, 4, 10, 3), (1, None, 9, None), (0, 4, 9, None), (1, 4, 0, None)),
        *((4, 4, 9, None), (5, 4, 9, None), (0, 0, 9, None)),
    ],
)
def test_what_is_left_of_a_run_is_told_by_its_pace(
    done: int, total: int | None, spent: int, left: int | None
) -> None:
    assert time_left(done, total, spent) == left


# What is counted

TYPE, BRAND, ALL_OF_IT = ScopeKind.TYPE, ScopeKind.BRAND, ScopeKind.ACCOUNT
SAID_YES, SAID_NO = Status.SUBSCRIBED, Status.UNSUBSCRIBED


@pytest.mark.parametrize(
    ("kind", "scope", "cause", "status", "counts"),
    [
        (Kind.CHANGED, TYPE, Cause.CHOICE, SAID_NO, Outcome.OPT_OUT),
        (Kind.CHANGED, ALL_OF_IT, Cause.BOUNCE, SAID_NO, Outcome.BOUNCE),
        (Kind.CHANGED, ALL_OF_IT, Cause.COMPLAINT, SAID_NO, Outcome.COMPLAINT),
        (Kind.CHANGED, TYPE, Cause.CHOICE, SAID_YES, Outcome.SUBSCRIPTION),
        (Kind.CHANGED, BRAND, Cause.CHOICE, SAID_YES, None),
        (Kind.CHANGED, TYPE, Cause.CHOICE, Status.NOT_SPECIFIED, None),
        (Kind.STRENGTHENED, TYPE, Cause.CHOICE, SAID_NO, None),
        (Kind.CONFIRMED, TYPE, Cause.CHOICE, SAID_YES, None),
        (Kind.REQUESTED, TYPE, Cause.REQUEST, Status.NOT_SPECIFIED, None),
    ],
)
def test_an_event_counts_once_for_what_it_changed(
    kind: Kind, scope: ScopeKind, cause: Cause, status: Status, counts: Outcome | None
) -> None:
    assert outcome(kind, scope, cause, status) == counts


def test_a_tally_adds_up_every_way() -> None:
    tally, no_ = Count(), Outcome.OPT_OUT
    once = Counted(3, no_, TYPE, 7, Via.ONE_CLICK, 12)
    tally.take([(once, 2), (once._replace(day=4, via=Via.MAILTO, message=13, scope_id=8), 5)])
    tally.take([(once, 1)])
    assert tally.total == Counter({no_: 8})
    assert tally.by_day == Counter({(3, no_): 3, (4, no_): 5})
    assert tally.by_scope == Counter({(Scope.type(7), no_): 3, (Scope.type(8), no_): 5})
    assert tally.by_via == Counter({(Via.ONE_CLICK, no_): 3, (Via.MAILTO, no_): 5})
    assert tally.by_message == Counter({(12, no_): 3, (13, no_): 5})
    assert ACCOUNT not in {scope for scope, _ in tally.by_scope}
