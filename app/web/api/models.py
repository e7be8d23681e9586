"""What calls take, and how it is read: ours to the letter, HubSpot's forgivingly (rules.md, 9)."""

from __future__ import annotations

import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from werkzeug.datastructures import MultiDict

from app.web.api.problems import Fault, Problem


class Theirs(BaseModel):
    """Parameters or a body of HubSpot's calls: what is unknown is ignored, as there, and numbers
    may come as text."""

    model_config = ConfigDict(extra="ignore")

    @classmethod
    def from_query(cls, args: MultiDict[str, str]) -> Self:
        """The parameters of a query. Raises ValidationError."""
        return cls.model_validate(args.to_dict())

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """A body. Raises ValidationError."""
        return cls.model_validate_json(content)


class Ours(Theirs, extra="forbid", strict=True):
    """What our own calls take: what is unknown, said twice, or of another kind is refused, never
    ignored or guessed."""

    @classmethod
    def from_query(cls, args: MultiDict[str, str]) -> Self:
        """The parameters of a query. Raises ValidationError and Problem."""
        if twice := [name for name, values in args.lists() if len(values) > 1]:
            raise _twice(f"?{twice[0]}")
        return cls.model_validate(args.to_dict(), strict=False)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """A body. Raises ValidationError and Problem."""
        read = cls.model_validate_json(content)
        SAID_ONCE.decode(content.decode())
        return read


class Nothing(Ours):
    """No parameters, or no body."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Raises Problem where an object has two fields of one name: which counts, nobody says."""
    if len(dict(pairs)) < len(pairs):
        raise _twice("/")


def _twice(where: str) -> Problem:
    return Problem("malformed", faults=[Fault(where, "It is there twice")])


SAID_ONCE = json.JSONDecoder(object_pairs_hook=_once)
