"""How much a form of the admin may send. Most send little; one that takes more says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request

from app.web.admin.guards import lets_in

View = TypeVar("View", bound=Callable[..., Any])


READ_AT_ONCE = 1024 * 1024
"""How much of a file is in memory while it is received; what is beyond lies on disk."""


def taking(largest: int) -> Callable[[View], View]:
    """Let a view be sent as many bytes (R-130)."""

    def decorate(view: View) -> View:
        view.largest = largest  # type: ignore[attr-defined]
        return view

    return decorate


def allow(view: Callable[..., Any]) -> None:
    """Let this request have as large a body as its view takes, before anything reads it, and only
    from who may use the view."""
    if (largest := getattr(view, "largest", None)) and lets_in(view):
        request.max_content_length = largest
        request.max_form_memory_size = min(largest, READ_AT_ONCE)
