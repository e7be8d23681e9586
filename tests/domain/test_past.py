"""What had happened by a past moment (rules.md, 7)."""

from __future__ import annotations

import pytest

from app.domain.catalog import Policy
from app.domain.past import Version, happened, policy_of


@pytest.mark.parametrize(
    ("clocks", "at", "count"),
    [
        ((), 5, 0),
        ((5,), 4, 0),
        ((5,), 5, 1),
        ((1, 2, 3), 2, 2),
        ((900, 2), 1, 0),
        ((900, 2), 2, 2),
        ((1, 900, 3), 2, 1),
        ((1, 900, 3), 4, 3),
        ((5, 1), 2, 2),
    ],
)
def test_what_has_a_lower_number_happened_before(
    clocks: tuple[int, ...], at: int, count: int
) -> None:
    """A clock that was ahead, or set back, changes no order."""
    numbered = [Version(clock, {}) for clock in clocks]
    assert happened(numbered, at) == numbered[:count]


@pytest.mark.parametrize(
    ("switched", "policy"),
    [
        ((), Policy()),
        ((False,), Policy()),
        ((True,), Policy(True)),
        ((True, False), Policy(False, 2)),
        ((True, False, False), Policy(False, 2)),
        ((True, False, True), Policy(True, 2)),
        ((True, False, True, False), Policy(False, 4)),
    ],
)
def test_the_switch_keeps_when_it_was_last_turned_off(
    switched: tuple[bool, ...], policy: Policy
) -> None:
    """Rules 8."""
    versions = [Version(at, {"data_privacy": on}) for at, on in enumerate(switched, 1)]
    assert policy_of(versions) == policy
