"""The send decision: rules.md, 6, as a table. Line 1, a malformed address, has no key to ask by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from typing import Any

import pytest

from app.domain.catalog import Policy, SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    Standing,
    of_brand,
    of_type,
    pause_of,
    request_of,
)
from app.domain.words import Actor, Instant, Reason
from tests.world import (
    EVENINGS,
    FERNWAY,
    NOVELS,
    NOW,
    OTHERS,
    TOMORROW,
    WORKSHOPS,
    YESTERDAY,
    archived,
    confirming,
    holding,
    lasting,
    no,
    private,
    yes,
)

A_NOVELS = of_type(NOVELS.id)


@dataclass(frozen=True)
class Case:
    """What a decision is asked about: at first a known address, and a type nobody spoke of."""

    type: SubscriptionType = NOVELS
    held: Held = field(default_factory=Held)
    stored_at: Instant | None = YESTERDAY
    policy: Policy = Policy()

    @property
    def decision(self) -> Decision:
        """What is decided."""
        return decide(self.type, self.held, self.stored_at, self.policy, NOW)


Line = Callable[[Case], Case]


def typed(**changes: Any) -> Line:
    """The line applies to such a type."""
    return lambda case: replace(case, type=replace(case.type, **changes))


def stands(place: Place, standing: Standing) -> Line:
    """The line applies where this stands."""
    return lambda case: replace(case, held=Held({**case.held, place: standing}))


def switched(**changes: Any) -> Line:
    """The line applies under such a data privacy switch."""
    return lambda case: replace(case, policy=replace(case.policy, **changes))


def asked(case: Case) -> Case:
    """A type that asks for confirmation has asked, and waits."""
    return stands(request_of(case.type.id), lasting(TOMORROW))(typed(confirms=True)(case))


EXPIRED = yes(Actor.IMPORT, basis_ends=NOW)
LINES: list[tuple[Reason, Line]] = [
    (Reason.TYPE_INACTIVE, typed(archived=True)),
    (Reason.TRANSACTIONAL, typed(transactional=True)),
    (Reason.BOUNCED, stands(BOUNCE, no(Actor.BOUNCE))),
    (Reason.COMPLAINED, stands(COMPLAINT, no(Actor.COMPLAINT))),
    (Reason.OPTED_OUT_OF_ALL, stands(ALL, no())),
    (Reason.OPTED_OUT_OF_BRAND, stands(of_brand(FERNWAY.id), no())),
    (Reason.UNSUBSCRIBED, stands(A_NOVELS, no())),
    (Reason.PAUSED, stands(pause_of(FERNWAY.id), lasting(TOMORROW))),
    (Reason.AWAITING_CONFIRMATION, asked),
    (Reason.CONSENT_EXPIRED, stands(A_NOVELS, EXPIRED)),
    (Reason.NOT_OPTED_IN, switched(data_privacy=True)),
]
NAMES = [reason.name for reason, _ in LINES]
YES = {Reason.SUBSCRIBED, Reason.NOT_SPECIFIED, Reason.TRANSACTIONAL}
DATED = {Reason.PAUSED: TOMORROW, Reason.CONSENT_EXPIRED: NOW}


def case_of(lines: Sequence[Line]) -> Case:
    """A case to which all these lines apply. The later line is laid on first."""
    case = Case()
    for line in reversed(lines):
        case = line(case)
    return case


def answer(reasons: Sequence[Reason]) -> Decision:
    """What the page says, read from the top, where these lines apply."""
    first = reasons[0] if reasons else Reason.NOT_SPECIFIED
    if first is Reason.TRANSACTIONAL and Reason.BOUNCED in reasons:
        first = Reason.BOUNCED
    # Consent that expired was given: lines 10 and 12 speak only of those who did not subscribe.
    if first is Reason.AWAITING_CONFIRMATION and Reason.CONSENT_EXPIRED in reasons:
        first = Reason.CONSENT_EXPIRED
    return Decision(first in YES, first, DATED.get(first))


@pytest.mark.parametrize(("reason", "line"), LINES, ids=NAMES)
def test_each_line_answers_where_it_alone_applies(reason: Reason, line: Line) -> None:
    """R-61, R-74: an opt-out of any kind stops mail."""
    assert case_of([line]).decision == answer([reason])


@pytest.mark.parametrize(("first", "second"), list(pairwise(LINES)), ids=NAMES[1:])
def test_of_two_neighbours_the_first_answers(
    first: tuple[Reason, Line], second: tuple[Reason, Line]
) -> None:
    assert case_of([first[1], second[1]]).decision == answer([first[0], second[0]])


def test_whatever_lines_apply_together_the_first_answers() -> None:
    """R-148: the most restrictive wins; all 2,048 combinations."""
    for size in range(len(LINES) + 1):
        for chosen in combinations(LINES, size):
            reasons = [reason for reason, _ in chosen]
            assert case_of([line for _, line in chosen]).decision == answer(reasons), reasons


def test_a_transactional_type_is_stopped_by_a_bounce_only() -> None:
    """R-148: a list's opt-out must not stop password mails."""
    receipts = typed(transactional=True)
    for reason, line in LINES[2:]:
        decision = case_of([receipts, line]).decision
        assert decision.allowed is (reason is not Reason.BOUNCED)


def test_an_unknown_type_is_inactive() -> None:
    assert decide(None, holding(), None, Policy(), NOW) == Decision(False, Reason.TYPE_INACTIVE)


def test_an_exception_mails_its_brand_only() -> None:
    held = holding((ALL, no()), (of_brand(FERNWAY.id), yes()))
    assert Case(held=held).decision == Decision(True, Reason.NOT_SPECIFIED)
    assert Case(EVENINGS, held).decision == Decision(False, Reason.OPTED_OUT_OF_ALL)


