"""Contacts: where they come from, what may be kept of them, and how they are found."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from enum import IntEnum
from unicodedata import category, normalize

from app.domain.address import matching_form
from app.domain.ids import MOST_STORED
from app.domain.words import Instant

EPOCH: Instant = 1_577_836_800_000  # 2020-01-01T00:00Z
RANDOM_BITS = 21
LONGEST_NAME, LONGEST_TEXT, LONGEST_NUMBER = 200, 500, 30
EXACT = Context(prec=2 * LONGEST_NUMBER)
"""In which no number so long is rounded."""
LONGEST_SEARCH = 500
"""The longest address and name, with what mail programs put around them."""
LONGEST_WORDS = 600
"""More than an index of PostgreSQL may hold is not searched."""
SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class Source(IntEnum):
    """What first made a contact."""

    ADMIN = 1
    IMPORT = 2
    API = 3
    SIGNUP = 4
    WORKFLOW = 5
    CLI = 6


class Processing(IntEnum):
    """Legal basis for processing: why a contact's data may be stored and tracked."""

    CONSENT = 1
    LEGITIMATE_INTEREST = 2
    CONTRACT = 3


class PropertyKind(IntEnum):
    """What the values of a property are."""

    TEXT = 1
    NUMBER = 2
    DATE = 3


class BadValue(ValueError):
    """This text cannot be a value of its property."""


def new_ids(now: Instant, count: int) -> Sequence[int]:
    """Ids for contacts made together: 62 bits, ascending with time, anywhere within the millisecond
    as far as it has room for all, so that a restored database gives no old id a new meaning."""
    room = max((1 << RANDOM_BITS) - count, 0)
    first = (max(now - EPOCH, 1) << RANDOM_BITS) + secrets.randbelow(room + 1)
    return range(first, first + count)


def created_at(id_: int) -> Instant:
    """When the contact with this id was made."""
    return (id_ >> RANDOM_BITS) + EPOCH


def first_id(at: Instant) -> int:
    """The smallest id of a contact made at `at` or later; the largest there is where it is far."""
    return min(max(at - EPOCH, 0) << RANDOM_BITS, MOST_STORED)


def folded(text: str) -> str:
    """`text` without case and accents, as it is searched."""
    if text.isascii():
        return text.lower()
    apart = normalize("NFKD", text.casefold())
    return "".join(c for c in apart if category(c) != "Mn")


def words_of(address: str, name: str) -> str:
    """What a contact is sorted by and found by a part of: first the address in its matching form,
    so that no two are equal, then, folded, address and name."""
    form = matching_form(address)
    plain = form.isascii() and form == address.lower()  # as nearly all are: folded, it is the same
    words = (form,) if plain else (form, folded(form), folded(address))
    return " ".join(dict.fromkeys((*words, folded(name)))).rstrip()[:LONGEST_WORDS]


def cleaned(text: str, longest: int = LONGEST_NAME) -> str:
    """One line without control characters. Raises BadValue where it is too long."""
    line = " ".join("".join(" " if category(c) == "Cc" else c for c in text).split())
    if len(line) > longest:
        raise BadValue
    return line


def canonical(kind: PropertyKind, text: str) -> str | None:
    """A property's value as it is kept; None where it is empty. Raises BadValue.

    Equal values are equal texts, and dates sort as texts.
    """
    line = cleaned(text, LONGEST_TEXT)
    if not line:
        return None
    if kind is PropertyKind.NUMBER:
        return _number(line)
    return _date(line) if kind is PropertyKind.DATE else line


def _number(line: str) -> str:
    if len(line) > LONGEST_NUMBER:
        raise BadValue
    try:
        number = Decimal(line)
    except InvalidOperation:
        raise BadValue from None
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        raise BadValue
    return format(number.normalize(EXACT) if number else Decimal(0), "f")


def _date(line: str) -> str:
    try:
        return date.fromisoformat(line).isoformat()
    except ValueError:
        raise BadValue from None
