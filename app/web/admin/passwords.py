"""Hashing passwords with Argon2id, with the memory and time that OWASP advises."""

from __future__ import annotations

from functools import cache
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.queries.users import User

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _hasher.hash(_normal(password))


def proves(user: User | None, password: str) -> bool:
    """Whether it is the password of this user, who may be nobody: that takes as long."""
    stored = user.password_hash if user and user.active else None
    try:
        _hasher.verify(stored or _nobodys(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _nobodys() -> str:
    """A hash to work on where there is none."""
    return hashed("nobody has this password, and it would not help")


def _normal(password: str) -> str:
    """The same, however a keyboard composes its letters."""
    return normalize("NFC", password)
