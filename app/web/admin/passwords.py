"""Passwords: which will do, and hashing them with Argon2id, with the memory and time that OWASP
advises."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.users import password_problem
from app.queries.users import User
from app.web.current import site

LEAKED = Path(__file__).with_name("leaked-passwords.txt")
MOST_COMPOSED = 1_000
"""Of longer passwords the letters stay as they were typed: to compose what anybody may send takes
time by the square of its length."""
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def problem(password: str, email: str) -> str:
    """Why a password will not do for this user (`short`, `own`, `common`); empty where it will."""
    catalog = site().catalog()
    names = [catalog.name, *(brand.name for brand in catalog.brands.values())]
    return password_problem(password, email, names, _leaked())


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
def _leaked() -> frozenset[str]:
    """Read when the first password is set."""
    return frozenset(LEAKED.read_text("utf-8").splitlines())


@cache
def _nobodys() -> str:
    """A hash to work on where there is none."""
    return hashed("nobody has this password, and it would not help")


def _normal(password: str) -> str:
    """The same, however a keyboard composes its letters."""
    return normalize("NFC", password) if len(password) <= MOST_COMPOSED else password
