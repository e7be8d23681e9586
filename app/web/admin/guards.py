"""Who may use a route. Each names its guard by one decorator; without one it answers nobody."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from app.domain.users import Role
from app.queries.users import Presence
from app.web.admin.presence import present

View = TypeVar("View", bound=Callable[..., Any])


class Guard(Enum):
    """Who is let in."""

    ANYBODY = auto()
    HALFWAY = auto()
    """Whoever gave the password, and owes the second factor."""
    SIGNED_IN = auto()
    """Whoever is signed in, also who must set up a second factor first."""
    VIEWER = auto()
    EDITOR = auto()
    OWNER = auto()


ROLES = {Guard.VIEWER: Role.VIEWER, Guard.EDITOR: Role.EDITOR, Guard.OWNER: Role.OWNER}


def guarded(guard: Guard) -> Callable[[View], View]:
    """Let a view be used by these only."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded_view(*args: Any, **kwargs: Any) -> Any:
            refusal = _refusal(guard, present())
            return view(*args, **kwargs) if refusal is None else refusal

        guarded_view.guard = guard  # type: ignore[attr-defined]
        return guarded_view  # type: ignore[return-value]

    return decorate


def lets_in(view: Callable[..., Any]) -> bool:
    """Whether who is here may use the view. It may be asked before the body is read."""
    guard = guard_of(view)
    return guard is not None and _refusal(guard, present()) is None


def guard_of(view: Callable[..., Any]) -> Guard | None:
    """The guard that a view names."""
    return getattr(view, "guard", None)


def _refusal(guard: Guard, found: Presence | None) -> Response | None:
    """Where somebody is sent instead; None where the guard lets them in. A lacking role is 403."""
    if guard is Guard.ANYBODY:
        return None
    if found is None or found.session.complete is (guard is Guard.HALFWAY):
        return to_sign_in()
    if guard in (Guard.HALFWAY, Guard.SIGNED_IN):
        return None
    if found.owes_factor:
        return redirect(f"{request.script_root}/admin/account/second-factor", 303)
    if found.user.role < ROLES[guard]:
        abort(403)
    return None


def to_sign_in() -> Response:
    """To the sign-in page, and from there back to what was wanted, where that was a page."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/admin"
    back = "" if wanted == "/admin" else f"?next={quote(wanted, safe='/')}"
    return redirect(f"{request.script_root}/admin/sign-in{back}", 303)
