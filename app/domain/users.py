"""Who works in the admin: roles, passwords, how long a session or a link lasts (R-137)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from enum import IntEnum
from hashlib import sha256

from app.domain.words import DAY, HOUR, MINUTE, Instant

IDLE = 60 * MINUTE
"""A session nobody used for so long is over."""
ABSOLUTE = 12 * HOUR
"""A session is over so long after its sign-in, used or not."""
HALFWAY = 10 * MINUTE
"""How long the second factor may take after the password."""

LEAST_PASSWORD = 12
LEAST_BESIDE = 6
"""How many characters a password has beside a name that suggests itself."""
_COMMON = """
123456789012 1234567890123 12345678901234 123456789123 1234567891011 098765432109 112233445566
0123456789012 1q2w3e4r5t6y 1qaz2wsx3edc 1qaz2wsx3edc4rfv qwertyuiop12 qwertyuiop123 qwerty123456
qwerty1234567 qwerty12345678 qwertyuiop[] qwertyqwerty asdfghjkl123 asdfghjklzxc zxcvbnm12345
qazwsxedcrfv abcdefghijkl abcdefghijklm abcdefgh1234 abcd12345678 abc123456789 a123456789012
password1234 password12345 password123456 password2024! password2025! password2026!
passwordpassword passw0rd1234 p@ssw0rd1234 p@ssword1234 mypassword123 mypassword1234
adminadmin123 administrator administrator1 administrator123 changemenow1 changeme1234
changeme12345 letmeinletmein letmein12345 welcome12345 welcome123456 welcome2024! welcome2025!
welcome2026! iloveyou1234 iloveyou12345 iloveyouforever football1234 baseball1234 superman1234
sunshine1234 princess1234 dragon123456 monkey123456 michael12345 charlie12345 trustno1trustno1
correcthorsebatterystaple correct-horse-battery-staple
thequickbrownfox unsubscribe1 unsubscribe123 sayso1234567 sayso12345678
"""
COMMONEST = frozenset(_COMMON.split())
"""The commonest of those that are long enough, as leaks show them, and what suggests itself."""


class Role(IntEnum):
    """What a user may do: an editor all that a viewer may, an owner all."""

    VIEWER = 1
    EDITOR = 2
    OWNER = 3


class TokenPurpose(IntEnum):
    """What a one-time link is for."""

    INVITATION = 1
    RESET = 2


TOKEN_LIFE: Mapping[TokenPurpose, Instant] = {
    TokenPurpose.INVITATION: DAY,
    TokenPurpose.RESET: HOUR,
}


def digest(secret: str) -> bytes:
    """What is stored of a one-time token, a session id or a recovery code."""
    return sha256(secret.encode()).digest()


def password_problem(
    password: str, email: str, names: Iterable[str] = (), leaked: Container[str] = ()
) -> str:
    """Why a password will not do (`short`, `own`, `common`); empty where it will. `names`: what
    suggests itself here. `leaked`: folded, without spaces.

    Nothing is asked about the kinds of its characters (NIST SP 800-63B).
    """
    folded = password.casefold().strip()
    if len(password) < LEAST_PASSWORD:
        return "short"
    if folded in email or email in folded:
        return "own"
    close = folded.replace(" ", "")
    if close in COMMONEST or close in leaked or _repeats(folded):
        return "common"
    return "common" if any(_little_but(name, close) for name in names) else ""


def _little_but(name: str, text: str) -> bool:
    """Whether there is little in it but a name: the brand's, and the year."""
    found = name.casefold().replace(" ", "")
    return found in text and len(text) - len(found) < LEAST_BESIDE


def _repeats(text: str) -> bool:
    """Whether it is a short piece over and over: `aaaaaaaaaaaa`, `123123123123`."""
    return any(text[size:] == text[:-size] for size in range(1, len(text) // 2 + 1))


def session_is_over(complete: bool, created_at: Instant, seen_at: Instant, now: Instant) -> bool:
    """Whether a session has ended by itself: half of one soon, a whole one idle or old."""
    if not complete:
        return now - created_at >= HALFWAY
    return now - seen_at >= IDLE or now - created_at >= ABSOLUTE
