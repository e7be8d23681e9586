"""Whom and what a call of ours names: an address by its text or key, a type or brand by its id or
slug."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from app.domain.address import MalformedAddress, unwrapped
from app.domain.catalog import Brand, SubscriptionType
from app.domain.ids import MOST_ID
from app.web.api.caller import Caller
from app.web.api.models import Ours
from app.web.api.problems import Fault, Problem
from app.web.current import site

Named = Annotated[int | str, Field(description="Its id or its slug.")]
Email = Annotated[
    str,
    Field(
        max_length=1_000,
        description="An email address; or, where only its key is known, the key in hexadecimal.",
    ),
]
Message = Annotated[
    int, Field(ge=0, le=MOST_ID, description="The number of the mailing; 0: of none.")
]
KEY_LETTERS = 32
KEY = re.compile(f"[0-9a-f]{{{KEY_LETTERS}}}")


class About(Ours):
    """What a list is about: a type, a brand, or, where neither is named, everything."""

    type: Named | None = None
    brand: Named | None = None

    @model_validator(mode="after")
    def one(self) -> Self:
        """Which of two would count, nobody could say."""
        if self.type is not None and self.brand is not None:
            raise ValueError("Name a type or a brand, not both")
        return self


class Topic(NamedTuple):
    """What a list is about; neither: everything."""

    type: SubscriptionType | None
    brand: Brand | None


class Subject(NamedTuple):
    """An address: its key, and its text where that was given."""

    key: bytes
    text: str


def subject(email: str, where: str = "/email") -> Subject:
    """Whom a text names. Raises Problem."""
    if KEY.fullmatch(email):
        return Subject(bytes.fromhex(email), "")
    try:
        return Subject(site().keys(bare := unwrapped(email)), bare)
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


def topic(caller: Caller, asked: About) -> Topic:
    """What is asked about. Raises Problem."""
    return Topic(
        None if asked.type is None else named_type(caller, asked.type, "?type"),
        None if asked.brand is None else named_brand(caller, asked.brand, "?brand"),
    )


def topic_or_account(caller: Caller, asked: About) -> Topic:
    """The same; everything only for a key of every brand. Raises Problem."""
    found = topic(caller, asked)
    if found == (None, None):
        caller.whole_account()
    return found


def default_brand(caller: Caller) -> Brand:
    """The account's, or the first that a restricted key reaches. Raises Problem."""
    default = caller.catalog.default_brand
    if caller.key.reaches(default):
        return caller.catalog.brands[default]
    for brand in caller.brands():
        return brand
    raise Problem("brand")
