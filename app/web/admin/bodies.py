"""How much a form of the admin may send. Most send little; one that takes more says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request

View = TypeVar("View", bound=Callable[..., Any])


def taking(largest: int) -> Callable[[View], View]:
    """Let a view be sent as many bytes (R-130)."""

    def decorate(view: View) -> View:
        view.largest = largest  # type: ignore[attr-defined]
        return view

    return decorate


def allow(view: Callable[..., Any]) -> None:
    """Let this request have as large a body as its view takes, before anything reads it."""
    if largest := getattr(view, "largest", None):
        request.max_content_length = request.max_form_memory_size = largest
