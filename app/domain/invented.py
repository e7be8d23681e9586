"""The people of the example: invented, with addresses that no mail ever reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented, with what they chose, by the slug of a type; "*" is everything."""

    name: str
    address: str
    language: str | None
    choices: Mapping[str, bool]


EXAMPLES = (
    Person(
        "Ana Example", "ana@fernway.example", None, {"new-arrivals": True, "reading-circle": True}
    ),
    Person("Ben Example", "ben@fernway.example", None, {"offers": False}),
    Person("Chiara Example", "chiara@fernway.example", "de", {"*": False}),
    Person("Dalia Example", "dalia@fernway.example", "ar", {"new-arrivals": True}),
    Person("Emil Example", "emil@fernway.example", "nl", {}),
)
