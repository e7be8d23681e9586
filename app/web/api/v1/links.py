"""Links for up to 10,000 addresses at once (rules.md, 5)."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.domain.catalog import Brand, SubscriptionType
from app.domain.keys import KeyScope
from app.links.mailing import AddressLinks, mailing_links
from app.web.api.calls import Answer, Call
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.spoken_links import Speaking, speaking
from app.web.api.subjects import Message, Named, default_brand, named_brand, named_type
from app.web.current import site

operations = Operations()


class Wanted(Ours):
    """Whose links, of what. Without a type they opt out of the brand; without a brand it is the
    type's, or the default one. `language`: of the pages they open."""

    emails: Annotated[list[Annotated[str, Field(max_length=1_000)]], Field(max_length=10_000)]
    type: Named | None = None
    brand: Named | None = None
    message: Message = 0
    language: str | None = None


Headers = TypedDict(
    "Headers", {"List-Unsubscribe": str, "List-Unsubscribe-Post": str, "List-Id": str}
)


class Made(TypedDict):
    """The links of one address and its headers, ready to set; or why there are none."""

    email: str
    preferencesUrl: NotRequired[str]
    unsubscribeUrl: NotRequired[str]
    unsubscribeAllUrl: NotRequired[str]
    headers: NotRequired[Headers]
    error: NotRequired[str]


class Links(TypedDict):
    """In the order of the addresses."""

    links: list[Made]


@operations.add("POST", "/api/v1/links", KeyScope.LINKS, body=Wanted, answers={200: Links})
def make(call: Call) -> Answer:
    """Preferences URL, unsubscribe URLs and both headers for each address. Asks nothing about the
    addresses: they need not be known."""
    wanted: Wanted = call.body
    type_ = None if wanted.type is None else named_type(call.caller, wanted.type)
    brand = _brand(call, type_)
    spoken = speaking(wanted.language, "/language")
    phrase = brand.name if type_ is None else f"{brand.name}: {_name(type_, brand)}"
    made = mailing_links(
        site().links,
        wanted.emails,
        brand=brand.id,
        type=type_.id if type_ else None,
        message=wanted.message,
        phrase=phrase,
    )
    pairs = zip(wanted.emails, made, strict=True)
    return Answer({"links": [_told(email, one, spoken) for email, one in pairs]})


def _brand(call: Call, type_: SubscriptionType | None) -> Brand:
    """Whose look the pages wear. Raises Problem for a type that carries no link."""
    caller, wanted = call.caller, call.body
    if type_ is None:
        named = wanted.brand is not None
        return named_brand(caller, wanted.brand) if named else default_brand(caller)
    if type_.transactional:
        why = "A transactional type cannot be left: its mail carries no such link"
        raise Problem("malformed", faults=[Fault("/type", why)])
    if wanted.brand is not None and named_brand(caller, wanted.brand).id != type_.brand:
        raise Problem("malformed", faults=[Fault("/brand", "The type is of another brand")])
    return caller.catalog.brands[type_.brand]


def _told(email: str, made: AddressLinks | None, spoken: Speaking) -> Made:
    if made is None:
        return {"email": email, "error": "INVALID_ADDRESS"}
    return {
        "email": email,
        "preferencesUrl": spoken(made.preferences_url or ""),
        "unsubscribeUrl": spoken(made.unsubscribe_url),
        "unsubscribeAllUrl": spoken(made.unsubscribe_all_url),
        "headers": made.headers,  # type: ignore[typeddict-item]
    }


def _name(type_: SubscriptionType, brand: Brand) -> str:
    return type_.texts.get("name", brand.language)
