"""What a user does, written with its deed in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.domain.deeds import Deed
from app.services.audit import noted
from app.web.admin import presence
from app.web.current import site

T = TypeVar("T")


def do(deed: Deed, subject: tuple[str, object | None], work: Callable[..., T], *given: Any) -> T:
    """Have a service do its work, and the trail keep that this user had it done. A subject without
    an id is what the work makes."""
    return site().database.write(
        noted, presence.doer(), deed, subject, lambda connection: work(connection, *given)
    )
