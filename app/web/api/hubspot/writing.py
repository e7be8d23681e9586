"""From HubSpot's words to wishes, and from what became of them to HubSpot's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.changes import Change, Hand, Subscribe, Unsubscribe
from app.domain.standing import of_type
from app.domain.words import ACCOUNT, Scope, Status
from app.queries.statuses import Statuses
from app.services import programs
from app.services.programs import Granted, Leave, Program, Wish
from app.web.api.caller import Caller
from app.web.api.hubspot.requests import Evidenced, key_of
from app.web.api.hubspot.told import public_status
from app.web.api.problems import Fault, Problem, refusal
from app.web.current import site

NO_CHANGE, CHANGE = "NO_STATUS_CHANGE", "REQUESTED_CHANGE_OCCURRED"
RESUBSCRIBED, LEFT_ALL = "RESUBSCRIBE_OCCURRED", "UNSUBSCRIBE_FROM_ALL_OCCURRED"


def wish_for(caller: Caller, address: str, type_: int, wanted: Status, given: Evidenced) -> Wish:
    """A type's status as a wish. Raises Problem where there is no such type or address."""
    found = caller.type(type_, "subscriptionId")
    change: Change | Leave = Leave(of_type(type_))
    if wanted is Status.SUBSCRIBED:
        change = Subscribe(found)
    elif wanted is Status.UNSUBSCRIBED:
        change = Unsubscribe(Scope.type(type_), found)
    return Wish(
        key_of(address),
        address,
        change,
        given.basis,
        explanation=given.explanation or "",
        may_process=given.may_process,
    )


def answer(caller: Caller, wish: Wish, granted: Granted) -> dict[str, Any]:
    """One type's status after the wish. Raises Problem where it was refused."""
    if granted.refused is not None:
        raise refusal(granted.refused)
    if isinstance(wish.change, Leave) and granted.before is not Status.NOT_SPECIFIED:
        why = "What was said stands. Send SUBSCRIBED or UNSUBSCRIBED"
        raise Problem("malformed", faults=[Fault("statusState", why)])
    found = Statuses(granted.known)
    status = found.of(caller.type(wish.place.scope.id), caller.catalog.policy, caller.now)
    return public_status(caller, wish.address, found, status, _success(granted))


def opting_out(caller: Caller, key: bytes, address: str, brand: int) -> list[Wish]:
    """The opt-out of everything of a brand, or of the account. A key that is restricted to brands
    speaks of these."""
    if brand:
        return [Wish(key, address, Unsubscribe(Scope.brand(brand)))]
    if caller.key.brands is None:
        return [Wish(key, address, Unsubscribe(ACCOUNT))]
    own = sorted(caller.key.brands)
    return [Wish(key, address, Unsubscribe(Scope.brand(id_))) for id_ in own]


def carry_out(caller: Caller, hand: Hand, wishes: Sequence[Wish]) -> list[Granted]:
    """Have them judged and written, all in one transaction."""
    program = Program(caller.key, hand, caller.catalog.policy, caller.now)
    return site().database.write(programs.carry_out, program, wishes)


def _success(granted: Granted) -> str:
    """What HubSpot calls what became of a wish that was not refused."""
    if not granted.changed:
        return NO_CHANGE
    return RESUBSCRIBED if granted.before is Status.UNSUBSCRIBED else CHANGE