def test_an_exception_says_nothing_against_bounce_complaint_or_the_type() -> None:
    excepted = holding((ALL, no()), (of_brand(FERNWAY.id), yes()))
    for reason, line in LINES:
        if reason not in (Reason.OPTED_OUT_OF_ALL, Reason.OPTED_OUT_OF_BRAND):
            assert line(Case(held=excepted)).decision == answer([reason])


def test_what_another_brand_or_type_was_told_concerns_this_one_not() -> None:
    """R-19: a list's opt-out removes only that list."""
    elsewhere = holding(
        (of_brand(WORKSHOPS.id), no()),
        (of_type(EVENINGS.id), no()),
        (pause_of(WORKSHOPS.id), lasting(TOMORROW)),
        (request_of(EVENINGS.id), lasting(TOMORROW)),
    )
    assert Case(held=elsewhere).decision == Decision(True, Reason.NOT_SPECIFIED)


@pytest.mark.parametrize("maker", Actor)
def test_a_subscribed_type_is_mailed_whoever_said_so(maker: Actor) -> None:
    held = holding((A_NOVELS, yes(maker)))
    for type_ in (NOVELS, private(NOVELS), confirming(NOVELS)):
        for policy in (Policy(), Policy(data_privacy=True), Policy(off_since=TOMORROW)):
            decision = Case(type_, held, policy=policy).decision
            assert decision == Decision(True, Reason.SUBSCRIBED)


@pytest.mark.parametrize("maker", OTHERS)
def test_consent_with_an_end_is_good_until_that_moment(maker: Actor) -> None:
    """R-69: an implied consent runs out, and the address may not be mailed from then on."""
    for ends, allowed in ((NOW + 1, True), (NOW, False), (NOW - 1, False)):
        decision = Case(held=holding((A_NOVELS, yes(maker, basis_ends=ends)))).decision
        reason = Reason.SUBSCRIBED if allowed else Reason.CONSENT_EXPIRED
        assert decision == Decision(allowed, reason, ends)


def test_a_pause_ends_at_its_moment_by_itself() -> None:
    for ends, allowed in ((NOW + 1, False), (NOW, True), (NOW - 1, True)):
        held = holding((pause_of(FERNWAY.id), lasting(ends)), (A_NOVELS, yes()))
        decision = Case(held=held).decision
        expected = Decision(False, Reason.PAUSED, ends)
        assert decision == (Decision(True, Reason.SUBSCRIBED) if allowed else expected)


def test_a_request_that_ran_out_is_no_request() -> None:
    """R-54: who does not confirm is not mailed."""
    for ends, reason in (
        (NOW + 1, Reason.AWAITING_CONFIRMATION),
        (NOW, Reason.NOT_OPTED_IN),
    ):
        held = holding((of_type(0), no()), (request_of(NOVELS.id), lasting(ends)))
        assert Case(confirming(NOVELS), held).decision == Decision(False, reason)


def test_a_request_never_makes_an_address_less_mailable_than_it_was() -> None:
    """A sign-up form opens a request whatever the type says."""
    held = holding((request_of(NOVELS.id), lasting(TOMORROW)))
    assert Case(held=held).decision == Decision(True, Reason.NOT_SPECIFIED)
    subscribed = Held({**held, A_NOVELS: yes(Actor.IMPORT)})
    assert Case(confirming(NOVELS), subscribed).decision == Decision(True, Reason.SUBSCRIBED)


NOT_OPTED_IN, MAILED = Decision(False, Reason.NOT_OPTED_IN), Decision(True, Reason.NOT_SPECIFIED)


@pytest.mark.parametrize("type_", [private(NOVELS), confirming(NOVELS)], ids=["private", "asks"])
def test_a_private_or_confirming_type_is_mailed_only_to_those_who_subscribed(
    type_: SubscriptionType,
) -> None:
    for held in (holding(), holding((of_type(EVENINGS.id), yes()))):
        for stored_at in (None, YESTERDAY):
            assert Case(type_, held, stored_at).decision == NOT_OPTED_IN


@pytest.mark.parametrize(
    ("policy", "stored_at", "expected"),
    [
        (Policy(), None, MAILED),
        (Policy(), YESTERDAY, MAILED),
        (Policy(data_privacy=True), None, NOT_OPTED_IN),
        (Policy(data_privacy=True), YESTERDAY, NOT_OPTED_IN),
        (Policy(data_privacy=True, off_since=YESTERDAY), NOW, NOT_OPTED_IN),
        (Policy(off_since=NOW), None, MAILED),
        (Policy(off_since=NOW), NOW - 1, NOT_OPTED_IN),
        (Policy(off_since=NOW), NOW, MAILED),
        (Policy(off_since=NOW), NOW + 1, NOT_OPTED_IN),
        (Policy(off_since=YESTERDAY), NOW, MAILED),
        (Policy(off_since=YESTERDAY), NOW + 1, NOT_OPTED_IN),
        (Policy(), NOW + 1, MAILED),
    ],
)
def test_turning_data_privacy_off_makes_nobody_mailable_who_was_stored_before(
    policy: Policy, stored_at: Instant | None, expected: Decision
) -> None:
    for held in (holding(), holding((of_type(EVENINGS.id), yes()))):
        assert Case(held=held, stored_at=stored_at, policy=policy).decision == expected


def test_an_archived_type_is_never_mailed_not_even_to_those_who_subscribed() -> None:
    held = holding((A_NOVELS, yes()))
    assert Case(archived(NOVELS), held).decision.reason is Reason.TYPE_INACTIVE
