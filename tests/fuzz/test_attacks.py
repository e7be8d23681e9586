"""Readers of what strangers write, under attack: tokens, addresses, lists, mail, calls.

`make test` sends each a few, `make test-long` very many; SAYSO_FUZZ=1000000 says how many.
"""

from __future__ import annotations

import os
from time import thread_time

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.attacks import ATTACKS
from tests.fuzz.mutating import Recipe, recipes

FEW, SMALL = 25, 4 * 1024
MANY = int(os.environ.get("SAYSO_FUZZ", "5000"))
SECONDS = 2.0
"""Of processor time for the largest there is: a hundred times what a real one takes."""


def attack(name: str, most: int, largest: int) -> None:
    """Send so many inputs to one reader; each must be dealt with in time."""
    attacked = ATTACKS[name]

    @settings(max_examples=most, deadline=None, suppress_health_check=[*HealthCheck])
    @given(recipes(attacked.samples))
    def every(recipe: Recipe) -> None:
        data, begun = recipe.made(largest), thread_time()
        attacked.on(data)
        assert thread_time() - begun < SECONDS

    every()


@pytest.mark.parametrize("name", ATTACKS)
def test_whatever_is_sent_is_read_or_refused_as_documented(name: str) -> None:
    """H-01, H-37, R-130, R-147: in little time, and nothing said of what was sent."""
    attacked = ATTACKS[name]
    for data in (*attacked.samples, *attacked.found):
        begun = thread_time()
        attacked.on(data)
        assert thread_time() - begun < SECONDS
    attack(name, FEW, SMALL)


@pytest.mark.long
@pytest.mark.parametrize("name", ATTACKS)
def test_none_of_very_many_inputs_breaks_a_promise(name: str) -> None:
    """H-01, H-37, R-130, R-147: the same, for very many."""
    attack(name, MANY, ATTACKS[name].largest)
