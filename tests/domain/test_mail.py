"""How many service mails an address gets, and who may not be mailed at all (rules.md, 5)."""

from __future__ import annotations

import pytest

from app.domain.address import fault_in
from app.domain.limits import Limit, limit_met
from app.domain.mail import Mailed, MailKind, State, counted
from app.domain.mailbox import link_refused, mail_refused
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Held
from app.domain.words import DAY, HOUR, MINUTE, Reason
from tests.world import ANA, NOW, holding, no

ONE, OTHER = MailKind.PREFERENCES_LINK, MailKind.CONFIRMATION
HOURS_AGO = [NOW - hours * HOUR for hours in range(1, 7)]


@pytest.mark.parametrize(
    ("sent", "met"),
    [
        ([], None),
        ([(OTHER, NOW)], None),
        ([(ONE, NOW)], Limit.SOON),
        ([(ONE, NOW - 15 * MINUTE + 1)], Limit.SOON),
        ([(ONE, NOW - 15 * MINUTE)], None),
        ([(ONE, NOW + 15 * MINUTE - 1)], Limit.SOON),
        ([(ONE, NOW + 15 * MINUTE)], None),
        ([(ONE, at) for at in HOURS_AGO[:2]], None),
        ([(ONE, at) for at in HOURS_AGO[:3]], Limit.OF_A_KIND),
        ([(ONE, NOW - DAY), *((ONE, at) for at in HOURS_AGO[:2])], None),
        ([(ONE, NOW - DAY + 1), *((ONE, at) for at in HOURS_AGO[:2])], Limit.OF_A_KIND),
        ([(ONE, NOW + DAY), *((ONE, at) for at in HOURS_AGO[:2])], None),
        ([(OTHER, at) for at in HOURS_AGO[:5]], None),
        ([(OTHER, at) for at in HOURS_AGO], Limit.OF_ALL),
        ([(ONE, at) for at in HOURS_AGO], Limit.OF_ALL),
    ],
)
def test_an_address_is_not_bombed_with_mail(sent: list[tuple[int, int]], met: Limit | None) -> None:
    """Per kind 1 in 15 minutes and 3 a day, 6 a day in all; a clock that was ahead says nothing."""
    assert limit_met(ONE, sent, NOW) == met


RESET, INVITED, OFF = MailKind.PASSWORD_RESET, MailKind.INVITATION, MailKind.WEBHOOK_OFF


@pytest.mark.parametrize(
    ("kind", "sent", "met"),
    [
        (RESET, [(ONE, at) for at in HOURS_AGO], None),
        (INVITED, [(OTHER, at) for at in HOURS_AGO], None),
        (OFF, [(MailKind.ACCESS_LINK, at) for at in HOURS_AGO], None),
        (RESET, [(MailKind.ADDRESS_CHANGE, at) for at in HOURS_AGO], None),
        (ONE, [(RESET, at) for at in HOURS_AGO], None),
        (RESET, [(RESET, NOW)], Limit.SOON),
        (RESET, [(RESET, at) for at in HOURS_AGO[:3]], Limit.OF_A_KIND),
        (RESET, [(of, at) for of in (INVITED, OFF) for at in HOURS_AGO[:3]], Limit.OF_ALL),
    ],
)
def test_what_anybody_may_have_mailed_keeps_no_mail_from_a_user_of_the_admin(
    kind: MailKind, sent: list[tuple[int, int]], met: Limit | None
) -> None:
    """R-127: else six forms a day kept an owner who forgot the password out."""
    assert limit_met(kind, sent, NOW) == met


def mailed(state: State, at: int, ended: int | None = None, kind: MailKind = ONE) -> Mailed:
    """What became of a mail."""
    return Mailed(kind, 1, state, at, ended, 1, "")


def test_mails_count_from_when_they_were_sent_and_only_those_that_came_or_will() -> None:
    made = [mailed(State.OWED, 1), mailed(State.SENT, 2, 5, OTHER)]
    made += [mailed(State.FAILED, 3, 6), mailed(State.DROPPED, 4, 7)]
    assert counted(made) == [(ONE, 1), (OTHER, 5)]


@pytest.mark.parametrize(
    ("held", "address", "mails", "why"),
    [
        (holding(), ANA.address, [], None),
        (holding((ALL, no())), ANA.address, [], None),
        (holding((BOUNCE, no()), (COMPLAINT, no())), None, [], Reason.BOUNCED),
        (holding((COMPLAINT, no())), None, [], Reason.COMPLAINED),
        (holding(), None, [mailed(State.OWED, NOW)], Reason.INVALID_ADDRESS),
        (holding(), "ana@localhost", [], Reason.INVALID_ADDRESS),
        (holding(), ANA.address, [mailed(State.OWED, NOW)], Limit.SOON),
        (holding(), ANA.address, [mailed(State.OWED, NOW, kind=OTHER)], None),
        (holding(), ANA.address, [mailed(State.FAILED, NOW)], None),
    ],
)
def test_nobody_but_the_person_may_have_mail_sent_where_it_hurts(
    held: Held, address: str | None, mails: list[Mailed], why: Reason | Limit | None
) -> None:
    assert mail_refused(ONE, address, held, mails, NOW) == why
    assert link_refused(address, held, mails, NOW) == why


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("ana", "malformed"),
        ("@example.com", "malformed"),
        ("ana@", "malformed"),
        (" \u200bana@ ", "malformed"),
        ("\u200b@example.com", "malformed"),
        ("a na@example.com", "space"),
        ("ana@exam\u3000ple.com", "space"),
        (" ana@localhost ", "unsendable"),
        ("a@b@c", "unsendable"),
        ("ana@X", "unsendable"),
    ],
)
def test_what_is_wrong_with_a_typed_address_is_said_by_a_word(typed: str, fault: str) -> None:
    assert fault_in(typed) == fault
