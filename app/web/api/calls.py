"""What a call is, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from app.web.api.caller import Caller


@dataclass(frozen=True, slots=True)
class Call:
    """One call: who makes it, the parameters, and the body as its model read it."""

    caller: Caller
    query: Any
    body: Any
    path: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answers: JSON-able content (None: no body), with its status and headers."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[Connection], Answer]
"""What a write does in its transaction."""
