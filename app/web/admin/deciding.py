"""Subscribe, resubscribe, renew, and lift: a form that asks for what the rules ask (F8, F9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain import offers
from app.domain.catalog import SubscriptionType
from app.domain.changes import Change
from app.domain.contacts import Processing
from app.domain.lifting import Needs
from app.domain.offers import OF_TYPES, Verb
from app.domain.standing import Standing, of_type
from app.domain.words import ACCOUNT, Basis, Scope
from app.queries.record import Person
from app.services import single_edits
from app.web.admin.explaining import Filled
from app.web.admin.guards import Guard, guarded
from app.web.admin.record import number, person, scope_of_all, tell, to_subscriptions, type_name
from app.web.admin.rendering import screen
from app.web.current import site

bp = Blueprint("admin_deciding", __name__)
VERBS = (*OF_TYPES, Verb.REMOVE_OPT_OUT, Verb.LIFT_BOUNCE)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided about whom. `choices`: the types that may be named."""

    person: Person
    verb: Verb
    scope: Scope
    type: SubscriptionType | None = None
    choices: tuple[SubscriptionType, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no type is named, and none may be."""
        return self.verb in OF_TYPES and self.type is None and not self.choices

    @property
    def change(self) -> Change:
        """What the one writer is asked for."""
        return offers.change(self.verb, self.scope, self.type)

    @property
    def needs(self) -> Needs:
        """What must be filled in; before a type is chosen, what the first of them asks for."""
        held, policy = self.person.held, self.person.catalog.policy
        type_ = self.type or next(iter(self.choices), None)
        change = offers.change(self.verb, self.scope, type_)
        return offers.needs(self.verb, change, held, policy, site().now())

    @property
    def asks_processing(self) -> bool:
        """Whether it asks for a legal basis for processing: none is stored."""
        return self.verb in OF_TYPES and self.person.contact.processing is None

    @property
    def renewed(self) -> Standing | None:
        """What a renewal must outlast."""
        named = self.verb is Verb.RENEW and self.type is not None
        return self.person.held.get(of_type(self.type.id)) if named and self.type else None


def _ask(verb: Verb, id_: int) -> AnyResponse:
    """The form; the panel, which says why, where there is nothing that it could be about."""
    question = _question(verb, id_)
    return to_subscriptions(id_) if question.empty else _form(question, Filled(), {})


def _decide(verb: Verb, id_: int) -> AnyResponse:
    """Write it, where nothing is missing and the rules allow it."""
    question = _question(verb, id_)
    if question.empty:
        return to_subscriptions(id_)
    filled = Filled.read(request.form)
    if problems := _problems(question, filled):
        return _form(question, filled, problems)
    edit = filled.edit(question.person)
    outcome = site().database.write(single_edits.make, edit, verb, question.change)
    if refused := outcome.verdicts[0].refused:
        return _form(question, filled, {"refused": refused.name})
    tell(verb, outcome)
    return to_subscriptions(id_)


for _verb in VERBS:
    _path, _name = f"/admin/contacts/<int:id_>/{_verb}", _verb.name.lower()
    _let_in = guarded(Guard.EDITOR)
    bp.get(_path, endpoint=f"ask_{_name}")(_let_in(partial(_ask, _verb)))
    bp.post(_path, endpoint=f"decide_{_name}")(_let_in(partial(_decide, _verb)))


def _question(verb: Verb, id_: int) -> Question:
    subject = person(id_)
    if verb in OF_TYPES:
        type_ = subject.catalog.types.get(number("type") or 0)
        scope = Scope.type(type_.id) if type_ else ACCOUNT
        return Question(subject, verb, scope, type_, _choices(verb, subject))
    scope = scope_of_all(subject.catalog) if verb is Verb.REMOVE_OPT_OUT else ACCOUNT
    return Question(subject, verb, scope)


def _choices(verb: Verb, subject: Person) -> tuple[SubscriptionType, ...]:
    """The types for which the verb is allowed."""
    policy, allowed = subject.catalog.policy, offers.Offer(verb)
    return tuple(
        type_
        for type_ in subject.catalog.types.values()
        if allowed in offers.for_type(type_, subject.held, policy, site().now())
    )


def _problems(question: Question, filled: Filled) -> Mapping[str, str]:
    found = {}
    if question.verb in OF_TYPES and question.type is None:
        found["type"] = "type"
    found |= filled.problems(question.needs, question.renewed, site().now())
    if question.asks_processing:
        found |= filled.processing_problems(required=question.person.catalog.policy.data_privacy)
    return found


def _form(question: Question, filled: Filled, problems: Mapping[str, str]) -> Response:
    catalog = question.person.catalog
    return screen(
        "decide",
        problems=problems,
        question=question,
        person=question.person,
        verb=question.verb.value,
        filled=filled,
        bases=Basis,
        processings=Processing,
        needs_basis=question.needs is Needs.BASIS_AND_EXPLANATION,
        needs_explanation=question.needs is not Needs.NOTHING,
        data_privacy=catalog.policy.data_privacy,
        brand=catalog.brands.get(question.scope.id),
        brands=catalog.brands,
        name=type_name(catalog),
    )
