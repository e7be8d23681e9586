"""Links whose pages speak a language that was asked for."""

from __future__ import annotations

from collections.abc import Callable

from app.text.languages import LANGUAGES, chosen
from app.web.api.problems import Fault, Problem

Speaking = Callable[[str], str]


def speaking(language: str | None, where: str) -> Speaking:
    """What makes a link's page speak this language; None: whichever the page chooses. Raises
    Problem."""
    if language is None:
        return lambda url: url
    if (known := chosen(language)) is None:
        why = f"No page speaks it. There are {', '.join(LANGUAGES)}"
        raise Problem("malformed", faults=[Fault(where, why)])
    return lambda url: f"{url}{'&' if '?' in url else '?'}lang={known}"
