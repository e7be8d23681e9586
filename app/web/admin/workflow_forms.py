"""Triggers, actions and settings of workflows as forms carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from app.domain.catalog import Catalog
from app.domain.contacts import BadValue, PropertyKind, Source, canonical
from app.domain.hours import Hours
from app.domain.ids import id_in
from app.domain.lifting import Needs
from app.domain.triggers import Trigger, TriggerKind
from app.domain.words import DAY, Basis, Instant, Status
from app.domain.workflows import LONGEST_WAIT, Action, ActionKind, Unit
from app.queries.contacts import Property
from app.web.admin.explaining import Filled

Fields = Mapping[str, str]
Problems = dict[str, str]


def trigger_kind(fields: Fields) -> TriggerKind | None:
    """The kind that is asked for."""
    kind = fields.get("kind", "")
    return TriggerKind(kind) if kind in list(TriggerKind) else None


def action_kind(fields: Fields) -> ActionKind | None:
    """The kind that is asked for."""
    kind = fields.get("kind", "")
    return ActionKind(kind) if kind in list(ActionKind) else None


def trigger(
    kind: TriggerKind, fields: Fields, catalog: Catalog, properties: Sequence[Property]
) -> tuple[Trigger, Problems]:
    """What is asked for, and what is wrong with it."""
    if kind is TriggerKind.CREATED:
        source = fields.get("source", "")
        return Trigger(kind, source=Source[source] if source in Source.__members__ else None), {}
    if kind in (TriggerKind.PROPERTY, TriggerKind.DATE):
        return _of_property(kind, fields, properties)
    if kind is TriggerKind.STATUS:
        status = _status(fields)
        made = Trigger(kind, type=_type(fields, catalog), status=status)
        return made, _missing(type=made.type, status=status)
    if kind is TriggerKind.API:
        return Trigger(kind), {}
    brand = _number(fields, "brand")
    return Trigger(kind, brand=brand if brand in catalog.brands else None), {}


def _of_property(
    kind: TriggerKind, fields: Fields, properties: Sequence[Property]
) -> tuple[Trigger, Problems]:
    named = _number(fields, "property")
    found = next((p for p in properties if p.id == named), None)
    if found is None or (kind is TriggerKind.DATE and found.kind is not PropertyKind.DATE):
        return Trigger(kind), {"property": "property"}
    if kind is TriggerKind.DATE:
        return Trigger(kind, property=found.id), {}
    try:
        value = canonical(found.kind, fields.get("value", ""))
    except BadValue:
        wrong = {PropertyKind.NUMBER: "number", PropertyKind.DATE: "date"}
        return Trigger(kind, property=found.id), {"value": wrong.get(found.kind, "long")}
    return Trigger(kind, property=found.id, value=value), {}


@dataclass(frozen=True, slots=True)
class Given:
    """An action as it was filled in, with what is wrong."""

    action: Action
    problems: Problems


def action(kind: ActionKind, fields: Fields, catalog: Catalog, now: Instant) -> Given:
    """What is asked for, and what is wrong with it."""
    if kind is ActionKind.LINK:
        brand = _number(fields, "brand")
        made = Action(kind, brand=brand if brand in catalog.brands else catalog.default_brand)
        return Given(made, {})
    if kind is ActionKind.WAIT:
        return _wait(fields)
    type_ = _type(fields, catalog)
    if kind is ActionKind.CONFIRM:
        return Given(Action(kind, type=type_), _missing(type=type_))
    return _manage_status(fields, catalog, type_, now)


def _wait(fields: Fields) -> Given:
    unit, count = fields.get("unit", ""), _number(fields, "count")
    made = Action(
        ActionKind.WAIT, count=count, unit=Unit(unit) if unit in list(Unit) else Unit.DAYS
    )
    fits = 0 < made.length <= LONGEST_WAIT
    return Given(made, {} if fits else {"count": "wait"})


def _manage_status(fields: Fields, catalog: Catalog, type_: int | None, now: Instant) -> Given:
    """With data privacy on, subscribing asks for both legal bases (rules.md, 8)."""
    filled, status = Filled.read(fields), _status(fields)
    if status is Status.NOT_SPECIFIED:
        status = None
    problems = _missing(status=status, type=type_)
    subscribes = status is Status.SUBSCRIBED
    required = subscribes and catalog.policy.data_privacy
    needs = Needs.BASIS_AND_EXPLANATION if required else Needs.NOTHING
    problems |= filled.problems(needs, None, now)
    problems.pop("ends", None)
    lasts = _number(fields, "lasts")
    if subscribes:
        problems |= filled.processing_problems(required=required)
        problems |= _lasting(fields.get("lasts", "").strip(), lasts, filled.basis)
    made = Action(
        ActionKind.STATUS,
        type=type_,
        status=status,
        basis=filled.basis if subscribes else None,
        explanation=filled.explanation,
        processing=filled.processing if subscribes else None,
        processing_explanation=filled.processing_explanation if subscribes else "",
        lasts=lasts if subscribes else None,
    )
    return Given(made, problems)


def _lasting(typed: str, days: int | None, basis: Basis | None) -> Problems:
    """Only a legal basis can end."""
    if not typed:
        return {}
    if not 0 < (days or 0) * DAY <= LONGEST_WAIT:
        return {"lasts": "wait"}
    return _missing(basis=basis)


def hours(fields: Fields, days: Sequence[str]) -> tuple[Hours, Problems]:
    """The days and hours that are asked for."""
    zone = fields.get("zone", "").strip()
    chosen = tuple(sorted({int(day) for day in days if day in "0123456" and len(day) == 1}))
    first, last = _number(fields, "first"), _number(fields, "last")
    first, last = 0 if first is None else first, 24 if last is None else last
    problems: Problems = {}
    if zone not in available_timezones():
        problems["zone"] = "zone"
    if not chosen:
        problems["days"] = "days"
    if not 0 <= first < last <= 24:
        problems["last"] = "hours"
    return Hours(zone, chosen, first, last), problems


def _status(fields: Fields) -> Status | None:
    status = fields.get("status", "").upper()
    return Status[status] if status in Status.__members__ else None


def _type(fields: Fields, catalog: Catalog) -> int | None:
    type_ = catalog.types.get(_number(fields, "type") or 0)
    return None if type_ is None or type_.transactional else type_.id


def _missing(**given: object) -> Problems:
    """A field without a choice is told by its own name."""
    return {name: name for name, value in given.items() if value is None}


def _number(fields: Fields, name: str) -> int | None:
    return id_in(fields.get(name, "").strip())
