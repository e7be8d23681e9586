"""Whom and what a call of ours names: an address by its text or key, a type or brand by its id or
slug."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

from pydantic import Field

from app.domain.address import MalformedAddress
from app.domain.catalog import Brand, SubscriptionType
from app.web.api.caller import Caller
from app.web.api.problems import Fault, Problem
from app.web.site import site

Named = Annotated[int | str, Field(description="Its id or its slug.")]
Email = Annotated[
    str,
    Field(
        max_length=1_000,
        description="An email address; or, where only its key is known, the key in hexadecimal.",
    ),
]
Message = Annotated[
    int, Field(ge=0, lt=2**31, description="The number of the mailing; 0: of none.")
]
KEY = re.compile("[0-9a-f]{32}")


class Subject(NamedTuple):
    """An address: its key, and its text where that was given."""

    key: bytes
    text: str


def subject(email: str, where: str = "/email") -> Subject:
    """Whom a text names. Raises Problem."""
    if KEY.fullmatch(email):
        return Subject(bytes.fromhex(email), "")
    try:
        return Subject(site().keys(email), email)
    except MalformedAddress as wrong:
        raise Problem("malformed", faults=[Fault(where, f"No email address: {wrong}")]) from None


def named_type(caller: Caller, name: int | str, where: str = "/type") -> SubscriptionType:
    """The type that is named. Raises Problem."""
    found = caller.catalog.named_type(str(name))
    if found is None:
        raise Problem("malformed", faults=[Fault(where, "There is no such type")])
    return caller.type(found.id, where)


def named_brand(caller: Caller, name: int | str, where: str = "/brand") -> Brand:
    """The brand that is named. Raises Problem."""
    found = caller.catalog.named_brand(str(name))
    if found is None:
        raise Problem("malformed", faults=[Fault(where, "There is no such brand")])
    return caller.brand(found.id, where)


def default_brand(caller: Caller) -> Brand:
    """The account's, or the first that a restricted key reaches. Raises Problem."""
    default = caller.catalog.default_brand
    if caller.key.reaches(default):
        return caller.catalog.brands[default]
    for brand in caller.brands():
        return brand
    raise Problem("brand")
