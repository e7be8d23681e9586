"""Preferences written: one or up to 1,000, each judged by the rules (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.changes import Hand, Lift, Subscribe, Unsubscribe
from app.domain.ids import MOST_ID
from app.domain.keys import KeyScope
from app.domain.moments import instant
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Place, of_brand
from app.domain.words import ACCOUNT, Basis, Scope, Status
from app.queries.texts import unknown_versions
from app.services import programs
from app.services.programs import Granted, Program, Wish
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call, Work
from app.web.api.lines import Moment, Words
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem, refusal
from app.web.api.subjects import Email, Message, Named, named_brand, named_type, subject
from app.web.current import site

operations = Operations()
BASES = Literal[
    "LEGITIMATE_INTEREST_PQL",
    "LEGITIMATE_INTEREST_CLIENT",
    "LEGITIMATE_INTEREST_OTHER",
    "PERFORMANCE_OF_CONTRACT",
    "CONSENT_WITH_NOTICE",
    "NON_GDPR",
]
LIFTED = {"CHOICE": ALL, "BOUNCE": BOUNCE, "COMPLAINT": COMPLAINT}


class Change(Ours):
    """One status. `basisEnds`: when the consent ends. `textVersion`: of the words the person said
    yes or no to, where Sayso keeps them. `message`: the mailing it came of."""

    email: Email
    type: Named
    status: Literal["SUBSCRIBED", "UNSUBSCRIBED"]
    legal_basis: BASES | None = Field(None, alias="legalBasis")
    explanation: Words = Field("", alias="legalBasisExplanation")
    basis_ends: Moment | None = Field(None, alias="basisEnds")
    text_version: Annotated[int, Field(ge=1, le=MOST_ID)] | None = Field(None, alias="textVersion")
    message: Message = 0


class Changes(Ours):
    """Up to 1,000 of them, carried out in their order."""

    inputs: Annotated[list[Change], Field(max_length=1_000)]


class OptOut(Ours):
    """All email of a brand; of every brand, where none is named."""

    email: Email
    brand: Named | None = None
    explanation: Words = ""
    message: Message = 0


class Removal(Ours):
    """What to lift, and why. A BOUNCE and a COMPLAINT are the account's."""

    email: Email
    brand: Named | None = None
    cause: Literal["CHOICE", "BOUNCE", "COMPLAINT"] = "CHOICE"
    explanation: Words


class Done(TypedDict):
    """What became of it: CHANGED, CONFIRMED or STRENGTHENED (new evidence, same status), or
    UNCHANGED; what was stored before; the address's last event."""

    result: str
    before: str
    number: int


class DoneOne(TypedDict):
    """One of many. A refused one has its reason, and failed none of the others."""

    index: int
    result: str
    before: NotRequired[str]
    number: NotRequired[int]
    reason: NotRequired[str]
    detail: NotRequired[str]


class DoneAll(TypedDict):
    """In the order of the inputs."""

    results: list[DoneOne]
    refused: int


@operations.write(
    "POST",
    "/api/v1/preferences",
    KeyScope.STATUSES_WRITE,
    body=Change,
    answers={200: Done},
    problems=("refused", "evidence"),
)
def write(call: Call) -> Work:
    """Subscribe or unsubscribe one type. Where a no stands, a yes needs basis and explanation."""
    wish = _wish(call.caller, call.body)
    _known_texts([(call.body, wish)])
    return lambda connection: _one(connection, call.caller, wish)


@operations.write(
    "POST",
    "/api/v1/preferences/batch",
    KeyScope.STATUSES_WRITE,
    body=Changes,
    answers={200: DoneAll},
)
def write_all(call: Call) -> Work:
    """Subscribe and unsubscribe many. What a person said no to stays no: lift it singly."""
    asked = [_attempt(call.caller, change) for change in call.body.inputs]
    pairs = zip(call.body.inputs, asked, strict=True)
    _known_texts([(change, wish) for change, wish in pairs if isinstance(wish, Wish)])
    return lambda connection: _many(connection, call.caller, asked)


@operations.write(
    "POST", "/api/v1/opt-outs", KeyScope.STATUSES_WRITE, body=OptOut, answers={200: Done}
)
def opt_out(call: Call) -> Work:
    """Opt an address out of all email of a brand, or of every brand."""
    asked, who = call.body, subject(call.body.email)
    scope = ACCOUNT if asked.brand is None else Scope.brand(_brand(call.caller, asked.brand))
    if scope == ACCOUNT:
        call.caller.whole_account()
    change = Unsubscribe(scope)
    wish = Wish(*who, change, explanation=asked.explanation, message=asked.message)
    return lambda connection: _one(connection, call.caller, wish)


