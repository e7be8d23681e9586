"""Who is there: the session behind the cookie, begun, seen and ended (R-137)."""

from __future__ import annotations

from flask import g, request, session

from app.domain.deeds import Doer
from app.domain.words import MINUTE, Instant
from app.queries import users
from app.queries.users import Presence, Session, User
from app.services import sessions
from app.services.sessions import Arrival
from app.web.current import site

SEEN_EVERY = 5 * MINUTE
"""How exactly it is known when a session was last seen."""


def present() -> Presence | None:
    """Who is there. A session that waits for its second factor counts: it is not complete."""
    if "presence" not in g:
        g.presence = _find()
    found: Presence | None = g.presence
    return found


def user_here() -> User | None:
    """The user who is signed in."""
    found = present()
    return found.user if found and found.session.complete else None


def me() -> Presence:
    """Who is there, behind a guard that lets nobody else in."""
    found = present()
    if found is None:
        raise LookupError("a view without a guard asks who is there")
    return found


def doer() -> Doer:
    """Who does something, and when."""
    return Doer(me().user.id, site().now())


def begin(user: User, *, complete: bool) -> None:
    """Begin a session. Whatever the cookie held before is gone (session fixation). Raises
    Outdated."""
    old = present()
    arrival = arriving(user, complete=complete)
    keep(site().database.write(sessions.begin, arrival, old.session.digest if old else None))


def arriving(user: User, *, complete: bool) -> Arrival:
    """A user who comes in now, from here, by the password that is stored."""
    ip, agent = request.remote_addr or "", request.user_agent.string
    return Arrival(user.id, user.password_hash, complete, site().now(), ip, agent)


def keep(token: str) -> None:
    """Go on as the session of this token."""
    session.clear()
    session["token"] = token
    g.pop("presence", None)
    g.pop("csrf_token", None)


def leave() -> None:
    """Forget the cookie."""
    session.clear()
    g.pop("csrf_token", None)
    g.presence = None


def last_seen(of: Session) -> Instant:
    """When a session was last seen: POSTs are noted in its row, GETs by the counting door, as a GET
    never writes."""
    return max(of.last_seen_at, site().counts.last_seen(of.digest.hex()) or 0)


def _find() -> Presence | None:
    token = session.get("token")
    if not token:
        return None
    with site().database.reading() as connection:
        found = users.presence(connection, token)
    return found if found and _goes_on(found.session) else None


def _goes_on(found: Session) -> bool:
    """Whether a session has not ended by itself; if so, it is noted that it was seen."""
    now = site().now()
    fresh = now - found.last_seen_at < SEEN_EVERY
    seen_at = found.last_seen_at if fresh else last_seen(found)
    if found.is_over(seen_at, now):
        return False
    if now - seen_at >= SEEN_EVERY:
        _see(found, now)
    return True


def _see(found: Session, now: Instant) -> None:
    if request.method == "POST":
        site().database.write(sessions.touch, found.digest, now)
    else:
        site().counts.see(found.digest.hex(), now)
