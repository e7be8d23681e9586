"""What programs write by the API: one wish or a thousand, each with its answer (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from app.domain.catalog import Policy
from app.domain.changes import UNCHANGED, By, Change, Hand, Lift, Subscribe, Unsubscribe, Verdict
from app.domain.keys import ApiKey
from app.domain.standing import Held, Place, of_type
from app.domain.words import Actor, Basis, Cause, Instant, Kind, Reason, Scope, Status, Via
from app.services import preferences
from app.services.addresses import supply
from app.services.instructions import Instruction, Shown, Source
from app.services.preferences import Outcome, always
from app.services.processing import consented
from app.store.addresses import Known


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is to change at a place: what stands there is all that is asked."""

    place: Place


@dataclass(frozen=True, slots=True)
class Program:
    """A key that writes, by what hand, and when."""

    key: ApiKey
    hand: Hand
    policy: Policy
    at: Instant

    def by(self, wish: Wish) -> By:
        """Who makes the change. An opt-out by a key that speaks for people is the person's."""
        out = isinstance(wish.change, Unsubscribe)
        person = out and self.key.speaker is Actor.CONTACT
        return By(
            Actor.CONTACT if person else Actor.API,
            Via.API,
            Hand.CONTACT if person else self.hand,
            self.at,
            self.policy,
            None if out else wish.basis,
            None if out else wish.basis_ends,
            explained=bool(wish.explanation),
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """One change for one address, with what is to show for it. `may_process`: the person agreed
    that their data is stored, which is no basis for mail."""

    key: bytes
    address: str
    change: Change | Leave
    basis: Basis | None = None
    basis_ends: Instant | None = None
    explanation: str = ""
    texts: int | None = None
    message: int = 0
    may_process: bool = False

    @property
    def place(self) -> Place:
        """Where it would make something stand or fall."""
        match self.change:
            case Subscribe(type_):
                return of_type(type_.id)
            case Unsubscribe(scope):
                return Place(scope, Cause.CHOICE)
            case Lift(place) | Leave(place):
                return place
        raise TypeError("programs subscribe, unsubscribe and lift")


@dataclass(frozen=True, slots=True)
class Granted:
    """What became of a wish, and what is known of the address after all of them."""

    refused: Reason | None
    kind: Kind | None
    before: Status
    known: Known

    @property
    def changed(self) -> bool:
        """Whether the status is another one now."""
        return self.kind is Kind.CHANGED


@dataclass(slots=True)
class _Turn:
    """Wishes that one instruction carries out: one record, as they have all in common."""

    by: By
    wishes: list[int] = field(default_factory=list)


def carry_out(connection: Connection, program: Program, wishes: Sequence[Wish]) -> list[Granted]:
    """Each wish judged and written, in their order, in a fixed number of statements a part."""
    turns = _turns(program, wishes)
    instructions = [_instruction(program, wishes, turn) for turn in turns]
    outcomes = preferences.apply_all(connection, instructions)
    answers: dict[int, tuple[Outcome, Verdict]] = {}
    last: dict[bytes, Known] = {}
    for turn, outcome in zip(turns, outcomes, strict=True):
        last[outcome.known.key] = outcome.known
        verdicts = outcome.verdicts or [UNCHANGED] * len(turn.wishes)
        for at, verdict in zip(turn.wishes, verdicts, strict=True):
            answers[at] = outcome, verdict
    granted = [_granted(wish, *answers[at], last[wish.key]) for at, wish in enumerate(wishes)]
    _keep_words(connection, program, zip(wishes, granted, strict=True))
    return granted


def _turns(program: Program, wishes: Sequence[Wish]) -> list[_Turn]:
    """Following wishes for one address share a record, unless something tells them apart."""
    turns: list[_Turn] = []
    open_: dict[bytes, tuple[object, set[Place], _Turn]] = {}
    for at, wish in enumerate(wishes):
        by = program.by(wish)
        common = (by, wish.explanation, wish.message, isinstance(wish.change, Leave))
        shared = open_.get(wish.key)
        if shared is None or shared[0] != common or wish.place in shared[1]:
            turn = _Turn(by)
            turns.append(turn)
            shared = open_[wish.key] = (common, set(), turn)
        shared[1].add(wish.place)
        shared[2].wishes.append(at)
    return turns


def _instruction(program: Program, wishes: Sequence[Wish], turn: _Turn) -> Instruction:
    mine = [wishes[at] for at in turn.wishes]
    first = mine[0]
    return Instruction(
        first.key,
        turn.by,
        always(*(wish.change for wish in mine if not isinstance(wish.change, Leave))),
        evidence={"explanation": first.explanation} if first.explanation else {},
        source=Source(message=first.message, reference=program.key.reference),
        shown=Shown(scopes=_texts(mine)),
    )


def _texts(wishes: Iterable[Wish]) -> Mapping[Scope, int]:
    return {wish.place.scope: wish.texts for wish in wishes if wish.texts is not None}


def _granted(wish: Wish, outcome: Outcome, verdict: Verdict, known: Known) -> Granted:
    kind = verdict.effects[0].kind if verdict.effects else None
    before: Held = outcome.before
    return Granted(verdict.refused, kind, before.status(wish.place), known)


def _keep_words(
    connection: Connection, program: Program, answered: Iterable[tuple[Wish, Granted]]
) -> None:
    """What was not refused supplies the text of an address that has none (rules.md, 2)."""
    accepted = [
        (wish, granted.known)
        for wish, granted in answered
        if granted.refused is None and not isinstance(wish.change, Leave)
    ]
    unknown = {w.key: w.address for w, known in accepted if w.address and not known.address}
    supply(connection, unknown, program.at)
    agreed = {w.key: w.explanation for w, _ in accepted if w.may_process}
    consented(connection, agreed, program.key.reference, program.at)
