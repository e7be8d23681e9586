"""Workflows as tables: who enters on what occasion, when it acts, what comes next."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.contacts import Processing, Source
from app.domain.hours import Hours, opening
from app.domain.standing import ALL, Held, Standing, of_brand, of_type
from app.domain.triggers import Facts, Happening, Occasion, Since, Trigger, TriggerKind
from app.domain.words import ACCOUNT, DAY, HOUR, Actor, Basis, Scope, Status, Via
from app.domain.workflows import (
    Action,
    ActionKind,
    Definition,
    EnrolmentState,
    Next,
    Unit,
    after,
    enters,
    matches,
)
from tests.world import NOW, TOMORROW, YESTERDAY

SINCE = Since(NOW, "2026-06-01", "2026-06-10")
CITY, BORN, NOVELS, FERNWAY = 1, 2, 11, 1
IN = Standing(Status.SUBSCRIBED, Actor.CONTACT, Via.PREFERENCE_PAGE, NOW, 1)
OUT = IN._replace(status=Status.UNSUBSCRIBED)
CREATED = Trigger(TriggerKind.CREATED)
IMPORTED = Trigger(TriggerKind.CREATED, source=Source.IMPORT)
IN_BONN = Trigger(TriggerKind.PROPERTY, property=CITY, value="Bonn")
CITY_KNOWN = Trigger(TriggerKind.PROPERTY, property=CITY)
BIRTHDAY = Trigger(TriggerKind.DATE, property=BORN)
LEFT_NOVELS = Trigger(TriggerKind.STATUS, type=NOVELS, status=Status.UNSUBSCRIBED)
OPTED_OUT = Trigger(TriggerKind.OPT_OUT)
OPTED_OUT_OF_BRAND = Trigger(TriggerKind.OPT_OUT, brand=FERNWAY)
BACK = Trigger(TriggerKind.OPT_OUT_LIFTED)
ASKED = Trigger(TriggerKind.API)


def ana(
    created: int = TOMORROW, source: Source = Source.ADMIN, held: Held | None = None, **said: str
) -> Facts:
    """A contact with a city and a birthday."""
    names = {"city": CITY, "born": BORN}
    values = {names[name]: value for name, value in said.items()}
    return Facts(7, b"k" * 16, source, created, values, held or Held())


def at(occasion: Occasion) -> Happening:
    """Something that happens to a contact, no choice."""
    return Happening(occasion)


def became(scope: Scope, status: Status) -> Happening:
    """A choice that is made."""
    return Happening(Occasion.EVENT, scope, status)


NOVELS_OFF = became(Scope.type(NOVELS), Status.UNSUBSCRIBED)
TABLE = [
    (CREATED, at(Occasion.CREATED), ana(), True),
    (CREATED, at(Occasion.CREATED), ana(created=YESTERDAY), False),
    (CREATED, at(Occasion.ALREADY), ana(created=YESTERDAY), True),
    (CREATED, at(Occasion.CHANGED), ana(), False),
    (IMPORTED, at(Occasion.CREATED), ana(), False),
    (IMPORTED, at(Occasion.CREATED), ana(source=Source.IMPORT), True),
    (IN_BONN, at(Occasion.CREATED), ana(city="Bonn"), True),
    (IN_BONN, at(Occasion.CHANGED), ana(city="Bonn"), True),
    (IN_BONN, at(Occasion.ALREADY), ana(city="Bonn"), True),
    (IN_BONN, at(Occasion.CHANGED), ana(city="Köln"), False),
    (IN_BONN, at(Occasion.CHANGED), ana(), False),
    (CITY_KNOWN, at(Occasion.CHANGED), ana(city="Köln"), True),
    (CITY_KNOWN, at(Occasion.CHANGED), ana(), False),
    (BIRTHDAY, at(Occasion.DATE), ana(born="2026-06-10"), True),
    (BIRTHDAY, at(Occasion.DATE), ana(born="2026-06-01"), True),
    (BIRTHDAY, at(Occasion.CHANGED), ana(born="2026-06-11"), False),
    (BIRTHDAY, at(Occasion.CHANGED), ana(born="2026-05-31"), False),
    (BIRTHDAY, at(Occasion.ALREADY), ana(born="2026-05-31"), True),
    (LEFT_NOVELS, NOVELS_OFF, ana(held=Held({of_type(NOVELS): OUT})), True),
    (LEFT_NOVELS, NOVELS_OFF, ana(held=Held({of_type(NOVELS): IN})), False),
    (LEFT_NOVELS, became(Scope.type(12), Status.UNSUBSCRIBED), ana(), False),
    (LEFT_NOVELS, became(Scope.type(NOVELS), Status.SUBSCRIBED), ana(), False),
    (LEFT_NOVELS, at(Occasion.ALREADY), ana(held=Held({of_type(NOVELS): OUT})), True),
    (OPTED_OUT, became(ACCOUNT, Status.UNSUBSCRIBED), ana(held=Held({ALL: OUT})), True),
    (OPTED_OUT, became(ACCOUNT, Status.UNSUBSCRIBED), ana(), False),
    (OPTED_OUT, became(Scope.brand(FERNWAY), Status.UNSUBSCRIBED), ana(held=Held({ALL: OUT})), 0),
    (
        OPTED_OUT_OF_BRAND,
        became(Scope.brand(FERNWAY), Status.UNSUBSCRIBED),
        ana(held=Held({of_brand(FERNWAY): OUT})),
        True,
    ),
    (BACK, became(ACCOUNT, Status.NOT_SPECIFIED), ana(), True),
    (BACK, became(ACCOUNT, Status.NOT_SPECIFIED), ana(held=Held({ALL: OUT})), False),
    (BACK, became(ACCOUNT, Status.UNSUBSCRIBED), ana(), False),
    (BACK, at(Occasion.ALREADY), ana(), False),
    (ASKED, at(Occasion.API), ana(), True),
    (ASKED, at(Occasion.ALREADY), ana(), False),
    (ASKED, at(Occasion.HAND), ana(), True),
    (CREATED, at(Occasion.API), ana(), False),
]


@pytest.mark.parametrize(("trigger", "happening", "facts", "enters_"), TABLE)
def test_each_trigger_by_itself(
    trigger: Trigger, happening: Happening, facts: Facts, enters_: bool
) -> None:
    """F16."""
    assert enters(Definition((trigger,)), facts, happening, SINCE) is bool(enters_)


@pytest.mark.parametrize(
    ("whole", "happening", "created", "city", "enters_"),
    [
        (False, at(Occasion.CREATED), TOMORROW, "Köln", True),
        (False, at(Occasion.CHANGED), TOMORROW, "Bonn", True),
        (False, at(Occasion.CHANGED), TOMORROW, "Köln", False),
        (True, at(Occasion.CREATED), TOMORROW, "Köln", False),
        (True, at(Occasion.CREATED), TOMORROW, "Bonn", True),
        (True, at(Occasion.CHANGED), TOMORROW, "Bonn", True),
        (True, at(Occasion.DATE), TOMORROW, "Bonn", False),
        (True, at(Occasion.CHANGED), YESTERDAY, "Bonn", False),
        (True, at(Occasion.CHANGED), NOW, "Bonn", True),
    ],
)
def test_any_trigger_is_enough_or_all_must_hold(
    whole: bool, happening: Happening, created: int, city: str, enters_: bool
) -> None:
    definition = Definition((CREATED, IN_BONN), whole=whole)
    assert enters(definition, ana(created, city=city), happening, SINCE) is enters_


@pytest.mark.parametrize(
    ("triggers", "facts", "still"),
    [
        ((IN_BONN,), ana(city="Bonn"), True),
        ((IN_BONN,), ana(city="Köln"), False),
        ((IN_BONN, BIRTHDAY), ana(city="Köln", born="2026-06-02"), True),
        ((CREATED,), ana(), False),
    ],
)
def test_what_only_holds_may_cease(
    triggers: tuple[Trigger, ...], facts: Facts, still: bool
) -> None:
    assert matches(Definition(triggers), facts, SINCE) is still


@pytest.mark.parametrize(
    ("city", "born", "still"), [("Bonn", "2026-06-02", True), ("Köln", "2026-06-02", False)]
)
def test_all_that_must_hold_holds_together(city: str, born: str, still: bool) -> None:
    whole = Definition((IN_BONN, BIRTHDAY), whole=True)
    assert matches(whole, ana(city=city, born=born), SINCE) is still


def test_what_is_kept_of_a_workflow_is_read_as_the_words_it_was() -> None:
    trigger = Trigger(TriggerKind.STATUS, Source.API, 5, "x", NOVELS, Status.SUBSCRIBED, FERNWAY)
    action = Action(
        *(ActionKind.STATUS, NOVELS, Status.SUBSCRIBED, Basis.NON_GDPR, "why"),
        *(Processing.CONTRACT, "how", FERNWAY, 3, Unit.DAYS),
    )
    for made, read in ((trigger, Trigger.read), (action, Action.read)):
        again = read({name: _plain(value) for name, value in made.kept().items()})
        assert again == made
        for name in made.kept():
            assert type(getattr(again, name)) is type(getattr(made, name))
    assert Action(ActionKind.WAIT).kept() == {"kind": "wait"}
    assert Hours(days=(1, 2)).kept()["days"] == [1, 2]


def _plain(value: object) -> object:
    """As JSON gives it back."""
    return json.loads(json.dumps(value))


OFFICE = Hours("Europe/Berlin", (0, 1, 2, 3, 4), 9, 17)
SUNDAYS_AT_TWO = Hours("Europe/Berlin", (6,), 2, 3)


def berlin(text: str, fold: int = 0) -> int:
    """A moment on the clocks of Berlin."""
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)
    return int(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        (OFFICE, "2026-06-01T12:00", "2026-06-01T12:00"),
        (OFFICE, "2026-06-01T08:59", "2026-06-01T09:00"),
        (OFFICE, "2026-06-01T17:00", "2026-06-02T09:00"),
        (OFFICE, "2026-06-05T17:00", "2026-06-08T09:00"),
        (OFFICE, "2026-10-24T12:00", "2026-10-26T09:00"),
        (OFFICE, "2026-03-28T12:00", "2026-03-30T09:00"),
        (Hours("Europe/Berlin", (6,), 0, 24), "2026-10-25T23:59", "2026-10-25T23:59"),
        (Hours("Europe/Berlin", (6,), 0, 24), "2026-10-24T12:00", "2026-10-25T00:00"),
        (Hours("Europe/Berlin", first=9, last=17), "2026-06-06T08:59", "2026-06-06T09:00"),
        (SUNDAYS_AT_TWO, "2026-03-28T12:00", "2026-04-05T02:00"),
        (SUNDAYS_AT_TWO, "2026-10-24T12:00", "2026-10-25T02:00"),
        (Hours(days=()), "2026-06-01T12:00", "2026-06-01T12:00"),
    ],
)
def test_it_acts_on_its_days_and_in_its_hours(hours: Hours, now: str, opens: str) -> None:
    """Over both changes of the clocks: the hour that is left out in spring does not open."""
    assert opening(hours, berlin(now)) == berlin(opens)


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    second = berlin("2026-10-25T02:30", fold=1)
    assert opening(SUNDAYS_AT_TWO, second) == second


@given(
    st.integers(NOW - 400 * DAY, NOW + 400 * DAY),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(4, 22),
)
def test_what_opens_is_open(now: int, days: set[int], first: int) -> None:
    hours = Hours("America/New_York", tuple(sorted(days)), first, first + 1)
    opens = opening(hours, now)
    local = datetime.fromtimestamp(opens / 1000, ZoneInfo(hours.zone))
    assert now <= opens <= now + 8 * DAY
    assert (local.weekday() in days, local.hour) == (True, first)
    assert opening(hours, opens) == opens


WAIT = Action(ActionKind.WAIT, count=2, unit=Unit.HOURS)
LINK = Action(ActionKind.LINK, brand=1)


@pytest.mark.parametrize(
    ("actions", "step", "next_"),
    [
        ((LINK,), 0, Next(EnrolmentState.ENDED, 1, None)),
        ((LINK, LINK), 0, Next(EnrolmentState.INSIDE, 1, NOW)),
        ((WAIT, LINK), 0, Next(EnrolmentState.INSIDE, 1, NOW + 2 * HOUR)),
        ((WAIT,), 0, Next(EnrolmentState.INSIDE, 1, NOW + 2 * HOUR)),
        ((WAIT,), 1, Next(EnrolmentState.ENDED, 1, None)),
    ],
)
def test_what_comes_next(actions: tuple[Action, ...], step: int, next_: Next) -> None:
    assert after(Definition(actions=actions), step, NOW) == next_


def test_a_definition_is_read_as_it_was_kept() -> None:
    subscribe = Action(
        ActionKind.STATUS,
        type=NOVELS,
        status=Status.SUBSCRIBED,
        basis=Basis.CONSENT_WITH_NOTICE,
        explanation="A box.",
        processing=Processing.CONSENT,
        processing_explanation="The box.",
    )
    triggers = tuple(dict.fromkeys(row[0] for row in TABLE))
    whole = Definition(triggers, True, (subscribe, WAIT, LINK), True, OFFICE)
    assert Definition.read(whole.kept()) == whole