@operations.write(
    "POST",
    "/api/v1/opt-outs/removal",
    KeyScope.STATUSES_WRITE,
    body=Removal,
    answers={200: Done},
    problems=("refused", "evidence"),
)
def remove_opt_out(call: Call) -> Work:
    """Lift an opt-out of everything that others than the person made, or a bounce that was wrong.
    Needs an explanation. A person's own opt-out and a complaint are theirs to take back."""
    asked, who = call.body, subject(call.body.email)
    place = _lifted(call.caller, asked)
    wish = Wish(*who, Lift(place), explanation=asked.explanation)
    return lambda connection: _one(connection, call.caller, wish)


def _lifted(caller: Caller, asked: Removal) -> Place:
    if asked.brand is None:
        caller.whole_account()
        return LIFTED[asked.cause]
    if asked.cause != "CHOICE":
        why = "A bounce and a complaint are the account's: name no brand"
        raise Problem("malformed", faults=[Fault("/brand", why)])
    return of_brand(_brand(caller, asked.brand))


def _brand(caller: Caller, name: int | str) -> int:
    return named_brand(caller, name).id


def _wish(caller: Caller, change: Change) -> Wish:
    """A change as a wish. Raises Problem."""
    key, text = subject(change.email)
    type_ = named_type(caller, change.type)
    yes = change.status == "SUBSCRIBED"
    return Wish(
        key,
        text,
        Subscribe(type_) if yes else Unsubscribe(Scope.type(type_.id), type_),
        Basis[change.legal_basis] if change.legal_basis else None,
        instant(change.basis_ends) if change.basis_ends else None,
        change.explanation,
        change.text_version,
        change.message,
    )


def _attempt(caller: Caller, change: Change) -> Wish | Problem:
    try:
        return _wish(caller, change)
    except Problem as wrong:
        return wrong


def _known_texts(asked: Sequence[tuple[Change, Wish]]) -> None:
    """Raises Problem where a version is named that is none of the type's."""
    named = {
        (wish.place.scope.id, change.text_version)
        for change, wish in asked
        if change.text_version is not None
    }
    if not named:
        return
    with site().database.reading() as connection:
        unknown = unknown_versions(connection, named)
    if unknown:
        why = f"The type has no texts of version {sorted(unknown)[0][1]}"
        raise Problem("malformed", faults=[Fault("/textVersion", why)])


def _one(connection: Connection, caller: Caller, wish: Wish) -> Answer:
    (granted,) = programs.carry_out(connection, _program(caller, Hand.API), [wish])
    if granted.refused is not None:
        raise refusal(granted.refused)
    return Answer(_done(granted))


def _many(connection: Connection, caller: Caller, asked: Sequence[Wish | Problem]) -> Answer:
    wishes = [wish for wish in asked if isinstance(wish, Wish)]
    granted = iter(programs.carry_out(connection, _program(caller, Hand.API_BATCH), wishes))
    results = list(_results(asked, granted))
    refused = sum(one["result"] in ("REFUSED", "MALFORMED") for one in results)
    return Answer({"results": results, "refused": refused})


def _results(asked: Sequence[Wish | Problem], granted: Iterable[Granted]) -> Iterable[DoneOne]:
    answers = iter(granted)
    for index, wish in enumerate(asked):
        if isinstance(wish, Problem):
            why = "; ".join(fault.why for fault in wish.faults)
            yield {"index": index, "result": "MALFORMED", "detail": why or wish.kind}
            continue
        answer = next(answers)
        if answer.refused is not None:
            yield {"index": index, "result": "REFUSED", "reason": answer.refused.name}
        else:
            done = _done(answer)
            before, number = done["before"], done["number"]
            yield {"index": index, "result": done["result"], "before": before, "number": number}


def _done(granted: Granted) -> Done:
    return {
        "result": granted.kind.name if granted.kind else "UNCHANGED",
        "before": Status(granted.before).name,
        "number": granted.known.number,
    }


def _program(caller: Caller, hand: Hand) -> Program:
    return Program(caller.key, hand, caller.catalog.policy, caller.now)
