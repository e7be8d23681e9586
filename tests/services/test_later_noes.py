"""Of the few who say no, yes and undo again and again: no no is taken away by what is older.

The machine of `test_stateful.py`, with so few moves that their orders are all met.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    multiple,
    rule,
    run_state_machine_as_test,
)

from app.domain.changes import Unsubscribe
from app.domain.standing import ALL, of_type
from app.domain.words import Cause, Via
from app.store.doors import Database
from tests.databases import ON_SQLITE
from tests.services.test_stateful import Promises, Record
from tests.world import World, by


class LaterNoes(RuleBasedStateMachine):
    """A program that speaks for people, a preference page, a sign-up form and a provider."""

    records: Bundle[Record] = Bundle("records")
    requests: Bundle[tuple[str, Record]] = Bundle("requests")

    def __init__(self, database: Database, world: World) -> None:
        super().__init__()
        self.world, self.ana = world, Promises(database, world)

    @rule(target=records, wide=st.booleans())
    def says_no(self, *, wide: bool) -> Any:
        """Always the same way, so that a no which stands may leave no event."""
        novels = self.world.novels
        place = ALL if wide else of_type(novels.id)
        no = Unsubscribe(place.scope, None if wide else novels)
        _, _, made = self.ana.ask(by(via=Via.API), no)
        self.ana.noes[place] = self.ana.now
        return multiple(*made)

    @rule(target=records)
    def says_yes(self) -> Any:
        """On the page as it is now."""
        page = self.ana.page_of("fernway")
        return multiple(*self.ana.save(self.world.fernway, page, frozenset({"novels"})))

    @rule(target=records, record=records)
    def undoes(self, record: Record) -> Any:
        """Any record of theirs, an undo too."""
        return self.ana.undoes(record=record)

    @rule(target=requests)
    def signs_up(self) -> Any:
        """Anybody may type an address."""
        return self.ana.asks(type_="letter")

    @rule(request=requests)
    def confirms(self, request: tuple[str, Record]) -> None:
        """However late."""
        self.ana.confirms(request=request)

    @rule()
    def complains(self) -> None:
        """Told by the provider at once."""
        self.ana.feedback_arrives(cause=Cause.COMPLAINT, age=0)


def machine(database: Database, world: World) -> Any:
    """What Hypothesis starts each run with."""
    return lambda: LaterNoes(database, world)


@pytest.mark.slow
@ON_SQLITE
def test_no_no_is_taken_away_by_what_is_older(database: Database, world: World) -> None:
    """R-135, R-146; decisions/0112."""
    run_state_machine_as_test(
        machine(database, world),
        settings=settings(max_examples=60, stateful_step_count=20, deadline=None),
    )
